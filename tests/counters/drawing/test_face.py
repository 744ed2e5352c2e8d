"""A face is what was asked for; what is wrong is named and left out."""

from __future__ import annotations

import pytest

from ezee.counters.drawing.colour import TRANSPARENT, Colour
from ezee.counters.drawing.face import EXPECTED, Face, read_face


def test_what_is_asked_for() -> None:
    asked = {
        "style": "flat", "digits": "7", "color": "fff", "background": "transparent",
        "label": " Cafe\u0301 ", "height": "20", "page": "/", "number": "5",
    }  # fmt: skip
    white = Colour(255, 255, 255)
    assert read_face(asked) == (Face(None, "flat", 7, white, TRANSPARENT, "Café", 20), [])
    assert read_face({}) == (Face(), [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("style", "Odometer"),
        ("style", ""),
        ("digits", "0"),
        ("digits", "16"),
        ("digits", "1000000000"),
        ("digits", "9" * 10_000),
        ("digits", "-1"),
        ("digits", "６"),
        ("digits", "1_0"),
        ("height", "11"),
        ("height", "129"),
        ("height", "20.5"),
        ("color", "javascript:alert(1)"),
        ("background", "nocolour"),
        ("label", "x" * 41),
        ("label", "a\0b"),
        ("label", "a\nb"),
        ("label", "\u202etxet"),
        ("label", "مرحبا"),
        ("label", "hi 😀"),
        ("label", "\ud800"),
        ("label", "x\u0300\u0301\u0302\u0303"),
    ],
)
def test_what_is_wrong_is_named_and_left_out(name: str, text: str) -> None:
    face, errors = read_face({"style": "led-red", name: text})
    assert errors == [(name, EXPECTED[name])]
    assert face == (Face() if name == "style" else Face(style="led-red"))
