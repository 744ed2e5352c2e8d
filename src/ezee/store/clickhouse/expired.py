"""Days whose events have expired: what is known of them, and what is told where events were.

``expired`` says how far each expiry is. From the day on up to which one is announced no event of
days before is stored, and none is read; of those that are counted, events may be gone, and what
they were is in roll-ups that stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from enum import IntEnum
from typing import NamedTuple, TypeVar

from ezee.errors import Unavailable
from ezee.model.rollable import WHOLE_DAY
from ezee.store import expired
from ezee.store.changes import Erase
from ezee.store.clickhouse import rollups
from ezee.store.clickhouse.dialect import literal, written
from ezee.store.clickhouse.reaches import reach_of
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.sources import reached
from ezee.store.clickhouse.visible import Visible
from ezee.store.erasable import expirable, within_days
from ezee.store.kept import statement_of
from ezee.store.looks import (
    BotViews,
    Erasable,
    Expirable,
    ExpiryLook,
    KeptEvents,
    KeptFrom,
    LatestErased,
    NotCounted,
    PlainLook,
    Row,
)

T = TypeVar("T")


class Stage(IntEnum):
    """How far an expiry is. Whatever it was not yet it will be."""

    ANNOUNCED = 0
    COUNTED = 1
    GONE = 2


class Kept(NamedTuple):
    """The first days of a tracker whose events are kept, by how far the expiries are of those
    before; None: there is none.
    """

    announced: int | None = None
    counted: int | None = None
    gone: int | None = None


class Late(Unavailable):
    """Events have come of days of which no more is stored: of which trackers before which day."""

    def __init__(self, kept_from: Mapping[int, int]) -> None:
        super().__init__()
        self.kept_from = kept_from


def kept(servers: Servers, site: int) -> Kept:
    """How far the expiries of a tracker are."""
    rows = servers.ask(
        f"select stage, max(kept_from) from expired where site = {site} group by stage"
    )
    last: dict[int, int] = dict(rows)  # type: ignore[arg-type]
    reached = [[day for stage, day in last.items() if stage >= least] for least in Stage]
    return Kept(*(max(days, default=None) for days in reached))


def check_late(servers: Servers, days: Collection[tuple[int, int]]) -> None:
    """See that of none of these days (tracker and day) events are expiring, after it was told that
    a batch is begun.

    Raises:
        Late: of some they are.
    """
    if not days:
        return
    sites = ", ".join(str(site) for site in sorted({site for site, _ in days}))
    rows = servers.ask(
        f"select site, max(kept_from) from expired where site in ({sites}) group by site"
    )
    kept_from: dict[int, int] = dict(rows)  # type: ignore[arg-type]
    if any(day < kept_from.get(site, day) for site, day in days):
        raise Late(kept_from)


def steadily(servers: Servers, site: int, read: Callable[[Kept], T]) -> T:
    """What is read of a tracker while none of its events go."""
    while True:
        before = kept(servers, site)
        found = read(before)
        if kept(servers, site).counted == before.counted:
            return found


def look(servers: Servers, seen: Callable[[], Visible], asked: PlainLook | ExpiryLook) -> list[Row]:
    """The rows of a look, of all days; ``seen`` tells what is visible.

    Raises:
        InvalidRequest, Unavailable: as ``expired.check_path``, ``expired.check_events``.
    """
    match asked:
        case KeptFrom():
            # Of what is announced alone all may still be there.
            return _rows(
                servers,
                f"select site, max(kept_from) from expired where stage >= {int(Stage.COUNTED)} "
                "and site <> 0 group by site order by site",
            )
        case LatestErased():
            return _rows(servers, _latest_erased(asked))
        case NotCounted() | BotViews() | KeptEvents() | Expirable():
            return steadily(servers, asked.site, lambda at: _look(servers, seen(), asked, at))
        case Erasable():
            site = asked.erase.site
            return steadily(servers, site, lambda at: _look(servers, seen(), asked, at))
        case _:
            return stored(servers, seen(), asked)


def _look(servers: Servers, seen: Visible, asked: PlainLook | Expirable, at: Kept) -> list[Row]:
    match asked:
        case KeptEvents():
            expired.check_events(asked, at.announced)
        case Erasable():
            expired.check_path(asked.erase, at.announced)
            return [removed(servers, seen, asked.erase, at)]
    rows = stored(servers, seen, asked, at)
    if isinstance(asked, NotCounted):
        rows += _bots(servers, asked, at)
        return sorted(rows, key=lambda row: (row[0], row[1], -int(row[4]), row[2]))
    if isinstance(asked, BotViews):
        return [(int(rows[0][0]) + _views(servers, asked, at),)]
    return rows


def removed(servers: Servers, seen: Visible, erase: Erase, at: Kept) -> Row:
    """How much an erasure removes, as ``Erasable`` tells it."""
    (there,) = stored(servers, seen, Erasable(erase), at)
    return tuple(
        sum(map(int, each)) for each in zip(there, _left(servers, seen, erase, at), strict=True)
    )


def counted_bots(servers: Servers, site: int, where: str) -> str:
    """The condition on those rows of ``rollups_bots`` that count, of such as meet one."""
    among = f"site = {site} and {where}"
    days = servers.ask(
        f"select day, min(seq) from rollups_bots where {among} and seq global in "
        f"(select seq from expired where site = {site} and stage = {int(Stage.COUNTED)}) "
        "group by day"
    )
    pairs = ", ".join(f"({day}, {seq})" for day, seq in days)
    return f"{among} and (day, seq) in ({pairs})" if pairs else "1 = 0"


def stored(
    servers: Servers, seen: Visible, asked: PlainLook | Expirable, at: Kept | None = None
) -> list[Row]:
    """The rows of a look, of the days alone whose events are there."""
    statement = expirable(asked) if isinstance(asked, Expirable) else statement_of(asked)
    reach = reach_of(asked, seen)._replace(kept_from=at.counted if at else None)
    return _rows(servers, written(reached(statement, reach)))


def _rows(servers: Servers, statement: str) -> list[Row]:
    return [tuple(row) for row in servers.ask(statement)]


def _bots(servers: Servers, asked: NotCounted, at: Kept) -> list[Row]:
    if at.counted is None or asked.first_day >= at.counted:
        return []
    days = f"day >= {asked.first_day} and day <= {asked.last_day}"
    which = counted_bots(servers, asked.site, days)
    return _rows(
        servers,
        "select day, 'bot' as reason, rule, category, sum(events) as number from rollups_bots "
        f"where {which} group by day, rule, category",
    )


def _views(servers: Servers, asked: BotViews, at: Kept) -> int:
    if at.counted is None or asked.first_day >= at.counted or not asked.rules:
        return 0
    days = f"day >= {asked.first_day} and day <= {asked.last_day}"
    which = counted_bots(servers, asked.site, days)
    of_page = f"page = {literal(asked.page)}" if asked.page else "1 = 1"
    rules = ", ".join(map(literal, asked.rules))
    ((views,),) = servers.ask(
        f"select sum(pageviews) from rollups_bots where {which} and {of_page} and rule in ({rules})"
    )
    return int(views)


def _left(servers: Servers, seen: Visible, erase: Erase, at: Kept) -> Row:
    """What the days of an erasure were that have expired: events, bots, drops, visits, days.

    Drops are there as before; days that have some are counted with them.
    """
    if erase.path is not None or at.counted is None:
        return (0, 0, 0, 0, 0)
    days = f"{written(within_days(erase))} and day < {at.counted}"
    people = _expired_people(servers, days)
    which = counted_bots(servers, erase.site, days)
    bots = _by_day(servers, f"sum(events) from rollups_bots where {which}")
    dropped = _by_day(servers, f"count(*) from drops where {days} and {seen.condition}")
    touched = (people.keys() | bots.keys()) - dropped.keys()
    events, visits = (sum(each[at] for each in people.values()) for at in range(2))
    return (events, sum(bots.values()), 0, visits, len(touched))


def _expired_people(servers: Servers, days: str) -> dict[int, tuple[int, int]]:
    """How many events and visits there were, by day."""
    rows = servers.ask(
        "select day, argMax(events, tuple(version, seq)) as number, "
        f"argMax(seq, tuple(version, seq)) from rolled where {days} group by day having number > 0"
    )
    if not rows:
        return {}
    told = rollups.of({day: rollups.Told(0, seq) for day, _, seq in rows})
    where = f"{days} and dimension = '{WHOLE_DAY}' and {told}"
    visits = _by_day(servers, f"sum(visits) from rollups where {where}")
    return {day: (events, visits.get(day, 0)) for day, events, _ in rows}


def _by_day(servers: Servers, number: str) -> dict[int, int]:
    return {day: int(each) for day, each in servers.ask(f"select day, {number} group by day")}


def _latest_erased(asked: LatestErased) -> str:
    begin = literal(asked.prefix)
    return (
        "select receipt, max(events), max(bots), max(drops), max(visits), max(days), "
        "max(removed_at) as latest, max(stage) = 2 as is_gone from erased "
        f"where substring(receipt, 1, length({begin})) = {begin} "
        "group by receipt having max(stage) > 0 "
        f"order by latest desc, receipt desc limit {asked.rows}"
    )
