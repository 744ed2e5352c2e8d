"""Day roll-ups: a day's numbers by the values of each dimension, as they were up to one event.

A day stands in ``rolled`` before its first roll-up is begun; from then on ``visits.rederive``
keeps who has events since, and the visits that were known before. So a roll-up is true of its own
event for ever, and no event makes it stale. ``store.plan`` tells how the two are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from ezee.model.dimensions import DIMENSIONS, Dimension, Scope
from ezee.model.rollable import WHOLE_DAY
from ezee.store.changes import RollUp, RollUpFirst
from ezee.store.duckdb.file import Connection, transaction


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

# Days whose events have expired: their roll-ups are all there is, and stay as they are.
_NOT_EXPIRED = "not exists (from expired where expired.site = {0}.site and day < kept_from)"

# The tables that hold something of a roll-up, by site and day.
TABLES = ("rolled", "rollups", "rollups_revenue", "amended", "former_visits")

# What was known of the days in ``rolling`` up to the event that each names.
_EVENTS = "from events join rolling using (site, day) where seq <= rolling.upto"
_KNOWN_VISITS = """
select visits.* from visits join rolling using (site, day) where visits.upto <= rolling.upto
union all by name
select former_visits.* exclude (replaced) from former_visits join rolling using (site, day)
where former_visits.upto <= rolling.upto and former_visits.replaced > rolling.upto
"""
# Each dimension counts the same rows: they are found once for all of them.
_FOUND = {
    "rolling_visits": _KNOWN_VISITS,
    "rolling_events": f"""
        select events.site, events.day, visitor, happened_at, kind, name, page, amount, currency
        {_EVENTS} and kind in (0, 1)
    """,
    "rolling_owned": """
        select e.site, e.day, e.visitor, e.kind, e.name, e.page, v.started_at, v.bounce, v.duration
        from rolling_events as e join rolling_visits as v
        on e.site = v.site and e.day = v.day and e.visitor = v.visitor
        and e.happened_at >= v.started_at and e.happened_at <= v.ended_at
    """,
    "rolling_sales": """
        select e.kind, e.name, e.page, e.amount, e.currency, v.*
        from (from rolling_events where currency <> '') as e join rolling_visits as v
        on e.site = v.site and e.day = v.day and e.visitor = v.visitor
        and e.happened_at >= v.started_at and e.happened_at <= v.ended_at
    """,
}
# Most visitors have one visit, and need no telling apart.
_VISITORS = """
count(*) filter (where alone) + count(distinct visitor) filter (where not alone)
"""

_OF_VISITS = f"""
insert into {{into}}rollups by name
select site, '{{name}}' as dimension, day, {{value}} as value,
       {_VISITORS} as visitors, visitors as viewers,
       count(*) as visits, sum(pageviews) as pageviews, sum(events) as events,
       sum(bounce) as bounces, sum(duration) as duration
from rolling_visits group by all order by site, day
"""

_OF_EVENTS = """
insert into {into}rollups by name
select e.*, v.visits, v.bounces, v.duration
from (
    select site, '{name}' as dimension, day, {column} as value,
           count(distinct visitor) as visitors,
           count(distinct case when kind = {counted} then visitor end) as viewers,
           count(*) filter (where kind = 0) as pageviews,
           count(*) filter (where kind = 1) as events
    from rolling_events where kind in ({kinds}) group by all
) as e
join (
    select site, day, value, count(*) as visits, sum(bounce) as bounces, sum(duration) as duration
    from (
        select distinct site, day, {column} as value, visitor, started_at, bounce, duration
        from rolling_owned where kind in ({kinds})
    )
    group by all
) as v using (site, day, value)
order by site, day
"""

_OF_REVENUE = """
insert into {into}rollups_revenue by name
select site, '{name}' as dimension, day, {value} as value, currency,
       sum(amount) as amount, count(*) as sales
