"""Plausible's ``POST /api/event``, from its scripts, its npm packages and its events API."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ezee.errors import EzeeError, InvalidRequest
from ezee.web.compat.meant import (
    Asked,
    Meant,
    Read,
    fields_of,
    number_of,
    props_of,
    read_json_object,
    text_of,
    width_of,
)
from ezee.web.compat.protocol import Judged, answer_text, answer_with, refuse_with
from ezee.web.errors import Answer, status_of

# A field has a short name in scripts and a long one in the documented API.
_NAMES = {
    "name": ("n", "name"),
    "url": ("u", "url"),
    "domain": ("d", "domain"),
    "referrer": ("r", "referrer"),
    "width": ("w", "screen_width"),
    "props": ("p", "props", "m", "meta"),
    "revenue": ("$", "revenue"),
    "interactive": ("i", "interactive"),
}


class Plausible:
    """The protocol. ``d`` may name several domains, with commas between: an event for each."""

    name = "plausible"
    methods: tuple[str, ...] = ("POST",)
    needs_token = False
    credentials = False

    def read(self, asked: Asked) -> list[Read]:
        """One event for each domain."""
        sent = read_json_object(asked.body)
        given = {ours: _first(sent, theirs) for ours, theirs in _NAMES.items()}
        domains = [each.strip() for each in text_of(given["domain"]).split(",") if each.strip()]
        if not domains:
            raise InvalidRequest.field("domain", "can't be blank")
        if not text_of(given["name"]):
            raise InvalidRequest.field("name", "can't be blank")
        value, currency = _revenue(given["revenue"])
        fields = fields_of(
            name=text_of(given["name"]),
            url=text_of(given["url"]),
            referrer=text_of(given["referrer"]),
            screen_width=width_of(given["width"]),
            props=props_of(_parsed(given["props"])),
            interactive=False if given["interactive"] is False else None,
            value=value,
            currency=currency,
        )
        return [Meant((domain,), fields) for domain in domains]

    def token(self, asked: Asked) -> str:
        """Their events API knows none."""
        return asked.token

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:  # noqa: ARG002
        """``ok`` for what was taken, and a header where it was dropped."""
        errors = [each.error for each in judged if each.error is not None]
        if errors and len(errors) == len(judged):
            # Theirs says "ok" to a domain that it does not know.
            if status_of(errors[0]) != 404:
                return self.refuse(errors[0])
            return answer_text(202, "ok", **{"x-plausible-dropped": "1"})
        dropped = [each for each in judged if each.dropped is not None or each.error is not None]
        return answer_text(202, "ok", **({"x-plausible-dropped": "1"} if dropped else {}))

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:  # noqa: ARG002
        """Each wrong field with its messages."""
        if isinstance(error, InvalidRequest):
            fields = {field: [message] for field, message in error.details}
            return answer_with(400, {"errors": fields or {"request": [error.message]}})
        return refuse_with(error, {"error": error.message})


def _first(sent: dict[str, object], names: Sequence[str]) -> object:
    return next((sent[name] for name in names if sent.get(name) is not None), None)


def _parsed(value: object) -> object:
    """An object, which older scripts send as JSON within the JSON."""
    if not isinstance(value, str):
        return value if isinstance(value, dict) else None
    try:
        found = msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _revenue(given: object) -> tuple[float | None, str | None]:
    revenue = _parsed(given)
    if not isinstance(revenue, dict):
        return None, None
    value, currency = number_of(revenue.get("amount")), text_of(revenue.get("currency")).upper()
    return (value, currency) if value is not None and currency else (None, None)
