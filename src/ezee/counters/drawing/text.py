"""Setting words and single figures with the pen."""

from __future__ import annotations

from typing import NamedTuple

from ezee.counters.drawing.glyphs import CAPITAL, DIGIT_WIDTH, glyph
from ezee.counters.drawing.paths import Path, placed

# Between two letters, in the unit of glyphs; the pen's width comes on top.
_SPACE = 2.2


class Words(NamedTuple):
    """A line of text from its pen's left edge on; ``width`` in pixels."""

    width: float
    path: Path


def words(text: str, capital: float, pen: float) -> Words:
    """Text whose capitals stand between 0 and ``capital`` pixels, for a pen of that width."""
    scale = capital / CAPITAL
    x = pen / 2
    path: Path = ()
    for letter in text:
        found = glyph(letter)
        path += placed(found.path, x, 0, scale)
        x += (found.width + _SPACE) * scale + pen
    return Words(max(0, x - _SPACE * scale - pen / 2), path)


def figure(letter: str, width: float, height: float, capital: float, x: float = 0) -> Path:
    """One digit or dash in the middle of a box whose left edge is at ``x``."""
    scale = capital / CAPITAL
    return placed(
        glyph(letter).path, x + (width - DIGIT_WIDTH * scale) / 2, (height - capital) / 2, scale
    )
