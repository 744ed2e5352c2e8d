"""Colours are read as people write them."""

from __future__ import annotations

import pytest

from ezee.counters.drawing.colour import (
    BLACK,
    TRANSPARENT,
    WHITE,
    Colour,
    faint,
    mixed,
    read_colour,
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("#0b6e6e", Colour(11, 110, 110)),
        ("0B6E6E", Colour(11, 110, 110)),
        ("f80", Colour(255, 136, 0)),
        ("f808", Colour(255, 136, 0, 136)),
        ("0b6e6e80", Colour(11, 110, 110, 128)),
        ("Navy", Colour(0, 0, 128)),
        ("transparent", TRANSPARENT),
        ("", None),
        ("#", None),
        ("ff", None),
        ("12345", None),
        ("１２３", None),
        ("fff\n", None),
        ('fff"/><script>', None),
        ("url(#g0)", None),
    ],
)
def test_reading(text: str, read: Colour | None) -> None:
    assert read_colour(text) == read


def test_mixing() -> None:
    assert mixed(BLACK, WHITE, 0.5) == Colour(128, 128, 128)
    assert mixed(faint(BLACK, 0.5), WHITE, 1) == Colour(255, 255, 255, 128)
