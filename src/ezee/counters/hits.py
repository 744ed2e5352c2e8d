"""Badges of a page's hits, of the day and in all, as ``hits`` drew them."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from ezee.clock import Clock
from ezee.counters.asked import parameters
from ezee.counters.drawing.colour import WHITE, Colour, colour, read_colour
from ezee.counters.drawing.glyphs import find_glyph
from ezee.counters.drawing.look import Look
from ezee.counters.drawing.styles.flat import badge
from ezee.counters.drawing.svg import svg
from ezee.counters.tallies import Tallies
from ezee.model.calendar import DAY
from ezee.store.base import EventStore

PREFIX = "hits:"
PATHS = {"/api/count/incr/badge.svg": True, "/api/count/keep/badge.svg": False}
"""The addresses of badges, and whether they count who looks."""
_LONGEST = 500
_TITLE_LIMIT = 40


class Badge(NamedTuple):
    """A badge as it is asked for; ``page`` is host and path, empty where there is no such page."""

    page: str
    title: str
    plate: Colour
    ground: Colour
    roundness: float


class Hits:
    """The hits of pages."""

    def __init__(self, store: EventStore, clock: Clock, most: int) -> None:
        self._tallies = Tallies(store, clock, PREFIX, most)
        self._clock = clock

    async def is_known(self, page: str) -> bool:
        """Whether the page has hits."""
        return await self._tallies.find(page) is not None

    async def make_room(self, page: str) -> None:
        """Let there be one more page; raises ``Full``."""
        await self._tallies.make_room(page)

    async def add(self, page: str) -> tuple[int, int]:
        """Count a hit; returns today's (UTC) and all of them.

        Raises:
            Unavailable: it could not be stored.
        """
        tally = await self._tallies.add(page)
        return tally.today, tally.value

    async def find(self, page: str) -> tuple[int, int]:
        """Today's hits and all of them.

        Raises:
            Unavailable: the store does not answer.
        """
        tally = await self._tallies.find(page)
        if tally is None:
            return 0, 0
        return tally.today if tally.day == self._clock.now() // DAY else 0, tally.value


@lru_cache(maxsize=10_000)
def read_badge(query: bytes) -> Badge:
    """Read a query. What is wrong in it is left out."""
    given = parameters(query)
    title = given.get("title", "").strip()
    if not title or len(title) > _TITLE_LIMIT or not all(map(find_glyph, title)):
        title = "hits"
    return Badge(
        page_of(given.get("url", "")),
        title,
        read_colour(given.get("title_bg", "")) or colour("555"),
        read_colour(given.get("count_bg", "")) or colour("79c83d"),
        0.0 if given.get("edge_flat") == "true" else 0.18,
    )


def page_of(url: str) -> str:
    """``https://github.com/a/b/?tab=x`` → ``github.com/a/b``; empty where it is no page's."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
        host = parts.hostname or ""
    except ValueError:
        return ""
    page = f"{host}{parts.path.rstrip('/')}"
    is_page = parts.scheme in {"http", "https"} and "." in host and page.isprintable()
    return page if is_page and " " not in host and len(page) <= _LONGEST else ""


def draw_badge(asked: Badge, hits: tuple[int, int] | None) -> bytes:
    """The badge as SVG, with dashes where the hits are not known."""
    text = "- / -" if hits is None else " / ".join(str(number) for number in hits)
    return _draw(asked.title, text, asked.plate, asked.ground, asked.roundness)


@lru_cache(maxsize=2_000)
def _draw(title: str, text: str, plate: Colour, ground: Colour, roundness: float) -> bytes:
    look = Look(text, title, 20, WHITE, ground, f"{title}: {text}")
    return svg(badge(look, plate, roundness))
