"""Sums of money, in minor units."""

from __future__ import annotations

import pytest

from ezee.model.currency import exponent_of, minor_units


@pytest.mark.parametrize(
    ("value", "currency", "expected"),
    [
        (12.5, "EUR", 1250),
        (0.1, "EUR", 10),
        (1.005, "EUR", 100),
        (1.015, "EUR", 102),
        (0.285, "USD", 28),
        (-3.999, "USD", -400),
        (1999.5, "JPY", 2000),
        (2000.5, "JPY", 2000),
        (1.2345, "BHD", 1234),
        (1e12, "BHD", 10**15),
        (1e-9, "EUR", 0),
        (0.0, "EUR", 0),
    ],
)
def test_the_digits_that_were_sent_count(value: float, currency: str, expected: int) -> None:
    assert minor_units(value, currency) == expected


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("JPY", 0), ("KWD", 3)])
def test_currencies_have_their_own_decimals(currency: str, decimals: int) -> None:
    assert exponent_of(currency) == decimals


@pytest.mark.parametrize("currency", ["", "eur", "EURO", "XXX", "BTC", "E\0R"])
def test_what_is_no_currency(currency: str) -> None:
    assert exponent_of(currency) is None
