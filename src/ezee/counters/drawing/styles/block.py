"""Digits laid out of square stones, three wide and five high."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile

_STONES = {
    "0": ("###", "# #", "# #", "# #", "###"),
    "1": ("## ", " # ", " # ", " # ", "###"),
    "2": ("###", "  #", "###", "#  ", "###"),
    "3": ("###", "  #", " ##", "  #", "###"),
    "4": ("# #", "# #", "###", "  #", "  #"),
    "5": ("###", "#  ", "###", "  #", "###"),
    "6": ("###", "#  ", "###", "# #", "###"),
    "7": ("###", "  #", "  #", "  #", "  #"),
    "8": ("###", "# #", "###", "# #", "###"),
    "9": ("###", "# #", "###", "  #", "###"),
    "-": ("   ", "   ", "###", "   ", "   "),
}
_ROOM = 6


def draw(look: Look) -> Picture:
    """A stone's width is between two digits and half of it around them all."""
    stone = max(2, look.height // 6)
    margin = (look.height - 5 * stone) // 2
    width = 4 * stone
    whole = width * len(look.text) - stone + 2 * margin
    ground = Tile(whole, look.height, (Shape(box(0, 0, whole, look.height), look.ground),))
    digits = (
        Placed(_digit(letter, stone, look.ink), margin + place * width, margin)
        for place, letter in enumerate(look.text)
    )
    return Picture(whole, look.height, look.title, (Placed(ground, 0, 0), *digits))


@lru_cache(maxsize=512)
def _digit(letter: str, stone: int, ink: Colour) -> Tile:
    places = [
        (column * stone, row * stone)
        for row, line in enumerate(_STONES[letter])
        for column, sign in enumerate(line)
        if sign == "#"
    ]
    shapes = (shape for x, y in places for shape in _stone(x, y, stone, ink))
    return Tile(3 * stone, 5 * stone, tuple(shapes))


def _stone(x: int, y: int, size: int, ink: Colour) -> tuple[Shape, ...]:
    """A square with a bright edge above and a dark one below, where there is room for edges."""
    if size < _ROOM:
        return (Shape(box(x, y, size, size), ink),)
    body, edge = size - 1, max(1, round(size * 0.12))
    return (
        Shape(box(x, y, body, body), mixed(ink, BLACK, 0.22)),
        Shape(box(x, y, body, body - edge), mixed(ink, WHITE, 0.2)),
        Shape(box(x, y + edge, body, body - 2 * edge), ink),
    )
