"""Digits pressed out of a plate."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box, placed
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile, shaded
from ezee.counters.drawing.text import figure


def draw(look: Look) -> Picture:
    """Light falls from the left upper corner: digits have a bright and a dark edge."""
    width = max(1, round(look.height * 0.62))
    margin = max(1, round(look.height * 0.2))
    whole = width * len(look.text) + 2 * margin
    digits = (
        Placed(_digit(letter, width, look.height, look.ink), margin + place * width, 0)
        for place, letter in enumerate(look.text)
    )
    plate = Placed(_plate(whole, look.height, look.ground), 0, 0)
    return Picture(whole, look.height, look.title, (plate, *digits))


@lru_cache(maxsize=128)
def _plate(width: int, height: int, ground: Colour) -> Tile:
    radius = height * 0.18
    edge = max(1.0, height * 0.035)
    rim = shaded(0, height, mixed(ground, WHITE, 0.75), mixed(ground, BLACK, 0.42))
    face = shaded(0, height, mixed(ground, WHITE, 0.25), mixed(ground, BLACK, 0.06))
    inside = box(edge, edge, width - 2 * edge, height - 2 * edge, radius - edge / 2)
    return Tile(width, height, (Shape(box(0, 0, width, height, radius), rim), Shape(inside, face)))


@lru_cache(maxsize=512)
def _digit(letter: str, width: int, height: int, ink: Colour) -> Tile:
    path = figure(letter, width, height, height * 0.54)
    pen, step = height * 0.115, height * 0.028
    dark, bright = mixed(ink, BLACK, 0.62), mixed(ink, WHITE, 0.95)
    return Tile(
        width,
        height,
        (
            Shape(placed(path, step * 2, step * 2.2), faint(dark, 0.3), pen),
            Shape(placed(path, step * 1.1, step * 1.2), faint(dark, 0.9), pen),
            Shape(placed(path, -step * 0.9, -step), bright, pen),
            Shape(path, ink, pen),
        ),
    )
