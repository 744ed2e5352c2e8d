"""A counter's pictures show its number, the same every time."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.counter import MOST, draw_gif, draw_png, draw_svg, look_of, picture
from ezee.counters.drawing.face import DIGITS, HEIGHTS, LABEL_LIMIT, Face
from ezee.counters.drawing.raster import raster
from ezee.counters.drawing.styles import STYLES


@pytest.mark.parametrize(
    ("face", "text"),
    [
        (Face(42), "000042"),
        (Face(42, digits=3), "042"),
        (Face(1234, digits=3), "1234"),
        (Face(42, "plain"), "42"),
        (Face(0, "flat"), "0"),
        (Face(999, "flat"), "999"),
        (Face(1000, "flat"), "1,000"),
        (Face(1234567, "link"), "1,234,567"),
        (Face(42, "flat", digits=4), "0,042"),
        (Face(10**30, "plain"), str(MOST)),
        (Face(), "------"),
        (Face(None, "flat"), "---"),
    ],
)
def test_text(face: Face, text: str) -> None:
    assert look_of(face).text == text


@pytest.mark.parametrize("style", STYLES)
def test_every_number_has_pictures_of_its_own(style: str) -> None:
    faces = [Face(number, style, digits=1) for number in (None, *range(10))]
    for draw in (draw_svg, draw_png, draw_gif):
        assert len({draw(face) for face in faces}) == len(faces)


@pytest.mark.parametrize("style", STYLES)
def test_png_and_gif_are_the_picture(style: str) -> None:
    face = Face(90123, style, label="Visitors")
    drawn = raster(picture(face))
    png = Image.open(BytesIO(draw_png(face)))
    gif = Image.open(BytesIO(draw_gif(face))).convert("RGBA")
    assert (png.mode, png.tobytes()) == ("RGBA", drawn.tobytes())
    clear = [alpha < 128 for alpha in drawn.getchannel("A").tobytes()]
    assert gif.size == drawn.size
    assert [alpha == 0 for alpha in gif.getchannel("A").tobytes()] == clear


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("height", [HEIGHTS[0], 20, HEIGHTS[-1]])
def test_digits_stay_inside(style: str, height: int) -> None:
    """With transparent grounds nothing but a shadow's edge may touch the picture's border."""
    clear = Colour(0, 0, 0, 0)
    face = Face(8888, style, background=clear, height=height)
    image = raster(picture(face))
    assert image.height == height
    if style in {"plain", "shadow", "block"}:
        left, top, right, bottom = image.getchannel("A").point(_solid).getbbox() or (0, 0, 0, 0)
        assert 0 < left < right < image.width
        assert 0 < top < bottom < height


_solid = [255 * (alpha > 128) for alpha in range(256)]


@pytest.mark.parametrize("style", STYLES)
def test_the_largest_is_still_small(style: str) -> None:
    face = Face(MOST, style, DIGITS[-1], label="W" * LABEL_LIMIT, height=HEIGHTS[-1])
    drawn = picture(face)
    assert drawn.width * drawn.height < 1_000_000
    assert len(draw_svg(face)) < 100_000


@pytest.mark.parametrize("style", STYLES)
def test_the_same_face_gives_the_same_bytes(style: str) -> None:
    face = Face(90123, style)
    for draw in (draw_svg, draw_png, draw_gif):
        assert draw(face) == draw(replace(face))


@pytest.mark.parametrize("style", STYLES)
def test_colours_are_what_was_asked_for(style: str) -> None:
    ink, ground = Colour(200, 30, 60), Colour(10, 120, 40)
    face = Face(8, style, color=ink, background=ground, height=64, label="x")
    pixels = raster(picture(face)).convert("RGB").tobytes()
    shown = {tuple(pixels[at : at + 3]) for at in range(0, len(pixels), 3)}
    for asked in (ink[:3], ground[:3]):
        assert min(distance(asked, each) for each in shown) < 40


def distance(one: Sequence[int], other: Sequence[int]) -> int:
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))
