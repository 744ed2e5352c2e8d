"""Days whose events have expired, as another store keeps them: read, and written down."""

from __future__ import annotations

from ezee.store.changes import FurnishExpired
from ezee.store.clickhouse import expired, rollups
from ezee.store.clickhouse.expired import Stage
from ezee.store.clickhouse.expiring import COLUMNS, Said
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.rollups import SiteDay, Told
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Servers
from ezee.store.looks import ExpiredDays, Row

_SUMS = ("visitors", "viewers", "visits", "pageviews", "events", "bounces", "duration")


def look(servers: Servers, asked: ExpiredDays) -> list[Row]:
    """See ``ExpiredDays``."""
    return [tuple(row) for row in servers.ask(_STATEMENTS[asked.part](servers, asked))]


def furnish(servers: Servers, numbers: Numbers, change: FurnishExpired) -> int:
    """Have these days as they are told; returns how many.

    It counts once it is said that they are counted, which is said last. What was cut off before
    that is cleared away, and done again under another number.
    """
    before = expired.kept(servers, change.site)
    if before.gone is not None and before.gone >= change.kept_from:
        return 0
    if before.counted is None or before.counted < change.kept_from:
        _count(servers, numbers, change)
    _say(servers, change, Stage.GONE, numbers.take())
    return len(change.days)


def _count(servers: Servers, numbers: Numbers, change: FurnishExpired) -> None:
    seq, site = numbers.take(), change.site
    revenue = [(*key, int(amount), sales) for *key, amount, sales in change.revenue]
    for table, rows in (
        ("rollups", change.rollups),
        ("rollups_revenue", revenue),
        ("rollups_bots", change.bots),
    ):
        if rows:
            # Which visitors they are of nobody knows any more: all lie in one shard.
            every = [(site, *row, seq) for row in rows]
            servers.insert(0, table, list(TABLES[table].columns), every)
    told = [(SiteDay(site, day), seq, events) for day, events in change.days if events]
    rollups.mark_for_good(servers, told)
    _say(servers, change, Stage.COUNTED, seq)


def _say(servers: Servers, change: FurnishExpired, stage: Stage, seq: int) -> None:
    said = Said(change.site, change.kept_from, int(stage), "", 0, seq=seq)
    servers.insert(0, "expired", COLUMNS, [said])


def _days(_: Servers, asked: ExpiredDays) -> str:
    where = _within(asked)
    return f"""
        select day, max(number) from (
            select day, argMax(events, tuple(version, seq)) as number
            from rolled where {where} group by day having number > 0
            union all select day, toInt64(0) as number from rollups_bots where {where}
        ) as told group by day order by day
        """


def _rollups(servers: Servers, asked: ExpiredDays) -> str:
    sums = ", ".join(f"sum({each}) as sum_of_{each}" for each in _SUMS)
    return f"""
        select dimension, day, value, {sums} from rollups where {_rolled(servers, asked)}
        group by dimension, day, value order by dimension, day, value
        """


def _revenue(servers: Servers, asked: ExpiredDays) -> str:
    return f"""
        select dimension, day, value, currency, toString(sum(amount)), sum(sales) as number
        from rollups_revenue where {_rolled(servers, asked)}
        group by dimension, day, value, currency order by dimension, day, value, currency
        """


def _bots(servers: Servers, asked: ExpiredDays) -> str:
    days = f"day >= {asked.first_day} and day <= {asked.last_day}"
    return f"""
        select day, rule, category, page, sum(events) as number, sum(pageviews) as views
        from rollups_bots where {expired.counted_bots(servers, asked.site, days)}
        group by day, rule, category, page order by day, rule, category, page
        """


_STATEMENTS = {"days": _days, "rollups": _rollups, "revenue": _revenue, "bots": _bots}


def _rolled(servers: Servers, asked: ExpiredDays) -> str:
    """The condition on the rows of their roll-ups."""
    where = _within(asked)
    rows = servers.ask(
        "select day, argMax(seq, tuple(version, seq)) as latest from rolled "
        f"where {where} group by day having latest > 0"
    )
    if not rows:
        return "1 = 0"
    return f"{where} and {rollups.of({day: Told(0, seq) for day, seq in rows})}"


def _within(asked: ExpiredDays) -> str:
    return f"site = {asked.site} and day >= {asked.first_day} and day <= {asked.last_day}"
