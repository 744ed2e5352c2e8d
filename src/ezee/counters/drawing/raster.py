"""Pictures as pixels: tiles are painted once, then pasted."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from math import hypot

from PIL import Image, ImageChops, ImageDraw

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.paths import Line, Point, straight
from ezee.counters.drawing.shapes import Gradient, Paint, Picture, Shape, Tile

# Shapes are drawn this many times larger, then averaged: 65 shades along an edge.
_FINE = 8
# Larger tiles, in pixels, are painted anew each time: a few hundred of them would fill memory.
_KEPT = 20_000


def raster(picture: Picture) -> Image.Image:
    """The picture in RGBA."""
    image = Image.new("RGBA", (picture.width, picture.height))
    for part in picture.parts:
        if part.tile.width:
            image.alpha_composite(painted(part.tile), (part.x, part.y))
    return image


def painted(tile: Tile) -> Image.Image:
    """A tile in RGBA; not to be changed, because it is kept."""
    return _kept(tile) if tile.width * tile.height <= _KEPT else _paint(tile)


@lru_cache(maxsize=512)
def _kept(tile: Tile) -> Image.Image:
    return _paint(tile)


def _paint(tile: Tile) -> Image.Image:
    image = Image.new("RGBA", (tile.width, tile.height))
    for shape in tile.shapes:
        if not isinstance(shape.paint, Colour) or shape.paint.alpha:
            layer = _colours(tile, shape.paint)
            layer.putalpha(ImageChops.multiply(layer.getchannel("A"), _coverage(tile, shape)))
            image.alpha_composite(layer)
    return image


def _coverage(tile: Tile, shape: Shape) -> Image.Image:
    """How much of each pixel the shape covers, 0 to 255."""
    fine = Image.new("L", (tile.width * _FINE, tile.height * _FINE))
    draw = ImageDraw.Draw(fine)
    for line in straight(shape.path):
        points = [(x * _FINE, y * _FINE) for x, y in line.points]
        if shape.pen:
            _stroke(draw, Line(points, line.closed), shape.pen * _FINE / 2)
        else:
            _fill(draw, points)
    return fine.reduce(_FINE)


def _fill(draw: ImageDraw.ImageDraw, points: list[Point]) -> None:
    """Fill a polygon without dents."""
    # Pillow fills the pixels that begin at the right and lower edges as well.
    middle = (min(x for x, _ in points) + max(x for x, _ in points)) / 2
    center = (min(y for _, y in points) + max(y for _, y in points)) / 2
    draw.polygon([(round(x) - (x > middle), round(y) - (y > center)) for x, y in points], fill=255)


def _stroke(draw: ImageDraw.ImageDraw, line: Line, radius: float) -> None:
    """A dot at every point and a bar from each to the next: a round pen's track."""
    points = [*line.points, line.points[0]] if line.closed else line.points
    for x, y in points:
        # The last column and row are within an ellipse's box.
        draw.ellipse((x - radius, y - radius, x + radius - 1, y + radius - 1), fill=255)
    for (x, y), (right, bottom) in pairwise(points):
        length = hypot(right - x, bottom - y)
        if length:
            across, down = (bottom - y) / length * radius, (right - x) / length * radius
            _fill(
                draw,
                [
                    (x + across, y - down),
                    (right + across, bottom - down),
                    (right - across, bottom + down),
                    (x - across, y + down),
                ],
            )


def _colours(tile: Tile, paint: Paint) -> Image.Image:
    """The whole tile in one colour, or in a gradient's."""
    size = (tile.width, tile.height)
    if isinstance(paint, Colour):
        return Image.new("RGBA", size, tuple(paint))
    column = Image.new("RGBA", (1, tile.height))
    column.putdata([tuple(_at(paint, y + 0.5)) for y in range(tile.height)])
    return column.resize(size, Image.Resampling.NEAREST)


def _at(gradient: Gradient, y: float) -> Colour:
    """The colour at a height; above the first stop and below the last it stays theirs."""
    share = (y - gradient.top) / (gradient.bottom - gradient.top)
    before = max((s for s in gradient.stops if s.share <= share), default=gradient.stops[0])
    after = min((s for s in gradient.stops if s.share > share), default=before)
    width = after.share - before.share
    part = (share - before.share) / width if width else 0.0
    pairs = zip(before.colour, after.colour, strict=True)
    return Colour(*(round(a + (b - a) * part) for a, b in pairs))
