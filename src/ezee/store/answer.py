"""One question asked of any SQL engine: run its statements, gather the integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from ezee.model.metrics import REVENUE
from ezee.model.query import StatsQuery
from ezee.model.result import Answer, Breakdown, BreakdownRow, Comparison, Counts, Series
from ezee.store.sql import Asked, Dialect, Statement
from ezee.store.sql.breakdowns import breakdown
from ezee.store.sql.series import BUCKET_COLUMNS, event_buckets, revenue_buckets, visit_buckets

Run = Callable[[Statement], Sequence[Sequence[Any]]]


def answer(run: Run, dialect: Dialect, site: int, query: StatsQuery) -> Answer:
    """Answer ``query`` with ``run``, which executes one statement within one snapshot."""
    asked = Asked(dialect, site, query)
    totals, series = _in_time(run, asked)
    return Answer(
        totals,
        series,
        breakdowns={name: _breakdown(run, asked, name) for name in query.breakdowns},
        comparison=_comparison(run, asked),
    )


def _comparison(run: Run, asked: Asked) -> Comparison | None:
    if asked.query.comparison is None:
        return None
    span = asked.query.comparison
    return Comparison(*_in_time(run, asked._replace(query=replace(asked.query, range=span))))


def _in_time(run: Run, asked: Asked) -> tuple[Counts, Series]:
    """The totals and the series of the question's range."""
    columns = BUCKET_COLUMNS[asked.query.interval]
    series = _series(run, asked, columns)
    by_day = series if columns == ("day",) else _series(run, asked, ("day",))
    totals = Counts()
    # Everything adds up over days, visitors too: a visitor is one local day's.
    for counts in by_day.values():
        totals.add(counts)
    return totals, series


def _series(run: Run, asked: Asked, columns: tuple[str, ...]) -> Series:
    width = len(columns)
    buckets: Series = {}
    for row in run(event_buckets(asked, columns)):
        visitors, pageviews, events = (int(number) for number in row[width:])
        buckets[_key(row, width)] = Counts(visitors=visitors, pageviews=pageviews, events=events)
    for row in run(visit_buckets(asked, columns)):
        bucket = buckets.setdefault(_key(row, width), Counts())
        bucket.visits, bucket.bounces, bucket.duration = (int(number) for number in row[width:])
    if REVENUE in asked.query.metrics:
        for row in run(revenue_buckets(asked, columns)):
            buckets[_key(row, width)].revenue[row[width]] = Decimal(row[width + 1])
    return buckets


def _key(row: Sequence[Any], width: int) -> tuple[int, ...]:
    return tuple(int(part) for part in row[:width])


def _breakdown(run: Run, asked: Asked, name: str) -> Breakdown:
    rows, total = breakdown(asked, name)
    found = [_row(row) for row in run(rows)]
    if len(found) < asked.query.limit and (found or not asked.query.offset):
        # These are the last of them, so their number is known.
        return Breakdown(found, asked.query.offset + len(found))
    return Breakdown(found, int(run(total)[0][0]))


def _row(row: Sequence[Any]) -> BreakdownRow:
    *values, visitors, count = row
    value = values[0] if len(values) == 1 else tuple(values)
    return BreakdownRow(value, int(visitors), int(count))
