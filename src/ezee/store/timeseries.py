"""The totals and the time series of a question."""

from __future__ import annotations

from decimal import Decimal

from ezee.model.metrics import REVENUE
from ezee.model.result import Counts, Series
from ezee.store.plan import Run
from ezee.store.sql import EVENTS_ALONE, Asked, Plan
from ezee.store.sql.series import BUCKET_COLUMNS, DAYS, counted_buckets, revenue_buckets


def in_time(run: Run, asked: Asked, chosen: Plan) -> tuple[Counts, Series]:
    """The totals and the series of the question's range."""
    by_day = _series(run, asked, DAYS, chosen)
    columns = BUCKET_COLUMNS[asked.query.interval]
    series = by_day if columns == DAYS else _series(run, asked, columns, EVENTS_ALONE)
    totals = Counts()
    # Everything adds up over days, visitors too: a visitor is one local day's.
    for counts in by_day.values():
        totals.add(counts)
    return totals, series


def _series(run: Run, asked: Asked, columns: tuple[str, ...], chosen: Plan) -> Series:
    width = len(columns)
    series: Series = {}
    known = chosen.days
    for row in run(counted_buckets(asked, columns, chosen)) if known is None else known:
        *bucket, visitors, visits, pageviews, events, bounces, duration = map(int, row)
        series[tuple(bucket)] = Counts(visitors, visits, pageviews, events, bounces, duration)
    if REVENUE in asked.query.metrics:
        for earned in run(revenue_buckets(asked, columns, chosen)):
            bucket, (currency, amount) = [*map(int, earned[:width])], earned[width:]
            series[tuple(bucket)].revenue[currency] = Decimal(amount)
    return series
