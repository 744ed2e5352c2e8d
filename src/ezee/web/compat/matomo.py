"""Matomo's tracking API: ``matomo.php`` and ``piwik.php``, single requests and bulk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from ezee.errors import EzeeError, InvalidRequest
from ezee.web.collect import PIXEL_ANSWER
from ezee.web.compat.meant import (
    Asked,
    Meant,
    Read,
    fields_of,
    is_true,
    language_of,
    number_of,
    props_of,
    read_json_object,
    text_of,
    width_of,
)
from ezee.web.compat.protocol import Judged, answer_with
from ezee.web.errors import Answer, headers_of, status_of

BATCH_LIMIT = 500
Fields = Mapping[str, object]


class Matomo:
    """The protocol. ``idsite`` is an alias of a tracker."""

    name = "matomo"
    methods: tuple[str, ...] = ("GET", "HEAD", "POST")
    needs_token = False
    credentials = True

    def read(self, asked: Asked) -> list[Read]:
        """The event, or those of a bulk request."""
        if _is_bulk(asked):
            return [_read(_bulk_fields(each)) for each in _requests(asked)]
        given = _single_fields(asked)
        if not is_true(given.get("rec")):
            return []
        read = _read(given, asked.referer)
        if isinstance(read, InvalidRequest):
            raise read
        return [read]

    def token(self, asked: Asked) -> str:
        """``token_auth``, in the request or in a bulk request's envelope."""
        if _is_bulk(asked):
            return text_of(read_json_object(asked.body).get("token_auth")) or asked.token
        return text_of(_single_fields(asked).get("token_auth")) or asked.token

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:
        """The GIF, or nothing where none is wanted; how many were tracked of a bulk request."""
        wrong = [place for place, each in enumerate(judged) if each.error is not None]
        if _is_bulk(asked):
            told = {"status": "success", "tracked": len(judged) - len(wrong), "invalid": len(wrong)}
            # Which they were is told to who has a token.
            whole = {**told, "invalid_indices": wrong} if self.token(asked) else told
            return _silent(204) if _wants_silence(asked) else answer_with(200, whole)
        if wrong:
            error = judged[wrong[0]].error
            assert error is not None
            return self.refuse(error, asked)
        return _silent(204) if _wants_silence(asked) else PIXEL_ANSWER

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:
        """The GIF all the same, as a picture may stand in a page; their object to a bulk request.

        A site that is unknown is a wrong request there. What is wrong is told in a header too.
        """
        status = 400 if status_of(error) == 404 else status_of(error)
        told = {**headers_of(error), "x-ezee": error.message.encode("ascii", "replace").decode()}
        if asked is not None and _is_bulk(asked):
            failed = {"status": "error", "tracked": 0, "invalid": 0, "message": error.message}
            return answer_with(status, failed, **told)
        shown = _silent(status) if asked is not None and _wants_silence(asked) else PIXEL_ANSWER
        return Answer(status, {**shown.headers, **told}, shown.body)


def _is_bulk(asked: Asked) -> bool:
    return asked.body.lstrip()[:1] == b"{"


def _wants_silence(asked: Asked) -> bool:
    """Whether no picture is wanted. What cannot be read wants none in particular."""
    try:
        given = read_json_object(asked.body) if _is_bulk(asked) else _single_fields(asked)
    except InvalidRequest:
        return False
    return text_of(given.get("send_image")) == "0"


def _silent(status: int) -> Answer:
    headers = {name: text for name, text in PIXEL_ANSWER.headers.items() if name != "content-type"}
    return Answer(status, headers, b"")


def _requests(asked: Asked) -> list[object]:
    requests = read_json_object(asked.body).get("requests")
    if not isinstance(requests, list) or len(requests) > BATCH_LIMIT:
        raise InvalidRequest.field("requests", f"must be a list of up to {BATCH_LIMIT} requests")
    return requests


def _single_fields(asked: Asked) -> Fields:
    return {**_pairs(asked.query), **_pairs(asked.body)}


def _bulk_fields(request: object) -> Fields:
    """A request within a bulk one: a query, with or without its page, or an object."""
    if isinstance(request, dict):
        return request
    text = text_of(request)
    return _pairs((text.partition("?")[2] if "?" in text else text).encode())


def _pairs(query: bytes) -> Fields:
    try:
        pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=500)
    except ValueError:
        raise InvalidRequest("The request has too many fields.") from None
    # That is what JavaScript makes of a field that it has no value for.
    return {name: text for name, text in pairs if text != "undefined"}


def _read(given: Fields, referer: str = "") -> Meant | InvalidRequest:
    """One event. Without ``rec`` there is none to tell of, and no fields are what is no event."""
    site = text_of(given.get("idsite"))
    if not is_true(given.get("rec")):
        return Meant((site,), {})
    if not site:
        return InvalidRequest.field("idsite", "must be the site's number")
    name, props = _named(given)
    title = text_of(given.get("action_name"))
    fields = fields_of(
        name=name,
        url=text_of(given.get("url")) or referer or ("" if name else _screen(title)),
        props=props_of(props),
        title=None if name else title,
        referrer=text_of(given.get("urlref")),
        screen_width=width_of(given.get("res")),
        language=language_of(given.get("lang")),
        timestamp=_timestamp(text_of(given.get("cdt"))),
    )
    return Meant((site,), fields, text_of(given.get("ua")), text_of(given.get("cip")))


def _screen(title: str) -> str:
    """The page of an app's screen that has no address: ``Screen / Home`` is ``/Screen/Home``."""
    parts = (quote(part.strip()) for part in title.split("/"))
    return "".join(f"/{part}" for part in parts if part)


def _named(given: Fields) -> tuple[str, dict[str, object]]:
    """What an event that is no pageview is called, and what is told of it."""
    if is_true(given.get("ping")):
        return "engagement", {}
    if category := text_of(given.get("e_c")):
        told = {"category": category, "label": given.get("e_n"), "value": given.get("e_v")}
        return text_of(given.get("e_a")) or category, told
    if url := text_of(given.get("download")):
        return "Download", {"url": url}
    if url := text_of(given.get("link")):
        return "Outbound Link", {"url": url}
    if query := text_of(given.get("search")):
        told = {"query": query, "category": given.get("search_cat")}
        return "Search", {**told, "results": given.get("search_count")}
    if order := text_of(given.get("ec_id")):
        return "Order", {"order": order, "revenue": number_of(given.get("revenue"))}
    if goal := text_of(given.get("idgoal")):
        told = {"revenue": number_of(given.get("revenue"))}
        return ("Cart", told) if goal == "0" else (f"Goal {goal}", told)
    if content := text_of(given.get("c_n")):
        told = {"content": content, "piece": given.get("c_p"), "target": given.get("c_t")}
        interaction = text_of(given.get("c_i"))
        return "Content Interaction" if interaction else "Content Impression", told
    return "", {}


def _timestamp(text: str) -> str | None:
    """Unix seconds, or ``2026-11-28 10:00:00`` in UTC."""
    seconds = number_of(text)
    if seconds is None:
        return text or None
    if not 0 < seconds < 4e9:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat()
