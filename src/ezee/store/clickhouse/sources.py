"""What is asked of ``events`` and ``visits``, as ClickHouse is to read them.

Visits are derived when they are asked for, from the events of the days in question: they are a pure
function of these, so that a late event, an import or an erasure needs no case of its own.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import NamedTuple

from ezee.model.dimensions import Scope, dimension, parts_of
from ezee.model.query import StatsQuery
from ezee.model.rollable import WHOLE_DAY
from ezee.store.clickhouse.dialect import CLICKHOUSE, written
from ezee.store.clickhouse.servers import Ask
from ezee.store.clickhouse.visible import Visible
from ezee.store.sql import VISIT_GAP, Asked, Source, Statement, matching
from ezee.store.sql.filters import on_events
from ezee.store.sql.series import BUCKET_COLUMNS


class Reach(NamedTuple):
    """Which rows a question may need: of a tracker, days (both included) and one visitor, where it
    names them.
    """

    visible: Visible
    site: int | None = None
    first_day: int | None = None
    last_day: int | None = None
    visitor: int | None = None
    without: tuple[int, ...] = ()
    """Days between that are not needed."""
    kept_from: int | None = None
    """From which day on there are events and bots."""

    def where(self, *columns: str) -> str:
        """The condition on a table that has these columns of ``site``, ``day`` and ``visitor``."""
        bounds = {
            "site": [("=", self.site)],
            "day": [
                (">=", self.first_day),
                ("<=", self.last_day),
                (">=", self._first_there(columns)),
            ],
            "visitor": [("=", self.visitor)],
        }
        parts = [
            f"{name} {operator} {value}"
            for name in columns
            for operator, value in bounds[name]
            if value is not None
        ]
        if self.without and "day" in columns:
            parts.append(f"day not in ({', '.join(map(str, self.without))})")
        return " and ".join([*parts, self.visible.condition])

    def _first_there(self, columns: Sequence[str]) -> int | None:
        return self.kept_from if "visitor" in columns else None


_FIRST = (
    "hour",
    "utc_offset",
    *("referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    *("country", "region", "city", "browser", "os", "device", "screen", "language"),
)
_KEPT = ("site", "day", "visitor", "happened_at", "received_at", "seq", "kind", "interactive")
_ENDS = {"entry_page": "argMinIf", "exit_page": "argMaxIf"}


_NUMBERS = count(1)

# A column that is read within a lambda alone is not read at all by old servers.
_NEVER = -(2**63) + 1


@contextmanager
def asked_of(ask: Ask, reach: Reach, query: StatsQuery, kept_as: str) -> Iterator[Source]:
    """Where a question reads while the block runs: visits are derived once for all of it, and kept
    in a table of the connection's own; and so are those that own an event that matches.
    """
    where, read = reach.where("site", "day", "visitor"), _of_visits(query)
    # Of a table that had the name before, an old server may remember the columns.
    name = f"{kept_as}_{next(_NUMBERS)}"
    kept = {name: visits(where, read)}
    source = Source(Statement("events"), Statement(name), Statement(where))
    if on_events(CLICKHOUSE, query.filters):
        assert reach.site is not None
        asked = Asked(CLICKHOUSE, reach.site, query, source)
        begun = f"{name}_begun"
        kept[begun] = written(matching.visits(asked, ("bounce", "duration", *read)))
        source = source._replace(begun=Statement(begun))
    for table, rows in kept.items():
        ask(f"create temporary table {table} as {rows}")
    yield source
    # After a failure the connection ends, and the tables with it.
    for table in kept:
        ask(f"drop temporary table {table}")


def of_rollups(site: int, days: str) -> Source:
    """Where a question reads that roll-ups answer; ``days`` is the condition on their rows."""
    where = f"site = {site} and {days}"
    whole = (
        "select site, day, visitors, visits, pageviews, events as custom, bounces, duration, "
        f"1 as upto from rollups where {where} and dimension = '{WHOLE_DAY}'"
    )
    return Source(
        rolled=Statement(f"({whole}) as rolled"),
        told=Statement(days),
    )


def _of_visits(query: StatsQuery) -> set[str]:
    """What a question reads of visits, beside what is always there."""
    parts = [part for name in query.breakdowns for part in parts_of(name)]
    named = [dimension(each) for each in (*parts, *(each.dimension for each in query.filters))]
    read = {*BUCKET_COLUMNS[query.interval]} & {"hour", "utc_offset"}
    read |= {each.column for each in named if each.scope is Scope.VISIT}
    return read | {"verified"} if query.verified else read


def visits(
    where: str,
    columns: Collection[str] = (*_FIRST, *_ENDS, "verified"),
    table: str = "events",
) -> str:
    """The visits, and of whom: a visit begins where 30 minutes have passed since the event before.

    The condition ``where`` is met by all events of a day and visitor, or by none.

    Engagement (kind 2) opens no visit, so a group of nothing else is none. What a visit has of its
    first event, or of its pages, is read only where it is among the columns: it costs most.
    """
    first = [name for name in _FIRST if name in columns]
    ends = [name for name in _ENDS if name in columns]
    verified = ["verified"] if "verified" in columns else []
    read = ", ".join((*_KEPT, *first, *(["page"] if ends else []), *verified))
    place = "tuple(happened_at, received_at, seq)"
    made = {
        **{name: f"argMinIf({name}, {place}, kind <> 2)" for name in first},
        **{name: f"{_ENDS[name]}(page, {place}, kind = 0)" for name in ends},
        **{name: f"max(case when kind <> 2 and {name} then 1 else 0 end)" for name in verified},
    }
    return f"""
    select site, day, visitor,
           minIf(happened_at, kind <> 2) as started_at, max(happened_at) as ended_at,
           countIf(kind = 0) as pageviews, countIf(kind = 1) as events,
           case when countIf(kind = 0) = 1 and countIf(kind = 1 and interactive) = 0
                then 1 else 0 end as bounce,
           max(happened_at) - minIf(happened_at, kind <> 2) as duration
           {"".join(f", {each} as {name}" for name, each in made.items())}
    from (select {read} from {table} where {where}) as e
    all inner join (
        select site, day, visitor, arraySort(groupArray(happened_at)) as instants,
               arrayFilter(
                   (at, place) -> place = 1 or at - instants[place - 1] >= {VISIT_GAP},
                   instants, arrayEnumerate(instants)
               ) as starts
        from {table} where {where} group by site, day, visitor
    ) as b using (site, day, visitor)
    group by site, day, visitor, arrayCount(start -> start <= happened_at, starts)
    having countIf(kind <> 2) > 0 and max(happened_at) > {_NEVER}
    """


# What is counted elsewhere has no sign, and both are put together.
_DROPS = "select site, day, reason, toUInt64(count) as count from drops where {where}"
_ERASED = """
select receipt, max(events) as events, max(bots) as bots, max(drops) as drops,
       max(visits) as visits, max(days) as days, max(removed_at) as removed_at,
       max(stage) = 2 as gone
from erased group by receipt having max(stage) > 0
"""
_NAMED = re.compile(r"\b(from|join) (events|bots|drops|visits|erased)\b( as \w+)?")


def reached(statement: Statement, reach: Reach) -> Statement:
    """A statement of ours where each table is what of it is visible and within reach."""
    tables = {
        "events": f"select * from events where {reach.where('site', 'day', 'visitor')}",
        "bots": f"select * from bots where {reach.where('site', 'day', 'visitor')}",
        "drops": _DROPS.format(where=reach.where("site", "day")),
        "visits": visits(reach.where("site", "day", "visitor")),
        "erased": _ERASED,
    }

    def named(found: re.Match[str]) -> str:
        word, table, alias = found.groups()
        return f"{word} ({tables[table]}){alias or f' as {table}'}"

    return statement._replace(sql=_NAMED.sub(named, statement.sql))
