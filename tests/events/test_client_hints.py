"""Client hints: structured headers, as browsers send them and as nobody should."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.events.client_hints import (
    Brand,
    read_boolean,
    read_brands,
    read_string,
    read_strings,
)

BRANDS = [
    (
        '"Google Chrome";v="126", "Chromium";v="126", "Not/A)Brand";v="8"',
        [Brand("Google Chrome", 126), Brand("Chromium", 126)],
    ),
    ('" Not A;Brand";v="99", "Brave";v="1.67.1"', [Brand("Brave", 1)]),
    ('"(Not(A:Brand";v="8","Opera" ; v="110"', [Brand("Opera", 110)]),
    (r'"A \"quoted\" one";v="3"', [Brand('A "quoted" one', 3)]),
    ('"With, comma";v="3", "No version"', [Brand("With, comma", 3), Brand("No version", 0)]),
    ('"Parameters";a=1;v="7";b', [Brand("Parameters", 7)]),
    ('"Notabene";v="4"', [Brand("Notabene", 4)]),
    ('"Big";v="99999"', [Brand("Big", 32767)]),
    ('"Words";v="new"', [Brand("Words", 0)]),
    ('"Cut short";v="12', [Brand("Cut short", 0)]),
    ("Bare;v=1", []),
    ('"Open', []),
    ("", []),
]


@pytest.mark.parametrize(("header", "brands"), BRANDS)
def test_brands(header: str, brands: list[Brand]) -> None:
    assert read_brands(header) == brands


@pytest.mark.parametrize(
    ("header", "text"),
    [('"Chrome OS"', "Chrome OS"), (' "Windows" ', "Windows"), ("Android", "Android"), ("", "")],
)
def test_a_string(header: str, text: str) -> None:
    assert read_string(header) == text


def test_strings() -> None:
    assert read_strings('"Tablet", "EInk"') == ["Tablet", "EInk"]


@pytest.mark.parametrize(
    ("header", "value"), [("?1", True), (" ?0", False), ("", None), ("1", None), ("?2", None)]
)
def test_a_boolean(header: str, value: bool | None) -> None:
    assert read_boolean(header) is value


def test_only_so_much_of_a_header_is_read() -> None:
    assert read_brands('"Late";v="1"'.rjust(1_000)) == []


@given(st.text(alphabet='"\\,;v=?1 A/)', max_size=200))
def test_rubbish_is_read_without_complaint(header: str) -> None:
    assert all(brand.version <= 32767 for brand in read_brands(header))
    assert len(read_string(header)) <= len(header)
    assert read_boolean(header) in (True, False, None)
