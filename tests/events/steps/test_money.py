"""Revenue is kept in minor units."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.money import put_money
from tests.support.events import draft


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
def test_sums(
    tmp_path: Path, value: float | None, currency: str | None, expected: tuple[int, str]
) -> None:
    made = draft(tmp_path, value=value, currency=currency)
    put_money(made)
    assert (made.amount, made.currency) == expected
