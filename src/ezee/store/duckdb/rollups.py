"""Day roll-ups: a day's numbers by the values of each dimension, as they were up to one event.

A day stands in ``rolled`` before its first roll-up is begun; from then on ``visits.rederive``
keeps who has events since, and the visits that were known before. So a roll-up is true of its own
event for ever, and no event makes it stale. ``store.plan`` tells how the two are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ezee.model.rollable import WHOLE_DAY
from ezee.store.changes import RollUp, RollUpFirst
from ezee.store.duckdb import folding
from ezee.store.duckdb.counting import write
from ezee.store.duckdb.file import Connection, transaction
from ezee.store.duckdb.visits import derived_up_to


class SiteDay(NamedTuple):
    """One local day of one tracker."""

    site: int
    day: int


class Arrived(NamedTuple):
    """How many events of a day have come that are not rolled up, and how many are."""

    site: int
    day: int
    number: int
    rolled: int


# How many events are rolled up at once: small days go together, large ones alone.
_TOGETHER = 100_000

# So many events are more than come between two looks at the visits, unless they come in bulk.
_FAR_BEHIND = 100_000

# Days whose events have expired: their roll-ups are all there is, and stay as they are.
_NOT_EXPIRED = "not exists (from expired where expired.site = {0}.site and day < kept_from)"

# The tables that hold something of a roll-up, by site and day.
TABLES = ("rolled", "rollups", "rollups_revenue", "amended", "former_visits")


def begin(connection: Connection, days: Sequence[SiteDay]) -> None:
    """From now on keep what a roll-up of these days will need."""
    with transaction(connection):
        _name(connection, days)
        connection.execute(
            "insert into rolled select site, day, 0, 0, 0, 0, 0, 0, 0, 0 "
            "from rolling anti join rolled using (site, day)"
        )


def roll(connection: Connection, days: Sequence[SiteDay], *, anew: bool = False) -> None:
    """Roll up days that were begun, in one transaction, as far as their visits are known in it.

    Those that have grown a little are brought up to date, unless they are to be counted ``anew``.
    """
    with transaction(connection):
        _name(connection, days)
        grown = set() if anew else {SiteDay(*day) for day in folding.suitable(connection)}
        whole = [day for day in days if day not in grown]
        if whole:
            _name_up_to_now(connection, whole)
            for statement in _FORGET:
                connection.execute(statement)
            write(connection, into="")
            _mark(connection, _COUNTED)
        if grown:
            _name_up_to_now(connection, [*grown])
            folding.fold(connection)
            _mark(connection, _COUNTED_SINCE)


def arrived(connection: Connection, after: int) -> tuple[int, list[Arrived]]:
    """The number of the last event that the visits know, and of the days of those after another
    what is not rolled up yet of them; after 0, of all days.

    Nothing while the visits are far behind: a day would be rolled up again at each of their steps.
    """
    latest = derived_up_to(connection)
    behind = connection.execute("select count(*) from events where seq > ?", [latest]).fetchall()
    if behind[0][0] > _FAR_BEHIND:
        return after, []
    rows = connection.execute(
        "select site, day, count(*), any_value(coalesce(rolled.events, 0)) "
        "from events left join rolled using (site, day) "
        "where seq > $after and seq <= $latest and seq > coalesce(rolled.upto, 0) "
        "group by site, day",
        {"after": after, "latest": latest},
    ).fetchall()
    return latest, [Arrived(*row) for row in rows]


def waiting(connection: Connection, change: RollUp) -> list[tuple[SiteDay, int]]:
    """The days that are to be rolled up, and how many events they have."""
    rows = connection.execute(
        "select day, count(*) from events left join rolled using (site, day) "
        "where site = $site "
        "group by day having $again or max(seq) > coalesce(any_value(rolled.upto), 0) "
        "order by day",
        {"site": change.site, "again": change.again},
    ).fetchall()
    return [(SiteDay(change.site, day), number) for day, number in rows]


def waiting_first(connection: Connection, change: RollUpFirst) -> list[tuple[SiteDay, int]]:
    """The same of several trackers, of each the days before one of its own."""
    rows = connection.execute(
        "select site, day, count(*) from events "
        "join (select unnest($sites::ubigint[]) as site, unnest($days::integer[]) as before) "
        "using (site) left join rolled using (site, day) "
        "where day < before and day < $last "
        "group by site, day having max(seq) > coalesce(any_value(rolled.upto), 0) "
        "order by site, day",
        {
            "sites": [site for site, _ in change.due],
            "days": [day for _, day in change.due],
            "last": max((day for _, day in change.due), default=0),
        },
    ).fetchall()
    return [(SiteDay(site, day), number) for site, day, number in rows]


def together(days: Iterable[tuple[SiteDay, int]]) -> Iterator[list[SiteDay]]:
    """Days with their numbers of events, in such parts as are rolled up well at once."""
    chosen: list[SiteDay] = []
    events = 0
    for day, number in days:
        events += number
        if chosen and events > _TOGETHER:
            yield chosen
            chosen, events = [], number
        chosen.append(day)
    if chosen:
        yield chosen


def unroll(connection: Connection, days: str) -> None:
    """Forget, in the open transaction, the roll-ups of the days (site, day) that a query names."""
    for table in TABLES:
        connection.execute(
            f"delete from {table} where (site, day) in (select (site, day) from ({days}))"
        )


def differences(connection: Connection, site: int) -> list[tuple[int | str, ...]]:
    """What of a tracker's roll-ups is not what its events say, each as ``looks.WrongRollups``
    describes it; within the open transaction.
    """
    rolled = connection.execute(
        "select day, upto, events from rolled where site = ? and upto > 0 "
        f"and {_NOT_EXPIRED.format('rolled')} order by day",
        [site],
    ).fetchall()
    upto = {SiteDay(site, day): upto for day, upto, _ in rolled}
    found = []
    for days in together((SiteDay(site, day), events) for day, _, events in rolled):
        _name(connection, [(*day, upto[day]) for day in days])
        for table in ("rollups", "rollups_revenue"):
            connection.execute(
                f"create or replace temp table right_{table} as from {table} limit 0"
            )
        write(connection, into="right_")
        found += connection.execute(_DIFFERENCES).fetchall()
    return found


_FORGET = tuple(
    f"delete from {table} where (site, day) in (select (site, day) from rolling)"
    for table in ("rollups", "rollups_revenue")
)
_COUNTED = """
select site, day, rolling.upto, count(*) as number
from events join rolling using (site, day) where seq <= rolling.upto group by all
"""
_COUNTED_SINCE = """
select r.site, r.day, rolling.upto, r.events + count(e.seq) as number
from rolled as r join rolling using (site, day)
left join (
    from events where seq > (select min(upto) from rolled semi join rolling using (site, day))
) as e on e.site = r.site and e.day = r.day and e.seq > r.upto and e.seq <= rolling.upto
group by r.site, r.day, rolling.upto, r.events
"""
# A day that has nothing but engagement has no numbers.
_MARK = f"""
update rolled set upto = counted.upto, events = counted.number, visitors = counted.visitors,
    visits = counted.visits, pageviews = counted.pageviews, custom = counted.custom,
    bounces = counted.bounces, duration = counted.duration
