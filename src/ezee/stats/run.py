"""Asking a question: the store's integers, dressed as the answer people read."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ezee.errors import NotFound
from ezee.model.dimensions import dimension, parts_of, scope_of
from ezee.model.metrics import METRICS, REVENUE, money
from ezee.model.query import StatsQuery
from ezee.model.result import Breakdown, Counts, Series
from ezee.model.site import ReadableSite
from ezee.stats import buckets
from ezee.stats.parse import Now, Parameters, parse
from ezee.store.base import EventStore

Report = dict[str, Any]


def report(store: EventStore, site: ReadableSite, parameters: Parameters, now: int) -> Report:
    """Answer a question as the API does. ``now`` is milliseconds UTC. Blocks.

    Raises:
        InvalidRequest: a parameter is wrong. NotFound: it asks for what is the owner's to read.
        Unavailable: the store cannot answer for now.
    """
    return run(store, site, question(store, site, parameters, now), now)


def question(store: EventStore, site: ReadableSite, parameters: Parameters, now: int) -> StatsQuery:
    """The query that parameters ask of this tracker. Raises as ``report`` does."""
    query = parse(parameters, asked_at(store, site, parameters, now))
    check_private(site, query)
    return query


def asked_at(store: EventStore, site: ReadableSite, parameters: Parameters, now: int) -> Now:
    """When and where the parameters are asked; the store is asked where that takes its events."""
    whole = ("period", "all") in parameters
    first_day = store.describe(site.key).first_day if whole else None
    return Now(now, site.timezone, first_day, site.kept_from)


def check_private(site: ReadableSite, query: StatsQuery) -> None:
    """Refuse, to others than its owner, what is the owner's to read.

    Raises:
        NotFound: the query asks for it.
    """
    if query.private and not site.private:
        raise NotFound


def run(store: EventStore, site: ReadableSite, query: StatsQuery, now: int) -> Report:
    """Answer a query."""
    answer = store.query(site, query)
    compared = answer.comparison
    content = {
        "site_id": site.site_id,
        **_in_time(site, query, now, answer.totals, answer.series),
        "breakdowns": {
            name: _rows(name, breakdown) for name, breakdown in answer.breakdowns.items()
        },
        "rows": {name: breakdown.total for name, breakdown in answer.breakdowns.items()},
    }
    if query.comparison is not None and compared is not None:
        before = replace(query, range=query.comparison)
        content["comparison"] = _in_time(site, before, now, compared.totals, compared.series)
    return content


def _in_time(
    site: ReadableSite, query: StatsQuery, now: int, totals: Counts, series: Series
) -> Report:
    """A range, its totals and its series."""
    first, last = buckets.range_label(query.range, site.timezone)
    return {
        "period": {
            "from": first,
            "to": last,
            "interval": str(query.interval),
            "timezone": site.timezone,
        },
        "totals": _values(query.metrics, totals),
        "timeseries": _timeseries(site, query, now, series),
    }


def _values(names: tuple[str, ...], counts: Counts) -> dict[str, Any]:
    integers = counts.numbers()
    return {
        name: money(counts.revenue) if name == REVENUE else METRICS[name].value(integers)
        for name in names
    }


def _timeseries(
    site: ReadableSite, query: StatsQuery, now: int, series: Series
) -> list[dict[str, Any]]:
    return [
        {"time": label, **_values(query.series_metrics, counts)}
        for label, counts in in_buckets(site, query, now, series).items()
    ]


def in_buckets(
    site: ReadableSite, query: StatsQuery, now: int, series: Series
) -> dict[str, Counts]:
    """Each bucket by its label, the empty ones too; days are added up to weeks and months."""
    labels = buckets.labels(query.range, query.interval, site.timezone, now)
    sums: dict[str, Counts] = {label: Counts() for label in labels.values()}
    for key, counts in sorted(series.items(), key=_in_order):
        # A sender's clock may be up to 5 minutes ahead, in a bucket that has yet to begin.
        label = labels.get(key) or buckets.clock_label(key)
        sums.setdefault(label, Counts()).add(counts)
    return sums


def _in_order(item: tuple[tuple[int, ...], Counts]) -> tuple[int, ...]:
    """By day and hour; of an hour that comes twice, the one with the larger offset came first."""
    day, hour, offset, minute = (*item[0], 0, 0, 0)[:4]
    return day, hour, -offset, minute


def _rows(name: str, breakdown: Breakdown) -> list[dict[str, Any]]:
    parts = parts_of(name)
    count = scope_of(dimension(part) for part in parts).value
    title = "value" if len(parts) == 1 else "values"
    return [
        {title: row.value, "visitors": row.visitors, count: row.count} for row in breakdown.rows
    ]
