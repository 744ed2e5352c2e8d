"""The metrics, from exact integers."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ezee.model.metrics import DEFAULT_METRICS, METRICS, SERIES_METRICS, money, ratio

COUNTS = {
    "visitors": 3,
    "visits": 6,
    "pageviews": 13,
    "events": 4,
    "bounces": 1,
    "duration": 100_000,
}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("visitors", 3),
        ("visits", 6),
        ("pageviews", 13),
        ("events", 4),
        ("views_per_visit", 2.1667),
        ("bounce_rate", 0.1667),
        ("visit_duration", 16.6667),
    ],
)
def test_each_metric(name: str, expected: float) -> None:
    assert METRICS[name].value(COUNTS) == expected


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 3, 0.3333), (1, 20_000, 0.0), (3, 20_000, 0.0002), (5, 20_000, 0.0002), (0, 0, 0.0)],
)
def test_ratios_are_rounded_half_even(numerator: int, denominator: int, expected: float) -> None:
    assert ratio(numerator, denominator) == expected


def test_without_visits_every_ratio_is_nothing() -> None:
    nothing = dict.fromkeys(COUNTS, 0)
    values = {name: metric.value(nothing) for name, metric in METRICS.items()}
    assert set(values.values()) == {0}


def test_the_contract_names_these_in_this_order() -> None:
    assert DEFAULT_METRICS == (
        "visitors",
        "visits",
        "pageviews",
        "events",
        "views_per_visit",
        "bounce_rate",
        "visit_duration",
    )
    assert SERIES_METRICS == ("visitors", "visits", "pageviews")


def test_money_is_told_in_the_units_people_use() -> None:
    sums = {"JPY": Decimal(300), "EUR": Decimal(1250), "KWD": Decimal(-1)}
    assert money(sums) == {"EUR": 12.5, "JPY": 300.0, "KWD": -0.001}