from (
    select e.*, coalesce(d.visitors, 0) as visitors, coalesce(d.visits, 0) as visits,
           coalesce(d.pageviews, 0) as pageviews, coalesce(d.events, 0) as custom,
           coalesce(d.bounces, 0) as bounces, coalesce(d.duration, 0) as duration
    from ({{counted}}) as e
    left join (from rollups where dimension = '{WHOLE_DAY}') as d
        on e.site = d.site and e.day = d.day
) as counted
where rolled.site = counted.site and rolled.day = counted.day
"""
_KNOWN_BY_NOW = tuple(
    f"delete from {table} using rolling where {table}.site = rolling.site "
    f"and {table}.day = rolling.day and {table}.{number} <= rolling.upto"
    for table, number in (("amended", "seq"), ("former_visits", "replaced"))
)
_DIFFERENCES = f"""
with stored as (from rollups semi join rolling using (site, day)),
     revenue as (from rollups_revenue semi join rolling using (site, day)),
     days as (
         select site, '{WHOLE_DAY}' as dimension, day, '' as value, visitors,
                visitors as viewers, visits, pageviews, custom as events, bounces, duration
         from rolled semi join rolling using (site, day) where visitors > 0
     )
select day, dimension, value from (
    (from days except from right_rollups) union by name
    (from right_rollups where dimension = '{WHOLE_DAY}' except from days) union by name
    (from stored except from right_rollups) union by name (from right_rollups except from stored)
    union by name (from revenue except from right_rollups_revenue)
    union by name (from right_rollups_revenue except from revenue)
)
group by all order by all
"""


def _name(connection: Connection, days: Sequence[tuple[int, ...]]) -> None:
    connection.execute(
        "create or replace temp table rolling (site ubigint, day integer, upto bigint)"
    )
    with connection.appender("rolling") as appender:
        appender.append_rows([(*day, 0)[:3] for day in days])
    # They have no events, so none of them is asked for; if one were, it would be emptied.
    connection.execute(f"delete from rolling where not ({_NOT_EXPIRED.format('rolling')})")


def _name_up_to_now(connection: Connection, days: Sequence[SiteDay]) -> None:
    _name(connection, days)
    connection.execute(
        "update rolling set upto = (select value from state where name = 'visits_up_to')"
    )


def _mark(connection: Connection, counted: str) -> None:
    connection.execute(_MARK.format(counted=counted))
    for statement in _KNOWN_BY_NOW:
        connection.execute(statement)
