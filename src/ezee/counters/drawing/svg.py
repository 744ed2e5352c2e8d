"""Pictures as SVG: paths alone, no script, no style sheet, no font, nothing to fetch."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.paths import path_text
from ezee.counters.drawing.shapes import Gradient, Paint, Picture, Placed, Shape


def svg(picture: Picture) -> bytes:
    """The picture as an SVG document (SVG 1.1) that says its title to screen readers."""
    shapes = [shape for part in picture.parts for shape in part.tile.shapes]
    paints = dict.fromkeys(each.paint for each in shapes if isinstance(each.paint, Gradient))
    names = {paint: f"g{place}" for place, paint in enumerate(paints)}
    size = f'width="{picture.width}" height="{picture.height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size}',
        f' viewBox="0 0 {picture.width} {picture.height}"',
        f' role="img" aria-label={quoteattr(picture.title)}>',
        f"<title>{escape(picture.title)}</title>",
        _defined(names),
        *(_part(part, names) for part in picture.parts),
        "</svg>\n",
    ]
    return "".join(parts).encode()


def _defined(names: dict[Gradient, str]) -> str:
    gradients = (_gradient(paint, name) for paint, name in names.items())
    return f"<defs>{''.join(gradients)}</defs>" if names else ""


def _gradient(paint: Gradient, name: str) -> str:
    stops = (
        f'<stop offset="{stop.share:g}" stop-color="{stop.colour.hex}"'
        f"{_opacity('stop', stop.colour)}/>"
        for stop in paint.stops
    )
    return (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="0" x2="0"'
        f' y1="{paint.top:g}" y2="{paint.bottom:g}">{"".join(stops)}</linearGradient>'
    )


def _part(part: Placed, names: dict[Gradient, str]) -> str:
    """A nested ``svg`` cuts off what is outside its tile, as a raster does."""
    tile = part.tile
    if not tile.shapes or tile.width == 0:
        return ""
    shapes = "".join(_shape(shape, names) for shape in tile.shapes)
    place = f'x="{part.x}" y="{part.y}" width="{tile.width}" height="{tile.height}"'
    return f"<svg {place}>{shapes}</svg>"


def _shape(shape: Shape, names: dict[Gradient, str]) -> str:
    if isinstance(shape.paint, Colour) and shape.paint.alpha == 0:
        return ""
    data = f'd="{path_text(shape.path)}"'
    if not shape.pen:
        return f"<path {_paint('fill', shape.paint, names)} {data}/>"
    pen = f'stroke-width="{shape.pen:.2f}" stroke-linecap="round" stroke-linejoin="round"'
    return f'<path fill="none" {_paint("stroke", shape.paint, names)} {pen} {data}/>'


def _paint(use: str, paint: Paint, names: dict[Gradient, str]) -> str:
    if isinstance(paint, Gradient):
        return f'{use}="url(#{names[paint]})"'
    return f'{use}="{paint.hex}"{_opacity(use, paint)}'


def _opacity(use: str, colour: Colour) -> str:
    return "" if colour.alpha == 255 else f' {use}-opacity="{colour.alpha / 255:.3f}"'
