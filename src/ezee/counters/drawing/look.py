"""What a style draws, and what a style is."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.shapes import Picture


class Look(NamedTuple):
    """A face with everything decided: ``text`` is digits or dashes, ``height`` in pixels.

    ``ink`` and ``ground`` are its colours, ``label`` may be empty, ``title`` is for those who
    cannot see it.
    """

    text: str
    label: str
    height: int
    ink: Colour
    ground: Colour
    title: str


class Style(NamedTuple):
    """A way to draw counters, and what it is like unless something else is asked for.

    ``digits`` is how many there are at least. ``grouped`` numbers have commas: 12,345.
    """

    draw: Callable[[Look], Picture]
    help: str
    height: int
    digits: int
    ink: Colour
    ground: Colour
    grouped: bool = False
