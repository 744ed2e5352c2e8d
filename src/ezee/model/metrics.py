"""The metrics a report may ask for: one entry each, and revenue, which is no single number.

A new metric is an entry here, its integers in ``store.sql`` and its sentence in the docs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from ezee.model.currency import exponent_of

Counts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number people compare. ``value`` derives it from exact integers."""

    name: str
    help: str
    value: Callable[[Counts], int | float]
    additive: bool = False


def ratio(numerator: int, denominator: int) -> float:
    """A share rounded half-even to 4 places; 0.0 where there is nothing to divide by."""
    if denominator == 0:
        return 0.0
    exact = Decimal(numerator) / Decimal(denominator)
    return float(exact.quantize(Decimal("0.0001"), rounding=ROUND_HALF_EVEN))


def _count(name: str) -> Callable[[Counts], int]:
    return lambda counts: counts[name]


METRICS: dict[str, Metric] = {
    metric.name: metric
    for metric in (
        Metric("visitors", "People, each counted once a day.", _count("visitors"), True),
        Metric("visits", "Times somebody came: 30 minutes apart.", _count("visits"), True),
        Metric("pageviews", "Pages that were opened.", _count("pageviews"), True),
        Metric("events", "Custom events that were sent.", _count("events"), True),
        Metric(
            "views_per_visit",
            "Pageviews divided by visits.",
            lambda counts: ratio(counts["pageviews"], counts["visits"]),
        ),
        Metric(
            "bounce_rate",
            "Share of visits that saw one page and did nothing else.",
            lambda counts: ratio(counts["bounces"], counts["visits"]),
        ),
        Metric(
            "visit_duration",
            "Mean seconds from a visit's first event to its last.",
            lambda counts: ratio(counts["duration"], counts["visits"] * 1000),
        ),
    )
}

REVENUE = "revenue"
"""A sum for each currency; the owner's to read."""

DEFAULT_METRICS = tuple(METRICS)
SERIES_METRICS = ("visitors", "visits", "pageviews")


def money(sums: Mapping[str, Decimal]) -> dict[str, float]:
    """Sums in minor units as people write them: ``{"EUR": 1250}`` → ``{"EUR": 12.5}``."""
    return {
        currency: float(amount.scaleb(-(exponent_of(currency) or 0)))
        for currency, amount in sorted(sums.items())
    }
