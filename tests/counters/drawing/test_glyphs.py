"""Every sign of everyday Latin text can be drawn, and stays in its room."""

from __future__ import annotations

import string

import pytest

from ezee.counters.drawing.glyphs import CAPITAL, DIGIT_WIDTH, find_glyph, glyph
from ezee.counters.drawing.paths import straight

EVERYDAY = string.digits + string.ascii_letters + string.punctuation + " "
FOREIGN = "ÄÖÜäöüßéèêëçñãõåøæœłđžščřąęőűğıİÁÍÓÚąÇ€°·…«»¿¡’–—"


@pytest.mark.parametrize("letter", EVERYDAY + FOREIGN)
def test_it_is_drawn_in_its_room(letter: str) -> None:
    found = glyph(letter)
    points = [point for line in straight(found.path) for point in line.points]
    assert bool(points) == (letter != " ")
    assert all(-1 <= x <= max(found.width, 4) + 1.7 for x, _ in points)
    assert all(-5.5 <= y <= 18 for _, y in points)


def test_no_two_look_alike() -> None:
    drawn = {glyph(letter).path for letter in EVERYDAY + FOREIGN}
    assert len(drawn) == len(set(EVERYDAY + FOREIGN))


@pytest.mark.parametrize("digit", string.digits)
def test_digits_are_of_one_size(digit: str) -> None:
    points = [point for line in straight(glyph(digit).path) for point in line.points]
    assert glyph(digit).width == DIGIT_WIDTH
    assert (min(y for _, y in points), max(y for _, y in points)) == (0, CAPITAL)


@pytest.mark.parametrize(
    "letter", ["\0", "\n", "\u202e", "\u0301", "م", "😀", "Ж", "\ud800", "x̧̧̧͛"[-1]]
)
def test_what_cannot_be_drawn_is_told(letter: str) -> None:
    assert find_glyph(letter) is None
