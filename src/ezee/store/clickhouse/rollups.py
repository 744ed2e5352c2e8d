"""Day roll-ups: what events of a local day add up to, by the values of each dimension.

Each shard rolls up its own visitors, and what all of them say is added up: a visitor is one
shard's. The rows count from when ``rolled`` names their number, and for as long as no batch that is
about their day has come since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from ezee.errors import Unavailable
from ezee.model.calendar import DAY, MINUTE
from ezee.model.dimensions import DIMENSIONS, Scope
from ezee.model.rollable import WHOLE_DAY
from ezee.store.clickhouse import fences, visible
from ezee.store.clickhouse.address import Node
from ezee.store.clickhouse.numbers import Numbers, at, now
from ezee.store.clickhouse.schema import TABLES, local
from ezee.store.clickhouse.servers import Ask, Servers
from ezee.store.clickhouse.sources import visits
from ezee.store.clickhouse.visible import Visible

# How many events are rolled up at once: small days go together, large ones alone.
_TOGETHER = 500_000
# Microseconds, more than ``states.TRUSTED`` and what clocks may differ by.
_LAG = 900_000_000
_DAYS_AT_ONCE = 1_000
FOR_GOOD = 2**62
"""What a roll-up that stays as it is is true up to: no batch has such a number before 2112."""


class SiteDay(NamedTuple):
    """One local day of one tracker."""

    site: int
    day: int


class Waiting(NamedTuple):
    """A day that is to be rolled up, how many events it has, and when it ends (ms UTC)."""

    site_day: SiteDay
    events: int
    ends_at: int = 0


class Told(NamedTuple):
    """What is said of a day that is rolled up: of which batches that is true, and its number."""

    upto: int
    seq: int


class Days(NamedTuple):
    """Some days of trackers, as far as they are visible."""

    visible: Visible
    days: Sequence[SiteDay]

    @property
    def where(self) -> str:
        """The condition on their rows."""
        return f"{_named(self.days)} and {self.visible.condition}"


def fenced(servers: Servers, numbers: Numbers, upto: int | None = None) -> Visible:
    """What is settled for good: up to a number, or up to now."""
    _, passed = fences.latest(servers)
    numbers.pass_by(passed)
    if servers.may_lag:
        # A fence may not be everywhere yet; nobody settles a batch that is so old.
        upto = at(now() - _LAG)
        catch_up(servers)
    fence = numbers.take() if upto is None else max(upto, passed)
    fences.put_up(servers, fence)
    return visible.settled(servers, fence)


def catch_up(servers: Servers) -> None:
    """Return when every replica has all that any has."""
    for node in servers.nodes:
        for table in ("batches", "events", "bots", "rolled", "undone", "fences", "expired"):
            servers.ask_at(node, f"system sync replica {local(servers.address, table)}")


def roll(servers: Servers, numbers: Numbers, settled: Visible, waiting: Sequence[Waiting]) -> None:
    """Roll up days with all that is settled of them."""
    for some in together(waiting):
        seq = numbers.take()
        write(servers, Days(settled, [each.site_day for each in some]), seq)
        mark(servers, [(each.site_day, settled.upto, seq, each.events) for each in some])


def mark(servers: Servers, told: Sequence[tuple[SiteDay, int, int, int]]) -> None:
    """Say of days up to which batch their roll-ups know of all, their numbers, and how many events
    they are of; with the number 0, that they wait to be rolled up.
    """
    if told:
        # Of what is said of one batch, a roll-up is the later.
        rows = [(*day, upto, seq, events, 2 * upto + bool(seq)) for day, upto, seq, events in told]
        servers.insert(0, "rolled", list(TABLES["rolled"].columns), rows)


def mark_for_good(servers: Servers, told: Sequence[tuple[SiteDay, int, int]]) -> None:
    """Say of days whose roll-ups know all that ever comes: their numbers, and how many events they
    are of. Nothing that is said of them later holds.
    """
    rows = [(*day, FOR_GOOD, seq, events, FOR_GOOD + seq) for day, seq, events in told]
    for first in range(0, len(rows), _DAYS_AT_ONCE):
        servers.insert(0, "rolled", list(TABLES["rolled"].columns), rows[first:][:_DAYS_AT_ONCE])


def waiting(servers: Servers, settled: Visible, days: Sequence[SiteDay]) -> list[Waiting]:
    """How many events days have, those that have any."""
    if not days:
        return []
    rows = servers.ask(
        "select site, day, count(*), min(utc_offset) from events "
        f"where {Days(settled, days).where} group by site, day order by site, day"
    )
    return [
        Waiting(SiteDay(site, day), events, (day + 1) * DAY - offset * MINUTE)
        for site, day, events, offset in rows
    ]


def every_day(
    servers: Servers, settled: Visible, site: int, before: int | None = None
) -> list[Waiting]:
    """The days of a tracker that have events, or those before one, and how many."""
    earlier = "" if before is None else f"and day < {before} "
    rows = servers.ask(
        f"select day, count(*) from events where site = {site} and {settled.condition} "
        f"{earlier}group by day order by day"
    )
    return [Waiting(SiteDay(site, day), events) for day, events in rows]


def rolled(ask: Ask, site: int, spans: Sequence[tuple[int, int]]) -> dict[int, Told]:
    """Of which days, within any of these, there are roll-ups; they may have been overtaken.

    It has to be asked before what is visible is looked at: all that a roll-up knows is then.
    """
    within = " or ".join(f"(day >= {first} and day <= {last})" for first, last in spans)
    # In this order: whoever passes on batches has had the days wait before that are overtaken.
    ((passed,),) = ask("select maxIf(upto, passed = 1) from fences")
    rows = ask(
        "select day, max(upto), argMax(seq, tuple(version, seq)) as latest "
        f"from rolled where site = {site} and ({within}) group by day"
    )
    undone = ask(f"select first_day, last_day, upto from undone where site = {site}")
    return {
        day: Told(max(upto, passed), seq)
        for day, upto, seq in rows
        if seq and not any(first <= day <= last and upto < least for first, last, least in undone)
    }


def still_true(ask: Ask, site: int, told: dict[int, Told]) -> dict[int, Told]:
    """Those to which nothing has come since, nor is anything of them being changed.

    It has to be asked after what is visible was looked at: all that is visible is looked for.
    """
    if not told:
        return {}
    spans = ask(
        "select first, last, max(batch) from batches "
        "array join sites as touched, firsts as first, lasts as last "
        f"where touched = {site} and batch > {min(each.upto for each in told.values())} "
        "group by first, last"
    )
    return {
        day: each
        for day, each in told.items()
        if not any(first <= day <= last and batch > each.upto for first, last, batch in spans)
    }


def of(told: dict[int, Told]) -> str:
    """The condition on the rows of these days' roll-ups."""
    pairs = ", ".join(f"({day}, {each.seq})" for day, each in sorted(told.items()))
    return f"(day, seq) in ({pairs})"


