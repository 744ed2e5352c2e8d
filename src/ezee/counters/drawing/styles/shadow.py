"""Digits that hover over their shadow."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box, placed
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile, shaded
from ezee.counters.drawing.text import figure

# Pens of falling width one over the other make the shadow's soft edge.
_SOFT = ((0.26, 0.07), (0.2, 0.1), (0.14, 0.16), (0.1, 0.2))


def draw(look: Look) -> Picture:
    """Digits, lit from above, and their shadow in the same colour."""
    width = max(1, round(look.height * 0.68))
    margin = max(1, round(look.height * 0.08))
    whole = width * len(look.text) + 2 * margin
    ground = Tile(whole, look.height, (Shape(box(0, 0, whole, look.height), look.ground),))
    digits = (
        Placed(_digit(letter, width + 2 * margin, look.height, look.ink), place * width, 0)
        for place, letter in enumerate(look.text)
    )
    return Picture(whole, look.height, look.title, (Placed(ground, 0, 0), *digits))


@lru_cache(maxsize=512)
def _digit(letter: str, width: int, height: int, ink: Colour) -> Tile:
    capital, pen = height * 0.62, height * 0.13
    path = placed(figure(letter, width, height, capital), -height * 0.02, -height * 0.05)
    below = placed(path, height * 0.05, height * 0.09)
    dark = mixed(ink, BLACK, 0.5)
    top = (height - capital) / 2 - height * 0.1
    light = shaded(top, top + capital * 1.2, mixed(ink, WHITE, 0.3), mixed(ink, BLACK, 0.15))
    soft = (Shape(below, faint(dark, opacity), height * pen) for pen, opacity in _SOFT)
    return Tile(width, height, (*soft, Shape(path, light, pen)))
