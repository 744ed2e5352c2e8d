"""What a picture is made of: shapes on tiles, tiles at whole pixels."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.paths import Path


class Stop(NamedTuple):
    """A colour at a share (0 to 1) of the way down."""

    share: float
    colour: Colour


class Gradient(NamedTuple):
    """Colours from ``top`` down to ``bottom``, both in pixels of the tile."""

    top: float
    bottom: float
    stops: tuple[Stop, ...]


Paint = Colour | Gradient


class Shape(NamedTuple):
    """A path that is filled or, with a width in ``pen``, drawn with a round pen."""

    path: Path
    paint: Paint
    pen: float = 0


class Tile(msgspec.Struct, frozen=True, cache_hash=True):
    """Shapes that are drawn once and then placed many times; what is outside is cut off."""

    width: int
    height: int
    shapes: tuple[Shape, ...]


class Placed(NamedTuple):
    """A tile with its left upper corner at ``x`` and ``y``."""

    tile: Tile
    x: int
    y: int


class Picture(NamedTuple):
    """Tiles, those behind first. ``title`` is what it says to those who cannot see it."""

    width: int
    height: int
    title: str
    parts: tuple[Placed, ...]


def shaded(top: float, bottom: float, *colours: Colour) -> Gradient:
    """Colours at even distances, from the top down."""
    last = len(colours) - 1
    stops = tuple(Stop(place / last, each) for place, each in enumerate(colours))
    return Gradient(top, bottom, stops)
