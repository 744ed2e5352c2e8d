"""Flaps, as departure boards have them."""

from __future__ import annotations

from functools import lru_cache

from ezee.counters.drawing.colour import BLACK, WHITE, Colour, faint, mixed
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.paths import box
from ezee.counters.drawing.shapes import Picture, Placed, Shape, Tile, shaded
from ezee.counters.drawing.text import figure


def draw(look: Look) -> Picture:
    """A card for each digit, cut across the middle."""
    width = max(8, round(look.height * 0.66))
    gap = max(1, round(look.height * 0.06))
    whole = (width + gap) * len(look.text) - gap
    cards = tuple(
        Placed(_card(letter, width, look.height, look.ink, look.ground), place * (width + gap), 0)
        for place, letter in enumerate(look.text)
    )
    return Picture(whole, look.height, look.title, cards)


@lru_cache(maxsize=512)
def _card(letter: str, width: int, height: int, ink: Colour, ground: Colour) -> Tile:
    radius = height * 0.12
    foot = max(1, round(height * 0.04))
    card, middle = height - foot, (height - foot) // 2
    slit = max(1, round(height * 0.03))
    lit = shaded(0, card, mixed(ground, WHITE, 0.16), mixed(ground, BLACK, 0.12))
    digit = Shape(figure(letter, width, card, card * 0.58), ink, card * 0.1)
    cut = (
        # The lower flap lies a little in the shadow of the upper one.
        Shape(box(0, middle, width, slit), faint(mixed(ground, BLACK, 0.7), 0.85)),
        Shape(box(0, middle + slit, width, slit), faint(WHITE, 0.08 * ground.alpha / 255)),
    )
    # A dash that is cut in two would be an equals sign.
    face = (*cut, digit) if letter == "-" else (digit, *cut)
    return Tile(
        width,
        height,
        (
            Shape(box(0, foot, width, card, radius), mixed(ground, BLACK, 0.45)),
            Shape(box(0, 0, width, card, radius), lit),
            *face,
        ),
    )
