"""From the wire to a request: what a sender may say, checked, in one typed value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_type_hints
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta

from ezee.errors import FieldError, InvalidRequest
from ezee.events import wording
from ezee.events.remembering import Memory
from ezee.model.calendar import read_instant
from ezee.model.currency import exponent_of

BODY_LIMIT = 1 << 20
BATCH_LIMIT = 500

Scalar = str | bool | int | float | None
PropKey = Annotated[str, Meta(pattern=r"\A[A-Za-z0-9_.-]{1,64}\Z")]


class Payload(msgspec.Struct, gc=False):
    """One event as it was sent. ``events`` is set instead when the body is a batch."""

    site_id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    url: Annotated[str, Meta(max_length=8192)] | None = None
    name: Annotated[str, Meta(min_length=1, max_length=120)] | None = None
    referrer: Annotated[str, Meta(max_length=8192)] | None = None
    title: str | None = None
    screen_width: Annotated[int, Meta(ge=0)] | None = None
    language: str | None = None
    props: Annotated[dict[PropKey, Scalar], Meta(max_length=30)] | None = None
    interactive: bool | None = None
    value: float | None = None
    currency: str | None = None
    timestamp: str | None = None
    id: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    client_ip: Annotated[str, Meta(min_length=1)] | None = None
    user_agent: Annotated[str, Meta(max_length=2000)] | None = None
    opt_out: Annotated[str, Meta(max_length=64)] | None = None
    stamp: Annotated[str, Meta(max_length=100)] | None = None
    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET


Judged = Payload | InvalidRequest

_decoder = msgspec.json.Decoder(Payload)
_fields_decoder = msgspec.json.Decoder(dict[str, msgspec.Raw])


def read_body(body: bytes) -> Payload | list[Judged]:
    """The one event of a body; or those of a batch, what is wrong with one in its place.

    Raises:
        InvalidRequest: the one event, or the envelope of a batch, is wrong.
    """
    payload = _decode(body)
    if payload.events is msgspec.UNSET:
        return _checked(payload, suspect=_is_suspect(body))
    if not 1 <= len(payload.events) <= BATCH_LIMIT:
        raise InvalidRequest.field("events", wording.EXPECTED["events"])
    return [_judge_raw(bytes(raw)) for raw in payload.events]


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
        payload = msgspec.convert(fields, Payload, strict=False)
    except msgspec.ValidationError:
        raise _refusal(fields, _convert) from None
    if not _is_formed(payload):
        raise _refusal(fields, _convert)
    return _checked(payload, suspect=True)


def _judge_raw(raw: bytes) -> Judged:
    try:
        payload = _decode(raw)
        if payload.events is not msgspec.UNSET:
            raise InvalidRequest.field("events", "a batch cannot stand within a batch")
        return _checked(payload, suspect=_is_suspect(raw))
    except InvalidRequest as error:
        return error


def _decode(body: bytes) -> Payload:
    try:
        payload = _decoder.decode(body)
        if _is_formed(payload):
            return payload
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        pass
    return _decode_or_tell(body)


def _decode_or_tell(body: bytes) -> Payload:
    """Decode a body that is wrong, or has a text that can be marked as such."""
    text = _LONE_SURROGATE.sub(_mark, body) if b"\\u" in body else body
    try:
        return _decode_or_refuse(text)
    except RecursionError:
        raise InvalidRequest(wording.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidRequest(wording.NOT_JSON) from None


def _decode_or_refuse(text: bytes) -> Payload:
    try:
        payload = _decoder.decode(text)
    except msgspec.ValidationError:
        raise _refusal(_fields(text), _decode_field) from None
    if not _is_formed(payload):
        raise _refusal(_fields(text), _decode_field)
    return payload


def _fields(text: bytes) -> dict[str, msgspec.Raw]:
    try:
        return _fields_decoder.decode(text)
    except msgspec.ValidationError:
        raise InvalidRequest(wording.NOT_AN_OBJECT) from None


def _decode_field(raw: msgspec.Raw, kind: Any) -> Any:
    return msgspec.json.decode(raw, type=kind)


def _convert(value: object, kind: Any) -> Any:
    return msgspec.convert(value, kind, strict=False)


def _is_suspect(body: bytes) -> bool:
    """Whether a JSON text may hold a control character: escaped, DEL, or one of U+0080 to 9F."""
    return _BACKSLASH in body or _DEL in body or _C2 in body


# Bytes by their numbers: a byte as bytes takes six times as long to look for.
_BACKSLASH, _DEL, _C2 = b"\\\x7f\xc2"


_is_url = re.compile(r"https?://[^/?#\s]|/", re.IGNORECASE).match
_LANGUAGE = re.compile(r"(?:[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,8})?")


def _is_language(text: str) -> bool:
    return _LANGUAGE.fullmatch(text) is not None


_languages = Memory(_is_language)


# As patterns of their types they would take three quarters of the decoder's time.
def _is_formed(payload: Payload) -> bool:
    """Whether the texts that have a form have it."""
    url, language = payload.url, payload.language
    if url is not None and not _is_url(url):
        return False
    return not language or _languages[language]


def _misformed(payload: Payload) -> Iterator[str]:
    """The fields whose texts do not have their form."""
    if payload.url is not None and not _is_url(payload.url):
        yield "url"
    if payload.language and not _languages[payload.language]:
        yield "language"


def _checked(payload: Payload, *, suspect: bool) -> Payload:
    """The payload, when what types alone cannot say is right as well."""
    if not suspect and _is_plain(payload):
        return payload
    wrong = set(_wrong_fields(payload))
    unreadable = set(_unreadable_fields(payload)) if suspect else set()
    if wrong or unreadable:
        raise _invalid(wrong, unreadable)
    return payload


def _is_plain(payload: Payload) -> bool:
    """Whether it has nothing that could be wrong, as most pageviews have not."""
    return (
        payload.site_id is not None
        and payload.url is not None
        and payload.value is None
        and payload.currency is None
        and payload.timestamp is None
    )


def _refusal(fields: Mapping[str, Any], read: Callable[[Any, Any], Any]) -> InvalidRequest:
    """What to say of fields of which at least one is not of its type: every one is named."""
    wrong: set[str] = set()
    payload = Payload()
    for name, kind in _kinds().items():
        if name in fields:
            try:
                setattr(payload, name, read(fields[name], kind))
            except msgspec.ValidationError:
                wrong.add(name)
    wrong.update(_misformed(payload))
    if "events" in fields:
        return _invalid(wrong, set())
    wrong |= set(_wrong_fields(payload))
    return _invalid(wrong, set(_unreadable_fields(payload)))


def _invalid(wrong: set[str], unreadable: set[str]) -> InvalidRequest:
    errors = [
        FieldError(name, wording.EXPECTED[name] if name in wrong else wording.CONTROL)
        for name in Payload.__struct_fields__
        if name in wrong or name in unreadable
    ]
    return InvalidRequest("; ".join(f"{name}: {message}" for name, message in errors), errors)


@cache
def _kinds() -> dict[str, Any]:
    return get_type_hints(Payload, include_extras=True)


# The decoder refuses a whole body for one lone surrogate, such as "\\ud800". The pattern steps over
# pairs and escaped backslashes; what is left is marked, for its event alone to be malformed.
_LONE_SURROGATE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def _mark(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] is None else rb"\u0000"


def _decode_props(text: str) -> object:
    """The properties in a query's field; what is no JSON stays the text it is."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text


def _wrong_fields(payload: Payload) -> Iterator[str]:
    """The fields whose values cannot be meant, beside the others or by themselves."""
    if payload.site_id is None:
        yield "site_id"
    if payload.url is None and payload.name in {None, "pageview"}:
        yield "url"
    if payload.value is not None:
        if not abs(payload.value) <= 1e12:
            yield "value"
        if payload.currency is None:
            yield "currency"
    if payload.currency is not None and exponent_of(payload.currency) is None:
        yield "currency"
    if payload.timestamp is not None and read_instant(payload.timestamp) is None:
        yield "timestamp"


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_TEXTS = (
    *("site_id", "url", "name", "referrer", "title", "timestamp"),
    *("id", "client_ip", "user_agent", "opt_out", "stamp"),
)


def _unreadable_fields(payload: Payload) -> Iterator[str]:
    """The fields with a text that holds control characters."""
    for name in _TEXTS:
        value = getattr(payload, name)
        if value and _CONTROL.search(value):
            yield name
    texts = (text for text in (payload.props or {}).values() if isinstance(text, str))
    if any(_CONTROL.search(text) for text in texts):
        yield "props"
