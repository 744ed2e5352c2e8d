"""``/count.php``: counters of earlier days, from the pages that still ask for them."""

from __future__ import annotations

from functools import partial

from litestar.types import HTTPScope, Receive, Send
from msgspec.structs import replace

from ezee.accounts.claims import Claim
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.policy import readable_as_counter
from ezee.counters.claimed import ClaimedNumbers
from ezee.counters.current import CurrentNumbers
from ezee.counters.old import OldAsked, read_old
from ezee.counters.pictures import Pictures
from ezee.counters.viewing import Views
from ezee.errors import MethodNotAllowed
from ezee.events.steps.page import page_of
from ezee.web.counters.answers import NEVER_KEPT, answer_picture, send_answer
from ezee.web.errors import answer_page, log_failure
from ezee.web.senders import Headers, sender_of

_METHODS = ("GET", "HEAD")


class OldCounterHandler:
    """The ASGI application of old embeds. Whoever looks is counted."""

    def __init__(
        self,
        directory: SiteDirectory,
        claims: ClaimedNumbers,
        numbers: CurrentNumbers,
        pictures: Pictures,
        views: Views,
    ) -> None:
        self._directory = directory
        self._claims = claims
        self._numbers = numbers
        self._pictures = pictures
        self._views = views

    async def __call__(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in _METHODS:
            await send_answer(send, answer_page(MethodNotAllowed(_METHODS)))
            return
        asked = read_old(scope["query_string"])
        site, number = 0, None
        try:
            claim = await self._claims.find(asked.number) if asked.number else None
            if claim is not None:
                site, number = await self._show(asked, claim, scope)
        except Exception as failure:  # noqa: BLE001 - dashes are better than no picture
            log_failure(failure)
        drawn = await self._pictures.find(site, replace(asked.face, number=number), "png")
        answer = answer_picture(drawn, "image/png", NEVER_KEPT)
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _show(
        self, asked: OldAsked, claim: Claim, scope: HTTPScope
    ) -> tuple[int, int | None]:
        """The tracker of a claim and its number, None where it is not known."""
        site = self._directory.find(claim.site_id)
        readable = readable_as_counter(site, claimed=True) if site is not None else None
        if site is None or readable is None:
            return 0, None
        if scope["method"] == "GET":
            headers = Headers(scope["headers"])
            referer = headers.text(b"referer") or ""
            sender = partial(sender_of, scope, headers, None)
            await self._views.count(site, claim.path, referer, sender)
        page = page_of(claim.path, site.rules.page_rules) if claim.path else ""
        number = await self._numbers.find(readable, replace(asked.wanted, page=page))
        return site.key, None if number is None else number + claim.start
