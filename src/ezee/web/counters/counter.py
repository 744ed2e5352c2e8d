"""``/counter/…``: a raw ASGI handler, because every view of every page comes here."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from litestar.types import HTTPScope, Receive, Send
from msgspec.structs import replace

from ezee.accounts.directory import SiteDirectory
from ezee.accounts.policy import readable_as_counter
from ezee.counters.asked import PREFIX, SAMPLE, Asked, read_asked
from ezee.counters.current import CurrentNumbers
from ezee.counters.forms import CONTENT_TYPES, as_html, as_json
from ezee.counters.number import ALL_TIME
from ezee.counters.pictures import Drawn, Pictures, tag_of
from ezee.counters.viewing import Views
from ezee.errors import EzeeError, MethodNotAllowed, NotFound
from ezee.events.steps.page import page_of
from ezee.model.site import SiteConfig
from ezee.web.counters.answers import (
    ASKED_EACH_TIME,
    KEPT_A_WHILE,
    NEVER_KEPT,
    answer_picture,
    send_answer,
)
from ezee.web.errors import Answer, answer_json, answer_page, log_failure, wants_json
from ezee.web.senders import Headers, sender_of

METHODS = ("GET", "HEAD")


class _Shown(NamedTuple):
    """The number of a tracker's page, None where it is not known or not to be seen."""

    key: int
    page: str
    number: int | None


_NOTHING = _Shown(0, "", None)
_SAMPLE = _Shown(0, "", 12_345)


class CounterHandler:
    """The ASGI application of counters."""

    def __init__(
        self, directory: SiteDirectory, numbers: CurrentNumbers, pictures: Pictures, views: Views
    ) -> None:
        self._directory = directory
        self._numbers = numbers
        self._pictures = pictures
        self._views = views

    async def __call__(self, scope: HTTPScope, _: Receive, send: Send) -> None:
        """Answer one request."""
        headers = Headers(scope["headers"])
        try:
            answer = await self._answer(scope, headers)
        except EzeeError as error:
            answer = _refusal(scope, headers, error)
        except Exception as failure:  # noqa: BLE001 - a page must not show a broken picture
            answer = _refusal(scope, headers, log_failure(failure))
        await send_answer(send, answer, head=scope["method"] == "HEAD")

    async def _answer(self, scope: HTTPScope, headers: Headers) -> Answer:
        asked = read_asked(scope["raw_path"], scope["query_string"])
        if asked is None:
            raise NotFound(_NO_COUNTER)
        if scope["method"] not in METHODS:
            raise MethodNotAllowed(METHODS)
        try:
            shown = await self._show(asked, scope, headers)
        except Exception as failure:  # noqa: BLE001 - dashes are better than no picture
            log_failure(failure)
            shown = _NOTHING
        drawn = await self._draw(asked, shown)
        content_type = CONTENT_TYPES[asked.form]
        return answer_picture(drawn, content_type, _caching(asked), headers.raw(b"if-none-match"))

    async def _show(self, asked: Asked, scope: HTTPScope, headers: Headers) -> _Shown:
        if asked.site_id == SAMPLE:
            return _SAMPLE
        site = self._directory.find(asked.site_id)
        readable = readable_as_counter(site) if site is not None else None
        if site is None or readable is None:
            return _NOTHING
        if asked.counts and scope["method"] == "GET":
            referer = headers.text(b"referer") or ""
            sender = partial(sender_of, scope, headers, None)
            await self._views.count(site, asked.url, referer, sender)
        page = page_of(asked.url, site.rules.page_rules) if asked.url else ""
        number = await self._numbers.find(readable, replace(asked.wanted, page=page))
        return _Shown(site.key, page, _with_start(site, asked, number))

    async def _draw(self, asked: Asked, shown: _Shown) -> Drawn:
        if asked.form == "json":
            body = as_json(asked, shown.page, shown.number)
            return Drawn(body, tag_of(body))
        face = replace(asked.face, number=shown.number)
        if asked.form == "html":
            picture = await self._pictures.find(shown.key, face, "svg")
            body = as_html(picture.body, face.label)
            return Drawn(body, tag_of(body))
        return await self._pictures.find(shown.key, face, asked.form)


def _with_start(site: SiteConfig, asked: Asked, number: int | None) -> int | None:
    """What was counted elsewhere before belongs to the number of everything."""
    if number is None or asked.url or asked.wanted.period != ALL_TIME:
        return number
    return number + site.rules.counter_start


def _caching(asked: Asked) -> dict[str, str]:
    if asked.counts:
        return NEVER_KEPT
    return ASKED_EACH_TIME if asked.fresh else KEPT_A_WHILE


def _refusal(scope: HTTPScope, headers: Headers, error: EzeeError) -> Answer:
    in_json = wants_json(scope["path"], [headers.text(b"accept") or ""])
    return answer_json(error) if in_json else answer_page(error)


_NO_COUNTER = (
    f"There is no counter here. Its address is {PREFIX}, the site_id, the page if it is of one, "
    "and .svg, .png, .gif, .json or .html."
)
