"""The pictures of all counters: each is drawn once, then served from memory."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter

from ezee.clock import Clock
from ezee.counters.drawing.counter import draw_gif, draw_png, draw_svg, picture, rolls
from ezee.counters.drawing.face import Face
from ezee.limits import Buckets

FORMS: dict[str, Callable[[Face], bytes]] = {"svg": draw_svg, "png": draw_png, "gif": draw_gif}

# What is kept, in bytes.
_ROOM = 16 << 20
# What one tracker's counters may have drawn a minute, in units of so many pixels: about 1,500
# pictures of usual size. A stranger can ask for every colour there is.
UNITS = 3_000
_UNIT = 2_000
# A picture in motion costs that many that stand still.
_MOTION = 10


class Drawn(NamedTuple):
    """A picture, and the tag by which a browser knows it again."""

    body: bytes
    etag: str


class Pictures:
    """Draws in one thread, and keeps what it drew last."""

    def __init__(self, clock: Clock) -> None:
        self._units = Buckets(clock)
        self._thread = CapacityLimiter(1)
        self._kept: OrderedDict[tuple[Face, str], Drawn] = OrderedDict()
        self._size = 0

    async def find(self, site: int, face: Face, form: str) -> Drawn:
        """The picture of a tracker's counter; of one that asks for too many, in the plain style."""
        found = self._find(face, form)
        if found is None and not self._units.take(site, UNITS, _units(face, form)).allowed:
            face = Face(face.number, "plain")
            found = self._find(face, form)
        if found is None:
            body = await anyio.to_thread.run_sync(FORMS[form], face, limiter=self._thread)
            found = self._keep(face, form, body)
        return found

    def _find(self, face: Face, form: str) -> Drawn | None:
        found = self._kept.get((face, form))
        if found is not None:
            self._kept.move_to_end((face, form))
        return found

    def _keep(self, face: Face, form: str, body: bytes) -> Drawn:
        drawn = Drawn(body, tag_of(body))
        before = self._kept.pop((face, form), None)
        self._size += len(body) - (len(before.body) if before else 0)
        self._kept[face, form] = drawn
        while self._size > _ROOM:
            _, oldest = self._kept.popitem(last=False)
            self._size -= len(oldest.body)
        return drawn


def tag_of(body: bytes) -> str:
    """A strong entity tag (RFC 9110, section 8.8.3)."""
    return f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'


def _units(face: Face, form: str) -> int:
    drawn = picture(face)
    pixels = drawn.width * drawn.height
    return 1 + pixels * (_MOTION if form == "gif" and rolls(face) else 1) // _UNIT
