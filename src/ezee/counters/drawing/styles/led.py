"""Seven bars of light."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import Path, Point, box, polygon
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile, shaded

# a: top, b and c: right, d: bottom, e and f: left, g: middle, as data sheets name them.
_LIT = {
    "0": "abcdef",
    "1": "bc",
    "2": "abdeg",
    "3": "abcdg",
    "4": "bcfg",
    "5": "acdfg",
    "6": "acdefg",
    "7": "abc",
    "8": "abcdefg",
    "9": "abcdfg",
    "-": "g",
}
_SLANT = 0.1


def draw(look: Look) -> Picture:
    """Slanted digits on a dark panel; the bars that are out can be made out."""
    width = max(7, round(look.height * 0.6))
    margin = max(2, round(look.height * 0.16))
    whole = width * len(look.text) + 2 * margin
    digits = (
        Placed(_digit(letter, width, look.height, look.ink), margin + place * width, 0)
        for place, letter in enumerate(look.text)
    )
    panel = Placed(_panel(whole, look.height, look.ground), 0, 0)
    return Picture(whole, look.height, look.title, (panel, *digits))


@lru_cache(maxsize=128)
def _panel(width: int, height: int, ground: Colour) -> Tile:
    radius = height * 0.14
    edge = max(1.0, height * 0.03)
    rim = shaded(0, height, mixed(ground, WHITE, 0.1), mixed(ground, WHITE, 0.34))
    glass = shaded(0, height, mixed(ground, BLACK, 0.35), ground)
    inside = box(edge, edge, width - 2 * edge, height - 2 * edge, radius - edge / 2)
    return Tile(width, height, (Shape(box(0, 0, width, height, radius), rim), Shape(inside, glass)))


@lru_cache(maxsize=512)
def _digit(letter: str, width: int, height: int, ink: Colour) -> Tile:
    bars = _bars(width, height)
    out = [Shape(bar, faint(ink, 0.1)) for name, bar in bars.items() if name not in _LIT[letter]]
    lit = [bars[name] for name in _LIT[letter]]
    glow = [Shape(bar, faint(ink, 0.16), height * 0.1) for bar in lit]
    return Tile(width, height, (*out, *glow, *(Shape(bar, ink) for bar in lit)))


def _bars(width: int, height: int) -> dict[str, Path]:
    """Each bar as a hexagon, leaning to the right."""
    thick = height * 0.1
    high, low = height * 0.19, height * 0.81
    middle = height / 2
    left, right = width * 0.16 + thick / 2, width * 0.84 - thick / 2
    ends = {
        "a": ((left, high), (right, high)),
        "b": ((right, high), (right, middle)),
        "c": ((right, middle), (right, low)),
        "d": ((left, low), (right, low)),
        "e": ((left, middle), (left, low)),
        "f": ((left, high), (left, middle)),
        "g": ((left, middle), (right, middle)),
    }
    return {name: _bar(start, end, thick, middle) for name, (start, end) in ends.items()}


def _bar(start: Point, end: Point, thick: float, middle: float) -> Path:
    half, gap = thick / 2, thick * 0.12
    (x, y), (right, bottom) = start, end
    if y == bottom:
        x, right = x + gap, right - gap
        corners = [
            (x, y),
            (x + half, y - half),
            (right - half, y - half),
            (right, y),
            (right - half, y + half),
            (x + half, y + half),
        ]
    else:
        y, bottom = y + gap, bottom - gap
        corners = [
            (x, y),
            (x + half, y + half),
            (x + half, bottom - half),
            (x, bottom),
            (x - half, bottom - half),
            (x - half, y + half),
        ]
    return polygon(*((left + (middle - top) * _SLANT, top) for left, top in corners))