from rolling_sales where kind in ({kinds}) group by all order by site, day
"""

# Pageviews and custom events; of the latter alone are those that have a name.
_KINDS = {Scope.VISIT: "0, 1", Scope.PAGEVIEW: "0, 1", Scope.EVENT: "1"}


def begin(connection: Connection, days: Sequence[SiteDay]) -> None:
    """From now on keep what a roll-up of these days will need."""
    with transaction(connection):
        _name(connection, days)
        connection.execute(
            "insert into rolled select site, day, 0, 0, 0, 0, 0, 0, 0, 0 "
            "from rolling anti join rolled using (site, day)"
        )


def roll(connection: Connection, days: Sequence[SiteDay]) -> None:
    """Roll up days that were begun, in one transaction, as far as their visits are known in it."""
    with transaction(connection):
        _name(connection, days)
        connection.execute(
            "update rolling set upto = (select value from state where name = 'visits_up_to')"
        )
        for statement in _FORGET:
            connection.execute(statement)
        _write(connection, into="")
        connection.execute(_MARK)


def arrived(connection: Connection, after: int) -> tuple[int, list[Arrived]]:
    """The number of the last event, and of the days of those after another what is not rolled up
    yet of them; after 0, of all days.
    """
    (latest,) = connection.execute("select coalesce(max(seq), 0) from events").fetchall()[0]
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
        _write(connection, into="right_")
        found += connection.execute(_DIFFERENCES).fetchall()
    return found


_FORGET = (
    *(
        f"delete from {table} where (site, day) in (select (site, day) from rolling)"
        for table in ("rollups", "rollups_revenue")
    ),
    *(
        f"delete from {table} using rolling where {table}.site = rolling.site "
        f"and {table}.day = rolling.day and {table}.{number} <= rolling.upto"
        for table, number in (("amended", "seq"), ("former_visits", "replaced"))
    ),
)
# A day that has nothing but engagement has no numbers.
_MARK = f"""
update rolled set upto = counted.upto, events = counted.number, visitors = counted.visitors,
    visits = counted.visits, pageviews = counted.pageviews, custom = counted.custom,
    bounces = counted.bounces, duration = counted.duration
from (
    select e.*, coalesce(d.visitors, 0) as visitors, coalesce(d.visits, 0) as visits,
           coalesce(d.pageviews, 0) as pageviews, coalesce(d.events, 0) as custom,
           coalesce(d.bounces, 0) as bounces, coalesce(d.duration, 0) as duration
    from (select site, day, upto, count(*) as number {_EVENTS} group by all) as e
    left join (from rollups where dimension = '{WHOLE_DAY}') as d
        on e.site = d.site and e.day = d.day
) as counted
where rolled.site = counted.site and rolled.day = counted.day
"""
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


def _write(connection: Connection, into: str) -> None:
    for table, rows in _FOUND.items():
        connection.execute(f"create or replace temp table {table} as {rows}")
    for statement in _COUNTS:
        connection.execute(statement.format(into=into))
    if connection.execute("from rolling_sales limit 1").fetchone():
        for statement in _REVENUE:
            connection.execute(statement.format(into=into))
    for table in _FOUND:
        connection.execute(f"drop table {table}")


def _counting(each: Dimension) -> str:
    if each.scope is Scope.VISIT:
        return _visits_by(each.name, each.column)
    return _OF_EVENTS.format(
        into="{into}",
        name=each.name,
        column=each.column,
        kinds=_KINDS[each.scope],
        counted=1 if each.scope is Scope.EVENT else 0,
    )


def _visits_by(name: str, value: str) -> str:
    return _OF_VISITS.format(into="{into}", name=name, value=value)


def _revenue_by(name: str, value: str, kinds: str) -> str:
    return _OF_REVENUE.format(into="{into}", name=name, value=value, kinds=kinds)


def _earning(each: Dimension) -> str:
    return _revenue_by(each.name, each.column, _KINDS[each.scope])


_COUNTS = (
    _visits_by(WHOLE_DAY, "''"),
    *(_counting(each) for each in DIMENSIONS.values()),
)
_REVENUE = (
    _revenue_by(WHOLE_DAY, "''", "0, 1"),
    *(_earning(each) for each in DIMENSIONS.values()),
)
