"""From the wire to a request: what a sender may say, checked, in one typed value."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal
from urllib.parse import parse_qsl

import msgspec

from ezee.errors import FieldError, InvalidRequest
from ezee.events import wording
from ezee.model.calendar import read_instant
from ezee.model.currency import exponent_of

BODY_LIMIT = 1 << 20
BATCH_LIMIT = 500

Scalar = str | bool | int | float | None


class Payload(msgspec.Struct, gc=False):
    """One event as it was sent. ``events`` is set instead when the body is a batch."""

    site_id: str | None = None
    url: str | None = None
    name: str | None = None
    referrer: str | None = None
    title: str | None = None
    screen_width: int | None = None
    language: str | None = None
    props: dict[str, Scalar] | None = None
    interactive: bool | None = None
    value: float | None = None
    currency: str | None = None
    timestamp: str | None = None
    id: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    opt_out: str | None = None
    stamp: str | None = None
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


Judged = Payload | InvalidRequest

_decoder = msgspec.json.Decoder(Payload)


def read_body(body: bytes) -> Payload | list[Judged]:
    """The one event of a body; or those of a batch, what is wrong with one in its place.

    Raises:
        InvalidRequest: the one event, or the envelope of a batch, is wrong.
    """
    payload = _decode(body)
    if isinstance(payload.events, msgspec.UnsetType):
        return check(payload)
    if not 1 <= len(payload.events) <= BATCH_LIMIT:
        raise InvalidRequest.field("events", wording.EXPECTED["events"])
    return [_judge_raw(raw) for raw in payload.events]


def read_query(query: bytes) -> Payload:
    """The event in a query string.

    Raises:
        InvalidRequest: a field is wrong.
    """
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise InvalidRequest("The query string is not percent-encoded UTF-8.") from None
    except ValueError:
        raise InvalidRequest("The query string has too many fields.") from None
    fields: dict[str, object] = {name: value for name, value in pairs if name != "events"}
    if isinstance(fields.get("props"), str):
        fields["props"] = _decode_props(str(fields["props"]))
    try:
        return check(msgspec.convert(fields, Payload, strict=False))
    except msgspec.ValidationError as error:
        raise _wrong(wording.field_of(str(error))) from None


def check(payload: Payload) -> Payload:
    """Check what types alone cannot say.

    Raises:
        InvalidRequest: with every wrong field named.
    """
    errors = [FieldError(name, wording.EXPECTED[name]) for name in _wrong_fields(payload)]
    # One search of everything is enough for nearly all events.
    if _CONTROL.search(" ".join(text for _, texts in _texts(payload) for text in texts)):
        named = {error.field for error in errors}
        errors += [
            FieldError(name, wording.CONTROL)
            for name, texts in _texts(payload)
            if name not in named and any(_CONTROL.search(text) for text in texts)
        ]
    if errors:
        raise InvalidRequest(_sentence(errors), errors)
    return payload


def _judge_raw(raw: msgspec.Raw) -> Judged:
    try:
        payload = _decode(bytes(raw))
        if not isinstance(payload.events, msgspec.UnsetType):
            raise InvalidRequest.field("events", "a batch cannot stand within a batch")
        return check(payload)
    except InvalidRequest as error:
        return error


def _decode(body: bytes) -> Payload:
    try:
        return _decoder.decode(_LONE_SURROGATE.sub(_mark, body) if b"\\u" in body else body)
    except msgspec.ValidationError as error:
        raise _wrong(wording.field_of(str(error))) from None
    except RecursionError:
        raise InvalidRequest(wording.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidRequest(wording.NOT_JSON) from None


# The decoder refuses a whole body for one lone surrogate, such as "\\ud800". The pattern steps over
# pairs and escaped backslashes; what is left is marked, for its event alone to be malformed.
_LONE_SURROGATE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def _mark(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] is None else rb"\u0000"


def _decode_props(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _wrong("props") from None


def _wrong(field: str) -> InvalidRequest:
    if field not in wording.EXPECTED:
        return InvalidRequest(wording.NOT_AN_OBJECT)
    return InvalidRequest.field(field, wording.EXPECTED[field])


def _sentence(errors: list[FieldError]) -> str:
    return "; ".join(f"{error.field}: {error.message}" for error in errors)


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_URL = re.compile(r"https?://[^/?#\s]|/", re.IGNORECASE)
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,8}")
_PROP_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")

_LONGEST = {
    "site_id": 64,
    "url": 8192,
    "name": 120,
    "referrer": 8192,
    "id": 64,
    "user_agent": 2000,
    "opt_out": 64,
    "stamp": 100,
}
_TEXTS = (
    *("site_id", "url", "name", "referrer", "title", "timestamp"),
    *("id", "client_ip", "user_agent", "opt_out", "stamp"),
)
_NOT_EMPTY = ("name", "id", "client_ip")


def _wrong_fields(payload: Payload) -> Iterable[str]:
    """The names of the fields whose values cannot be meant, in the contract's order."""
    if not payload.site_id or len(payload.site_id) > _LONGEST["site_id"]:
        yield "site_id"
    if payload.url is None:
        if payload.name in {None, "pageview"}:
            yield "url"
    elif not _URL.match(payload.url) or len(payload.url) > _LONGEST["url"]:
        yield "url"
    yield from _wrong_lengths(payload)
    if payload.screen_width is not None and payload.screen_width < 0:
        yield "screen_width"
    if payload.language and not _LANGUAGE.fullmatch(payload.language):
        yield "language"
    if payload.props is not None and not _props_are_right(payload.props):
        yield "props"
    yield from _wrong_money(payload)
    if payload.timestamp is not None and read_instant(payload.timestamp) is None:
        yield "timestamp"


def _wrong_lengths(payload: Payload) -> Iterable[str]:
    for name in ("name", "referrer", "id", "user_agent", "opt_out", "stamp"):
        value = getattr(payload, name)
        if value is not None and (
            len(value) > _LONGEST[name] or (not value and name in _NOT_EMPTY)
        ):
            yield name


def _wrong_money(payload: Payload) -> Iterable[Literal["value", "currency"]]:
    if payload.value is not None:
        if not abs(payload.value) <= 1e12:
            yield "value"
        if payload.currency is None:
            yield "currency"
    if payload.currency is not None and exponent_of(payload.currency) is None:
        yield "currency"


def _props_are_right(props: dict[str, Scalar]) -> bool:
    return len(props) <= 30 and all(_PROP_KEY.fullmatch(key) for key in props)


def _texts(payload: Payload) -> Iterable[tuple[str, Iterable[str]]]:
    for name in _TEXTS:
        value = getattr(payload, name)
        if value:
            yield name, (value,)
    if payload.props:
        yield "props", [text for text in payload.props.values() if isinstance(text, str)]