def together(days: Iterable[Waiting]) -> Iterator[list[Waiting]]:
    """Days in such parts as are rolled up well at once."""
    chosen: list[Waiting] = []
    events = 0
    for each in days:
        events += each.events
        if chosen and events > _TOGETHER:
            yield chosen
            chosen, events = [], each.events
        chosen.append(each)
    if chosen:
        yield chosen


def _named(days: Sequence[SiteDay]) -> str:
    sites = ", ".join(str(site) for site in sorted({each.site for each in days}))
    first, last = min(each.day for each in days), max(each.day for each in days)
    pairs = ", ".join(f"({site}, {day})" for site, day in days)
    # Sites and days by themselves are looked up by the order of the rows.
    return f"site in ({sites}) and day >= {first} and day <= {last} and (site, day) in ({pairs})"


def answering(servers: Servers, replicas: Sequence[Node]) -> Node:
    """One of a shard's servers that answers."""
    for node in replicas[:-1]:
        try:
            servers.ask_at(node, "select 1")
        except Unavailable:
            continue
        return node
    return replicas[-1]


_VISIT_DIMENSIONS = [each for each in DIMENSIONS.values() if each.scope is Scope.VISIT]
_EVENT_DIMENSIONS = [each for each in DIMENSIONS.values() if each.scope is not Scope.VISIT]
# Pageviews and custom events; of the latter alone are those that have a name.
_KINDS = {Scope.PAGEVIEW: "0, 1", Scope.EVENT: "1"}
_VISITS = "rolling_visits"


