"""Whatever the face, the SVG is well formed and nothing but shapes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.counter import draw_svg, picture
from ezee.counters.drawing.face import Face
from ezee.counters.drawing.styles import STYLES

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = {SVG + name for name in ("svg", "title", "defs", "linearGradient", "stop", "path")}
LABELS = ["", "Visitors", "</title><script>alert(1)</script>", '" onload="x', "&lt; ' ]]>", "a&b"]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("label", LABELS)
def test_it_is_shapes_alone(style: str, label: str) -> None:
    face = Face(12345, style, label=label, color=Colour(1, 2, 3, 40))
    root = ET.fromstring(draw_svg(face))
    drawn = picture(face)
    assert {element.tag for element in root.iter()} <= SHAPES
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    assert (root.get("width"), root.get("height")) == (str(drawn.width), str(drawn.height))
    title = f"{label}: 12,345" if label else "12,345"
    assert (root.findtext(SVG + "title"), root.get("aria-label")) == (title, title)


@pytest.mark.parametrize("style", STYLES)
def test_every_gradient_that_is_named_is_there(style: str) -> None:
    root = ET.fromstring(draw_svg(Face(1, style)))
    there = {f"url(#{each.get('id')})" for each in root.iter(SVG + "linearGradient")}
    named = {each.get(use) for each in root.iter() for use in ("fill", "stroke")}
    assert there == {paint for paint in named if paint and paint.startswith("url")}
