"""The drums of a car's dashboard."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box
from ezee.counters.drawing.shapes import Gradient, Picture, Placed, Shape, Stop, Tile, shaded
from ezee.counters.drawing.text import figure


class Works(NamedTuple):
    """The parts of an odometer, each drum in three layers; a digit is as high as its drum."""

    width: int
    frame: Tile
    drum: Tile
    last_drum: Tile
    glass: Tile
    drums_at: tuple[int, ...]
    top: int


def draw(look: Look) -> Picture:
    """White digits on dark drums, the last one the other way round, in a frame of metal."""
    works = works_of(look)
    parts = [Placed(works.frame, 0, 0)]
    for place, (x, letter) in enumerate(zip(works.drums_at, look.text, strict=True)):
        last = place == len(look.text) - 1
        drum = works.last_drum if last else works.drum
        ink = look.ground if last else look.ink
        digit = digit_tile(letter, drum.width, drum.height, ink)
        parts += (Placed(tile, x, works.top) for tile in (drum, digit, works.glass))
    return Picture(works.width, look.height, look.title, tuple(parts))


def works_of(look: Look) -> Works:
    """The parts for as many digits as the text has."""
    rim = max(2, round(look.height * 0.13))
    high = look.height - 2 * rim
    wide = max(5, round(high * 0.74))
    gap = max(1, round(look.height * 0.03))
    inside = (wide + gap) * len(look.text) - gap
    return Works(
        width=inside + 2 * rim,
        frame=_frame(inside + 2 * rim, look.height, rim),
        drum=_drum(wide, high, look.ground),
        last_drum=_drum(wide, high, look.ink),
        glass=_glass(wide, high),
        drums_at=tuple(rim + place * (wide + gap) for place in range(len(look.text))),
        top=rim,
    )


@lru_cache(maxsize=512)
def digit_tile(letter: str, width: int, height: int, ink: Colour) -> Tile:
    """A digit on nothing, to be laid on a drum."""
    return Tile(
        width, height, (Shape(figure(letter, width, height, height * 0.62), ink, height * 0.11),)
    )


@lru_cache(maxsize=128)
def _frame(width: int, height: int, rim: int) -> Tile:
    steel, edge = Colour(0xB9, 0xBD, 0xC3), max(1.0, height * 0.03)
    radius = height * 0.16
    brushed = Gradient(
        0,
        height,
        (
            Stop(0, mixed(steel, WHITE, 0.75)),
            Stop(0.12, mixed(steel, WHITE, 0.2)),
            Stop(0.5, steel),
            Stop(0.88, mixed(steel, BLACK, 0.22)),
            Stop(1, mixed(steel, BLACK, 0.45)),
        ),
    )
    well = box(
        rim - edge, rim - edge, width - 2 * (rim - edge), height - 2 * (rim - edge), edge * 1.5
    )
    return Tile(
        width,
        height,
        (
            Shape(box(0, 0, width, height, radius), mixed(steel, BLACK, 0.6)),
            Shape(box(edge / 2, edge / 2, width - edge, height - edge, radius), brushed),
            Shape(well, shaded(rim - edge, height - rim + edge, BLACK, mixed(steel, BLACK, 0.5))),
        ),
    )


@lru_cache(maxsize=128)
def _drum(width: int, height: int, ground: Colour) -> Tile:
    round_about = Gradient(
        0,
        height,
        (
            Stop(0, mixed(ground, BLACK, 0.25)),
            Stop(0.45, mixed(ground, WHITE, 0.16)),
            Stop(1, mixed(ground, BLACK, 0.2)),
        ),
    )
    return Tile(width, height, (Shape(box(0, 0, width, height), round_about),))


@lru_cache(maxsize=128)
def _glass(width: int, height: int) -> Tile:
    """The shadow that the frame throws on a drum and its digit, and a gleam on the curve."""
    shadow = Gradient(
        0,
        height,
        (
            Stop(0, faint(BLACK, 0.55)),
            Stop(0.22, faint(BLACK, 0.12)),
            Stop(0.4, faint(BLACK, 0)),
            Stop(0.7, faint(BLACK, 0)),
            Stop(1, faint(BLACK, 0.45)),
        ),
    )
    gleam = shaded(height * 0.25, height * 0.5, faint(WHITE, 0), faint(WHITE, 0.14))
    return Tile(
        width,
        height,
        (
            Shape(box(0, 0, width, height), shadow),
            Shape(box(0, height * 0.25, width, height * 0.25), gleam),
        ),
    )
