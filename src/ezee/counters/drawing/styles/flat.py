"""A flat badge: the label on the left, the number on the right."""

from __future__ import annotations

from math import ceil

from ezee.counters.drawing.colour import WHITE, Colour
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box, placed
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile
from ezee.counters.drawing.text import words

_SLATE = Colour(0x3D, 0x42, 0x48)
_ROUND = 0.18


def draw(look: Look) -> Picture:
    """Without a label it is the number alone."""
    return badge(look, _SLATE, _ROUND)


def badge(look: Look, plate: Colour, roundness: float) -> Picture:
    """The same on a plate of that colour, its corners round by a share of its height."""
    height = look.height
    left, number = _part(look.label, height, WHITE), _part(look.text, height, look.ink)
    width = left.width + number.width
    radius = height * roundness
    parts = [Placed(_plate(width, height, radius, look.ground), 0, 0)]
    if look.label:
        parts += (Placed(_plate_left(left.width, height, radius, plate), 0, 0), Placed(left, 0, 0))
    return Picture(width, height, look.title, (*parts, Placed(number, left.width, 0)))


def _plate(width: int, height: int, radius: float, ground: Colour) -> Tile:
    return Tile(width, height, (Shape(box(0, 0, width, height, radius), ground),))


def _plate_left(width: int, height: int, radius: float, plate: Colour) -> Tile:
    """Round on the left only: what is right of the tile is cut off."""
    return Tile(width, height, (Shape(box(0, 0, width + 2 * radius, height, radius), plate),))


def _part(text: str, height: int, ink: Colour) -> Tile:
    if not text:
        return Tile(0, height, ())
    capital, pen, margin = height * 0.46, height * 0.072, height * 0.32
    line = words(text, capital, pen)
    path = placed(line.path, margin, (height - capital) / 2)
    return Tile(ceil(line.width + 2 * margin), height, (Shape(path, ink, pen),))