def counts(events: str, where: str) -> Iterator[str]:
    """Statements whose rows, one after another, are those of ``rollups`` but for ``seq``."""
    named = _array([(WHOLE_DAY, "''"), *((each.name, each.column) for each in _VISIT_DIMENSIONS)])
    yield f"""
        select site, dimension, day, value, count(distinct visitor) as visitors,
               count(distinct visitor) as viewers, count(*) as visits, sum(pageviews) as pageviews,
               sum(events) as events, sum(bounce) as bounces, sum(duration) as duration
        from (
            select site, day, visitor, pageviews, events, bounce, duration,
                   tupleElement(named, 1) as dimension, tupleElement(named, 2) as value
            from (
                select *, {named} as every from {_VISITS}
            ) as visits array join every as named
        ) as named_visits
        group by site, dimension, day, value
        """
    for each in _EVENT_DIMENSIONS:
        kinds, counted = _KINDS[each.scope], 1 if each.scope is Scope.EVENT else 0
        yield f"""
            select site, '{each.name}' as dimension, day, {each.column} as value,
                   count(distinct visitor) as visitors,
                   uniqExactIf(visitor, kind = {counted}) as viewers, 0 as visits,
                   countIf(kind = 0) as pageviews, countIf(kind = 1) as events, 0 as bounces,
                   0 as duration
            from {events} where {where} and kind in ({kinds}) group by site, day, value
            """
        yield f"""
            select site, '{each.name}' as dimension, day, value, 0 as visitors, 0 as viewers,
                   count(*) as visits, 0 as pageviews, 0 as events, sum(bounce) as bounces,
                   sum(duration) as duration
            from (
                select site, day, value, visitor, started_at, bounce, duration
                from ({_owned(events, where, f"kind in ({kinds})", f"{each.column} as value")})
                    as owned
                group by site, day, value, visitor, started_at, bounce, duration
            ) as owners
            group by site, day, value
            """


def revenue(events: str, where: str) -> Iterator[str]:
    """The same of ``rollups_revenue``."""
    dimensions = [(WHOLE_DAY, "''"), *((each.name, each.column) for each in _VISIT_DIMENSIONS)]
    dimensions.append(("page", "page"))
    parts = (("1 = 1", dimensions), ("kind = 1", [("event", "name")]))
    for kind, named in parts:
        sold = _owned(
            events,
            where,
            f"currency <> '' and kind in (0, 1) and {kind}",
            "page, name, amount, currency",
        )
        yield f"""
            select site, dimension, day, value, currency, sum(toDecimal128(amount, 0)) as amount,
                   count(*) as sales
            from (
                select site, day, currency, amount, tupleElement(named, 1) as dimension,
                       tupleElement(named, 2) as value
                from (select *, {_array(named)} as every from ({sold}) as sold) as sales
                    array join every as named
            ) as named_sales
            group by site, dimension, day, value, currency
            """


def _owned(events: str, where: str, which: str, columns: str) -> str:
    """Events beside the visits that own them."""
    return f"""
        select * from (
            select site, day, visitor, happened_at, {columns} from {events}
            where {where} and {which}
        ) as e all inner join {_VISITS} using (site, day, visitor)
        where happened_at >= started_at and happened_at <= ended_at
        """


def _array(named: Sequence[tuple[str, str]]) -> str:
    pairs = ", ".join(f"tuple('{name}', {value})" for name, value in named)
    return f"[{pairs}]"


def write(servers: Servers, days: Days, seq: int) -> None:
    """Have each shard write what it has of some days; it counts nowhere until it is marked."""

    def write_one(ask: Ask) -> None:
        with_visits(
            servers, ask, days, lambda events: _insert(servers, ask, events, days.where, seq)
        )

    for shard in servers.shards:
        servers.converse_at(answering(servers, shard.replicas), write_one)


def with_visits(servers: Servers, ask: Ask, days: Days, then: Callable[[str], None]) -> None:
    """Do what reads ``rolling_visits``, and the events of the shard under the name it is told."""
    events = local(servers.address, "events")
    ask(f"create temporary table {_VISITS} as {visits(days.where, table=events)}")
    then(events)
    ask(f"drop temporary table {_VISITS}")


def _insert(servers: Servers, ask: Ask, events: str, where: str, seq: int) -> None:
    for table, statements in (("rollups", counts), ("rollups_revenue", revenue)):
        columns = ", ".join(name for name in TABLES[table].columns if name != "seq")
        for statement in statements(events, where):
            ask(
                f"insert into {local(servers.address, table)} ({columns}, seq) "
                f"select {columns}, {seq} as seq from ({statement}) as rolled_up"
            )
