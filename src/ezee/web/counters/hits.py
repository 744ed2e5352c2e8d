"""``/api/count/incr/badge.svg`` and ``…/keep/badge.svg``: badges of any page's hits."""

from __future__ import annotations

from litestar.types import HTTPScope, Receive, Send

from ezee.clock import Clock
from ezee.counters.hits import PATHS, Badge, Hits, draw_badge, read_badge
from ezee.counters.pictures import Drawn
from ezee.errors import EzeeError, MethodNotAllowed
from ezee.events.collector import plain_address
from ezee.limits import Buckets, line_of
from ezee.web.counters.answers import NEVER_KEPT, answer_picture, send_answer
from ezee.web.errors import answer_json, log_failure

NEW = 30
"""New pages of one address a minute."""
VIEWS = 6_000
"""Hits of one page that are counted a minute: a proxy has one address for all its readers."""
_METHODS = ("GET", "HEAD")


class HitsHandler:
    """The ASGI application of badges."""

    def __init__(self, hits: Hits, clock: Clock) -> None:
        self._hits = hits
        self._new = Buckets(clock)
        self._views = Buckets(clock)

    async def __call__(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in _METHODS:
            await send_answer(send, answer_json(MethodNotAllowed(_METHODS)))
            return
        asked, hits = read_badge(scope["query_string"]), None
        try:
            hits = await self._find(asked, scope) if asked.page else None
        except EzeeError:
            # Dashes say enough.
            pass
        except Exception as failure:  # noqa: BLE001 - dashes are better than no picture
            log_failure(failure)
        drawn = Drawn(draw_badge(asked, hits), "")
        answer = answer_picture(drawn, "image/svg+xml", NEVER_KEPT)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _find(self, asked: Badge, scope: HTTPScope) -> tuple[int, int]:
        counts = PATHS[scope["path"]] and scope["method"] == "GET"
        if not counts or not self._views.take(asked.page, VIEWS).allowed:
            return await self._hits.find(asked.page)
        if not await self._hits.is_known(asked.page):
            client = scope.get("client")
            line = line_of(plain_address(client[0])) if client else ""
            self._new.take(line, NEW).enforce()
            await self._hits.make_room(asked.page)
        return await self._hits.add(asked.page)
