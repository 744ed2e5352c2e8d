"""A pill with three bars, the number and a label, to be linked to the stats."""

from __future__ import annotations

from math import ceil

from ezee.counters.drawing.colour import Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box, placed
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile
from ezee.counters.drawing.text import words


def draw(look: Look) -> Picture:
    """The bars of a small chart, then "12,345 visitors"."""
    height = look.height
    capital, margin = height * 0.4, height * 0.42
    top = (height - capital) / 2
    x = margin + _bars_width(height) + height * 0.26
    number = words(look.text, capital, height * 0.085)
    shapes = [
        *_bars(margin, height, look.ink),
        Shape(placed(number.path, x, top), look.ink, height * 0.085),
    ]
    x += number.width
    if look.label:
        x += height * 0.24
        label = words(look.label, capital, height * 0.06)
        shapes.append(
            Shape(placed(label.path, x, top), mixed(look.ink, look.ground, 0.25), height * 0.06)
        )
        x += label.width
    width = ceil(x + margin)
    return Picture(
        width,
        height,
        look.title,
        (
            Placed(_pill(width, height, look.ink, look.ground), 0, 0),
            Placed(Tile(width, height, tuple(shapes)), 0, 0),
        ),
    )


def _pill(width: int, height: int, ink: Colour, ground: Colour) -> Tile:
    edge = max(1.0, height * 0.05)
    inside = box(edge, edge, width - 2 * edge, height - 2 * edge, height / 2 - edge)
    rim = mixed(ink, ground, 0.55)
    return Tile(
        width, height, (Shape(box(0, 0, width, height, height / 2), rim), Shape(inside, ground))
    )


def _bars_width(height: int) -> float:
    return height * 0.36


def _bars(x: float, height: int, ink: Colour) -> list[Shape]:
    wide, step, foot = height * 0.09, height * 0.135, height * 0.7
    shares = (0.18, 0.28, 0.4)
    return [
        Shape(
            box(x + place * step, foot - height * share, wide, height * share),
            faint(ink, 0.45 + 0.275 * place),
        )
        for place, share in enumerate(shares)
    ]
