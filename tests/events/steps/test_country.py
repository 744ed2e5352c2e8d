"""The country of an address; unknown is empty, never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.country import country_of, put_country
from tests.support.events import draft


@pytest.mark.parametrize(
    ("address", "country"),
    [
        ("193.0.6.139", "NL"),
        ("2001:67c:2e8:22::c100:68b", "NL"),
        ("127.0.0.1", ""),
        ("10.1.2.3", ""),
        ("::1", ""),
        ("fe80::1%eth0", ""),
        ("", ""),
        ("not an address", ""),
    ],
)
def test_countries(address: str, country: str) -> None:
    assert country_of(address) == country


def test_the_step_puts_it(tmp_path: Path) -> None:
    made = draft(tmp_path, address="193.0.6.139")
    put_country(made)
    assert made.country == "NL"
