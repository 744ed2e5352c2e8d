"""The drums turn from zero to the number, and rest there."""

from __future__ import annotations

from io import BytesIO

import pytest
from msgspec.structs import replace
from PIL import Image, ImageChops

from ezee.counters.drawing.counter import draw_gif, look_of, picture
from ezee.counters.drawing.face import Face
from ezee.counters.drawing.raster import raster
from ezee.counters.drawing.rolling import FRAME_TIME, FRAMES, frames

FACE = Face(907, "rolling")


@pytest.mark.parametrize("number", [0, 7, 907, 999_999, 12_345_678])
def test_it_begins_with_zeros_and_ends_with_the_number(number: int) -> None:
    face = replace(FACE, number=number, digits=8)
    first, *_, last = frames(look_of(face))
    assert first.tobytes() == raster(picture(replace(face, number=0))).tobytes()
    assert last.tobytes() == raster(picture(face)).tobytes()


def test_dashes_do_not_roll() -> None:
    (only,) = frames(look_of(Face(None, "rolling")))
    assert only.tobytes() == raster(picture(Face(None, "rolling"))).tobytes()


def test_what_is_large_stands_still() -> None:
    image = Image.open(BytesIO(draw_gif(replace(FACE, height=128))))
    assert getattr(image, "n_frames", 1) == 1


def test_the_gif_plays_once() -> None:
    image = Image.open(BytesIO(draw_gif(FACE)))
    frame_count = getattr(image, "n_frames", 1)
    duration = 0
    for place in range(frame_count):
        image.seek(place)
        duration += image.info["duration"]
    assert frame_count > FRAMES // 2
    assert duration == FRAMES * FRAME_TIME
    assert "loop" not in image.info
    apart = ImageChops.difference(on_white(image), on_white(raster(picture(FACE))))
    # The palette has 255 colours; the round corners are all or nothing.
    inside = apart.crop((4, 4, image.width - 4, image.height - 4)).convert("L")
    assert inside.getbbox() is None or max(inside.tobytes()) < 40


def on_white(image: Image.Image) -> Image.Image:
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image.convert("RGBA"))
    return page.convert("RGB")
