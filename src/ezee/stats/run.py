"""Asking a question: the store's integers, dressed as the answer people read."""

from __future__ import annotations

from typing import Any

import msgspec

from ezee.model.dimensions import DIMENSIONS
from ezee.model.metrics import METRICS, SERIES_METRICS
from ezee.model.query import StatsQuery
from ezee.model.result import Answer, Breakdown, Counts
from ezee.model.site import ReadableSite
from ezee.stats import buckets
from ezee.stats.parse import Now, Parameters, parse
from ezee.store.base import EventStore

Report = dict[str, Any]


def report(store: EventStore, site: ReadableSite, parameters: Parameters, now: int) -> Report:
    """Answer a question as the API does. ``now`` is milliseconds UTC. Blocks.

    Raises:
        InvalidRequest: a parameter is wrong. Unavailable: the store cannot answer for now.
    """
    asked = Now(now, site.timezone, None)
    if ("period", "all") in parameters:
        asked = Now(now, site.timezone, store.describe(site.key).first_day)
    query = parse(parameters, asked)
    return run(store, site, query, now)


def run(store: EventStore, site: ReadableSite, query: StatsQuery, now: int) -> Report:
    """Answer a query."""
    answer = store.query(site, query)
    first, last = buckets.range_label(query.range, site.timezone)
    return {
        "site_id": site.site_id,
        "period": {
            "from": first,
            "to": last,
            "interval": str(query.interval),
            "timezone": site.timezone,
        },
        "totals": _metrics(query, answer.totals),
        "timeseries": _timeseries(site, query, answer, now),
        "breakdowns": {
            name: _rows(name, breakdown) for name, breakdown in answer.breakdowns.items()
        },
        "rows": {name: breakdown.total for name, breakdown in answer.breakdowns.items()},
    }


def _metrics(query: StatsQuery, counts: Counts) -> dict[str, int | float]:
    integers = msgspec.structs.asdict(counts)
    return {name: METRICS[name].value(integers) for name in query.metrics}


def _timeseries(
    site: ReadableSite, query: StatsQuery, answer: Answer, now: int
) -> list[dict[str, str | int | float]]:
    """One row a bucket, the empty ones too; days are added up to weeks and months."""
    labels = buckets.labels(query.range, query.interval, site.timezone, now)
    sums: dict[str, Counts] = {label: Counts() for label in labels.values()}
    for key, counts in sorted(answer.series.items(), key=_in_time):
        # A sender's clock may be up to 5 minutes ahead, in a bucket that has yet to begin.
        label = labels.get(key) or buckets.clock_label(key)
        _add(sums.setdefault(label, Counts()), counts)
    names = SERIES_METRICS if query.metrics == tuple(METRICS) else query.metrics
    return [
        {
            "time": label,
            **{name: METRICS[name].value(msgspec.structs.asdict(counts)) for name in names},
        }
        for label, counts in sums.items()
    ]


def _in_time(item: tuple[tuple[int, ...], Counts]) -> tuple[int, ...]:
    """By day and hour; of an hour that comes twice, the one with the larger offset came first."""
    day, hour, offset, minute = (*item[0], 0, 0, 0)[:4]
    return day, hour, -offset, minute


def _add(total: Counts, counts: Counts) -> None:
    for name in Counts.__struct_fields__:
        setattr(total, name, getattr(total, name) + getattr(counts, name))


def _rows(name: str, breakdown: Breakdown) -> list[dict[str, str | int]]:
    count = DIMENSIONS[name].count
    return [
        {"value": row.value, "visitors": row.visitors, count: row.count} for row in breakdown.rows
    ]
