"""The totals and the time series of a question."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ezee.model.metrics import REVENUE
from ezee.model.result import Counts, Series
from ezee.store.plan import Run
from ezee.store.sql import EVENTS_ALONE, Asked, Plan, Statement
from ezee.store.sql.rolled import counted_days, revenue_days
from ezee.store.sql.series import (
    BUCKET_COLUMNS,
    DAYS,
    event_buckets,
    revenue_buckets,
    visit_buckets,
)

Bucket = tuple[int, ...]


def in_time(run: Run, asked: Asked, chosen: Plan) -> tuple[Counts, Series]:
    """The totals and the series of the question's range."""
    by_day = _series(run, asked, chosen, DAYS)
    columns = BUCKET_COLUMNS[asked.query.interval]
    series = by_day if columns == DAYS else _series(run, asked, EVENTS_ALONE, columns)
    totals = Counts()
    # Everything adds up over days, visitors too: a visitor is one local day's.
    for counts in by_day.values():
        totals.add(counts)
    return totals, series


def _series(run: Run, asked: Asked, chosen: Plan, columns: tuple[str, ...]) -> Series:
    series: Series = defaultdict(Counts)
    if chosen.rolled:
        for bucket, numbers in _rows(run(counted_days(asked)), len(columns)):
            series[bucket].add(_counts(numbers))
    for source in chosen.sources:
        there = asked._replace(source=source)
        for bucket, numbers in _rows(run(event_buckets(there, columns)), len(columns)):
            visitors, pageviews, events = (int(number) * source.sign for number in numbers)
            series[bucket].add(Counts(visitors=visitors, pageviews=pageviews, events=events))
        for bucket, numbers in _rows(run(visit_buckets(there, columns)), len(columns)):
            visits, bounces, duration = (int(number) * source.sign for number in numbers)
            series[bucket].add(Counts(visits=visits, bounces=bounces, duration=duration))
    if REVENUE in asked.query.metrics:
        _add_revenue(series, _revenue(run, asked, chosen, columns))
    return dict(series)


def _revenue(
    run: Run, asked: Asked, chosen: Plan, columns: tuple[str, ...]
) -> Iterator[tuple[Bucket, str, Decimal, int]]:
    """Bucket, currency, sum in minor units, number of events; buckets and currencies may repeat."""
    statements: list[tuple[Statement, int]] = []
    if chosen.rolled:
        statements.append((revenue_days(asked), 1))
    for source in chosen.sources:
        there = asked._replace(source=source)
        statements.append((revenue_buckets(there, columns), source.sign))
    for statement, sign in statements:
        for bucket, (currency, amount, sales) in _rows(run(statement), len(columns)):
            yield bucket, currency, sign * Decimal(amount), sign * sales


def _add_revenue(series: Series, rows: Iterator[tuple[Bucket, str, Decimal, int]]) -> None:
    sums: dict[tuple[Bucket, str], tuple[Decimal, int]] = {}
    for bucket, currency, amount, sales in rows:
        sum_before, sales_before = sums.get((bucket, currency), (Decimal(), 0))
        sums[bucket, currency] = sum_before + amount, sales_before + sales
    for (bucket, currency), (amount, sales) in sums.items():
        if sales:
            series[bucket].revenue[currency] = amount


def _rows(rows: Sequence[Sequence[Any]], width: int) -> Iterator[tuple[Bucket, Sequence[Any]]]:
    """Of each row its bucket, and the rest."""
    for row in rows:
        yield tuple(int(part) for part in row[:width]), row[width:]


def _counts(numbers: Sequence[int]) -> Counts:
    visitors, visits, pageviews, events, bounces, duration = numbers
    return Counts(visitors, visits, pageviews, events, bounces, duration)
