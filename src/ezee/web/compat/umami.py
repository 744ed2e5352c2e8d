"""Umami's ``POST /api/send`` and ``POST /api/batch``, from its script and its API clients."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import unquote

from ezee.errors import EzeeError, InvalidRequest
from ezee.web.compat.meant import (
    Asked,
    Meant,
    Read,
    fields_of,
    language_of,
    number_of,
    page_url,
    props_of,
    read_json,
    text_of,
    width_of,
)
from ezee.web.compat.protocol import Judged, answer_with, refuse_with
from ezee.web.errors import STATUS, Answer, status_of

BATCH_LIMIT = 500
# Nobody is followed from one request to the next, so there is no session to tell of.
_NO_SESSION = "00000000-0000-0000-0000-000000000000"
_TAKEN = {"cache": "", "sessionId": _NO_SESSION, "visitId": _NO_SESSION}
_A_BOT = {"beep": "boop"}
_CODES = {status: code.replace("_", "-") for code, status in STATUS.items()} | {
    400: "bad-request",
    429: "too-many-requests",
}


class Umami:
    """The protocol. A website's UUID is its tracker's ``id``, or an alias of it."""

    name = "umami"
    methods: tuple[str, ...] = ("POST",)
    needs_token = False
    credentials = False

    def read(self, asked: Asked) -> list[Read]:
        """The event, or those of a batch. What only describes a visitor is none."""
        sent = read_json(asked.body)
        if asked.path != "batch":
            read = _event(sent)
            if isinstance(read, InvalidRequest):
                raise read
            return [] if read is None else [read]
        if not isinstance(sent, list) or len(sent) > BATCH_LIMIT:
            raise InvalidRequest(f"The body must be a list of up to {BATCH_LIMIT} events.")
        return [read for read in map(_event, sent) if read is not None]

    def token(self, asked: Asked) -> str:
        """An owner's token comes in the header that their signed-in clients use."""
        return asked.token

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:
        """Their object for one event; how many were processed of a batch."""
        errors = [(place, each.error) for place, each in enumerate(judged) if each.error]
        if asked.path == "batch":
            return answer_with(
                200,
                {
                    "size": len(judged),
                    "processed": len(judged) - len(errors),
                    "errors": len(errors),
                    "details": [{"index": place, "response": _told(e)} for place, e in errors],
                    "cache": "",
                },
            )
        if errors:
            return self.refuse(errors[0][1])
        dropped = bool(judged) and judged[0].dropped is not None
        return answer_with(200, _A_BOT if dropped else _TAKEN)

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:  # noqa: ARG002
        """Their error object; a website that is unknown is a wrong request there."""
        if status_of(error) == 404:
            return answer_with(400, _told(error))
        return refuse_with(error, _told(error))


def _told(error: EzeeError) -> dict[str, object]:
    if status_of(error) == 404:
        return {"error": {"code": "bad-request", "message": "Website not found.", "status": 400}}
    status = status_of(error)
    return {"error": {"code": _CODES[status], "message": error.message, "status": status}}


def _event(sent: object) -> Read | None:
    """An event; None for what is none, such as what identifies a visitor."""
    payload = sent.get("payload") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(payload, dict):
        return InvalidRequest.field("payload", "must be an object")
    if sent.get("type", "event") not in {"event", "identify", "performance"}:
        return InvalidRequest.field("type", "must be event or identify")
    website = text_of(payload.get("website"))
    if not website:
        return InvalidRequest.field("website", "must be the website's id")
    if sent.get("type", "event") != "event":
        return None
    data = payload.get("data")
    value, currency = _revenue(data)
    name = text_of(payload.get("name"))
    url = _encoded_once(text_of(payload.get("url")))
    fields = fields_of(
        name=name,
        url=page_url(text_of(payload.get("hostname")), url) if url or not name else None,
        referrer=_encoded_once(text_of(payload.get("referrer"))),
        title=_decoded(text_of(payload.get("title"))),
        screen_width=width_of(payload.get("screen")),
        language=language_of(payload.get("language")),
        props=props_of({**_tag(payload), **(data if isinstance(data, dict) else {})}),
        value=value,
        currency=currency,
        timestamp=_timestamp(payload.get("timestamp")),
    )
    agent, address = text_of(payload.get("userAgent")), text_of(payload.get("ip"))
    return Meant((website,), fields, agent, address)


def _encoded_once(address: str) -> str:
    """An address, which earlier versions of their script encode though it is encoded already."""
    return re.sub(r"%25(?=[0-9A-Fa-f]{2})", "%", address)


def _decoded(title: str) -> str:
    """A title, which those versions encode; as it is where that cannot have been."""
    if re.search(r"%(?![0-9A-Fa-f]{2})|[\s&]", title):
        return title
    try:
        return text_of(unquote(title, errors="strict"))
    except UnicodeDecodeError:
        return title


def _tag(payload: dict[str, object]) -> dict[str, object]:
    tag = text_of(payload.get("tag"))
    return {"tag": tag} if tag else {}


def _revenue(data: object) -> tuple[float | None, str | None]:
    if not isinstance(data, dict):
        return None, None
    value, currency = number_of(data.get("revenue")), text_of(data.get("currency")).upper()
    return (value, currency) if value is not None and currency else (None, None)


def _timestamp(given: object) -> str | None:
    """Unix seconds, as an ISO time."""
    seconds = number_of(given)
    if seconds is None or not 0 < seconds < 4e9:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat()
