"""``docs/places.md`` names the fields that are read, and every credit."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ezee.events.places import ALLOCATED, CREDITS, Credit, place_in
from tests.docs.pages import page

PAGE = "docs/places.md"
FIELDS = [
    (part, field)
    for part, fields in re.findall(r"(?m)^\| (country|region|city) \| (`.*) \|$", page(PAGE))
    for field in re.findall(r"`([^`]+)`", fields)
]


def test_every_credit_is_told() -> None:
    rows = re.findall(r"^\| [^|]+ \| (.+) \| (.+) \| (https://.+) \|$", page(PAGE), re.MULTILINE)
    told = {start.strip("`"): Credit(text, link) for start, text, link in rows}
    default = Credit(ALLOCATED.attribution, ALLOCATED.attribution_link)
    assert told == {"no database is set": default, **CREDITS}


@pytest.mark.parametrize(("part", "field"), FIELDS)
def test_the_field_is_read(part: str, field: str) -> None:
    record = {"country_code": "DE"} if part != "country" else {}
    place = place_in(record | record_with(field, "DE"))
    assert getattr(place, part) in {"DE", "DE-DE"}


def test_the_fields_were_found() -> None:
    assert [part for part, _ in FIELDS] == ["country"] * 4 + ["region"] * 6 + ["city"] * 2


def record_with(field: str, text: str) -> dict[str, Any]:
    """A record with a text in a field such as ``subdivisions[0].names.en``."""
    first, *others = field.replace("[0]", ".0").split(".")
    value: Any = text
    for key in reversed(others):
        value = [value] if key == "0" else {key: value}
    return {first: value}
