"""Digits and nothing else."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile
from ezee.counters.drawing.text import figure


def draw(look: Look) -> Picture:
    """Strong digits on a ground that is transparent unless it was asked for."""
    width = max(1, round(look.height * 0.68))
    whole = width * len(look.text)
    ground = Tile(whole, look.height, (Shape(box(0, 0, whole, look.height), look.ground),))
    digits = (
        Placed(_digit(letter, width, look.height, look.ink), place * width, 0)
        for place, letter in enumerate(look.text)
    )
    return Picture(whole, look.height, look.title, (Placed(ground, 0, 0), *digits))


@lru_cache(maxsize=512)
def _digit(letter: str, width: int, height: int, ink: Colour) -> Tile:
    return Tile(
        width, height, (Shape(figure(letter, width, height, height * 0.68), ink, height * 0.13),)
    )
