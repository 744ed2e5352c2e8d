"""From a question to SQL: readable statements in the subset that every engine understands.

The subset: subqueries, ``count(distinct …)``, ``sum(case when …)``, group by, joins, union all,
and bound parameters. No window functions, CTEs, ``filter (where …)`` or date arithmetic.

Visitors are counted as distinct (local day, visitor): distinct within each day, then summed.
"""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.calendar import MINUTE
from ezee.model.dimensions import DIMENSIONS, Dimension, Scope
from ezee.model.query import Interval, Order, StatsQuery

# From this many milliseconds on, two events of one visitor are two visits.
VISIT_GAP = 30 * MINUTE


class Statement(NamedTuple):
    """SQL with ``?`` places, and what goes into them."""

    sql: str
    parameters: tuple[int | str, ...]


BUCKET_COLUMNS = {
    Interval.MINUTE: ("day", "hour", "utc_offset", "minute_start"),
    Interval.HOUR: ("day", "hour", "utc_offset"),
    Interval.DAY: ("day",),
    Interval.WEEK: ("day",),
    Interval.MONTH: ("day",),
}

_KINDS = {Scope.PAGEVIEW: "kind = 0", Scope.EVENT: "kind = 1"}


def event_buckets(site: int, query: StatsQuery, columns: tuple[str, ...]) -> Statement:
    """Per bucket: visitors, pageviews, events. The bucket's columns come first."""
    where = _events_in(site, query)
    keys = ", ".join(columns)
    source = _with_minute("events", "happened_at", columns)
    return Statement(
        f"""
        select {keys}, count(distinct visitor) as visitors,
               sum(case when kind = 0 then 1 else 0 end) as pageviews,
               sum(case when kind = 1 then 1 else 0 end) as events
        from {source} where {where.sql} group by {keys}
        """,
        where.parameters,
    )


def visit_buckets(site: int, query: StatsQuery, columns: tuple[str, ...]) -> Statement:
    """Per bucket of their first events: visits, bounces, duration."""
    where = _visits_in(site, query)
    keys = ", ".join(columns)
    source = _with_minute("visits", "started_at", columns)
    return Statement(
        f"""
        select {keys}, count(*) as visits, sum(bounce) as bounces, sum(duration) as duration
        from {source} where {where.sql} group by {keys}
        """,
        where.parameters,
    )


def breakdown(site: int, query: StatsQuery, name: str) -> tuple[Statement, Statement]:
    """The asked-for rows of a dimension (value, visitors, count), and the number of all rows."""
    dimension = DIMENSIONS[name]
    per_day = _per_day(site, query, dimension)
    grouped = f"""
        select value, sum(visitors) as visitors, sum(hits) as hits
        from ({per_day.sql}) as per_day group by value
    """
    rows = Statement(
        f"{grouped} order by {_order(query.order, dimension)} "
        f"limit {query.limit} offset {query.offset}",
        per_day.parameters,
    )
    total = Statement(f"select count(*) from ({grouped}) as grouped", per_day.parameters)
    return rows, total


def _per_day(site: int, query: StatsQuery, dimension: Dimension) -> Statement:
    column = dimension.column
    if dimension.scope is not Scope.VISIT:
        where = _events_in(site, query)
        return Statement(
            f"""
            select day, {column} as value, count(distinct visitor) as visitors, count(*) as hits
            from events where {where.sql} and {_KINDS[dimension.scope]} group by day, value
            """,
            where.parameters,
        )
    if query.range.start is None:
        where = _visits_in(site, query)
        return Statement(
            f"""
            select day, {column} as value, count(distinct visitor) as visitors, count(*) as hits
            from visits where {where.sql} group by day, value
            """,
            where.parameters,
        )
    return _visits_cut_by_range(site, query, column)


def _visits_cut_by_range(site: int, query: StatsQuery, column: str) -> Statement:
    """A visit belongs to the range of its first event, its visitor to that of each event."""
    started = _visits_in(site, query)
    seen = _events_in(site, query)
    return Statement(
        f"""
        select v.day as day, v.{column} as value, count(distinct v.visitor) as visitors, 0 as hits
        from (select site, day, visitor, happened_at from events where {seen.sql}) as e
        join visits as v on e.site = v.site and e.day = v.day and e.visitor = v.visitor
        where e.happened_at >= v.started_at and e.happened_at <= v.ended_at
        group by v.day, v.{column}
        union all
        select day, {column} as value, 0 as visitors, count(*) as hits
        from visits where {started.sql} group by day, {column}
        """,
        seen.parameters + started.parameters,
    )


def _order(order: Order, dimension: Dimension) -> str:
    direction = "desc" if order.descending else "asc"
    if order.metric == "value":
        return f"value {direction}"
    column = "hits" if order.metric == dimension.count else "visitors"
    return f"{column} {direction}, value asc"


def _with_minute(table: str, instant: str, columns: tuple[str, ...]) -> str:
    if "minute_start" not in columns:
        return table
    return f"(select *, {instant} - {instant} % 60000 as minute_start from {table}) as {table}"


def _events_in(site: int, query: StatsQuery) -> Statement:
    return _in_range(site, query, "happened_at", " and kind <> 2")


def _visits_in(site: int, query: StatsQuery) -> Statement:
    return _in_range(site, query, "started_at", "")


def _in_range(site: int, query: StatsQuery, instant: str, also: str) -> Statement:
    span = query.range
    sql = f"site = ? and day >= ? and day <= ?{also}"
    parameters: tuple[int | str, ...] = (site, span.first_day, span.last_day)
    if span.start is not None and span.end is not None:
        sql += f" and {instant} >= ? and {instant} < ?"
        parameters += (span.start, span.end)
    if query.verified:
        sql += " and verified"
    return Statement(sql, parameters)
