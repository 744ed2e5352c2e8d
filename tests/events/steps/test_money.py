"""Revenue is kept in minor units."""

from __future__ import annotations

import pytest

from ezee.events.steps.money import money_of


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        (12.5, "EUR", (1250, "EUR")),
        (-1.0, "JPY", (-1, "JPY")),
        (0.0, "EUR", (0, "EUR")),
        (None, "EUR", (0, "")),
        (None, None, (0, "")),
    ],
)
def test_sums(value: float | None, currency: str | None, expected: tuple[int, str]) -> None:
    assert money_of(value, currency) == expected
