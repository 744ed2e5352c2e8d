"""Pictures are drawn once and kept, but never without end."""

from __future__ import annotations

import asyncio

import pytest

from ezee.counters.drawing.colour import Colour
from ezee.counters.drawing.counter import draw_svg
from ezee.counters.drawing.face import Face
from ezee.counters.pictures import FORMS, Pictures
from tests.support.clock import FakeClock

SITE, OTHER = 1, 2


@pytest.mark.parametrize("form", FORMS)
def test_a_picture_is_drawn_once(form: str) -> None:
    async def look() -> None:
        pictures = Pictures(FakeClock())
        face = Face(42, "flat")
        drawn = await pictures.find(SITE, face, form)
        assert drawn.body == FORMS[form](face)
        assert await pictures.find(OTHER, Face(42, "flat"), form) is drawn
        another = await pictures.find(SITE, Face(43, "flat"), form)
        assert another.etag != drawn.etag

    asyncio.run(look())


def test_a_tracker_that_asks_for_every_colour_gets_the_plain_style() -> None:
    async def look() -> None:
        clock = FakeClock()
        pictures = Pictures(clock)
        faces = [Face(7, "flat", color=Colour(0, at // 256, at % 256)) for at in range(3_100)]
        plain = draw_svg(Face(7, "plain"))
        drawn = [(await pictures.find(SITE, face, "svg")).body for face in faces]
        assert plain not in drawn[:3_000]
        assert drawn[-1] == plain
        assert (await pictures.find(OTHER, faces[-1], "svg")).body != plain
        clock.advance(1)
        assert (await pictures.find(SITE, faces[-2], "svg")).body != plain

    asyncio.run(look())


def test_only_so_much_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ezee.counters.pictures._ROOM", 10_000)

    async def look() -> None:
        pictures = Pictures(FakeClock())
        first = await pictures.find(SITE, Face(0), "png")
        for number in range(1, 20):
            await pictures.find(SITE, Face(number), "png")
        again = await pictures.find(SITE, Face(0), "png")
        assert again is not first
        assert again == first

    asyncio.run(look())
