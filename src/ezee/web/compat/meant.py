"""What another tracker's client means, in our own words, whatever its protocol."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import msgspec

from ezee.errors import InvalidRequest
from ezee.events import wording

_MOST_PROPS, _LONGEST_VALUE, _LONGEST_NAME = 30, 500, 120
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]+")
_NOT_IN_KEYS = re.compile(r"[^A-Za-z0-9_.-]+")


class Asked(NamedTuple):
    """A request, as far as a protocol reads it. ``path`` is below the protocol's own."""

    method: str
    path: str
    query: bytes = b""
    body: bytes = b""
    form: bool = False
    host: str = ""
    referer: str = ""
    token: str = ""


class Meant(NamedTuple):
    """One event.

    ``sites`` is what its tracker may be called, the likeliest first. ``fields`` are ours, without
    the ``site_id``. ``user_agent`` and ``address`` are the visitor's where the client names them;
    the latter is believed with the owner's token alone. ``headless`` says that the client's own
    script found no person.
    """

    sites: tuple[str, ...]
    fields: dict[str, object]
    user_agent: str = ""
    address: str = ""
    headless: bool = False


Read = Meant | InvalidRequest


def read_json(body: bytes) -> object:
    """The JSON of a body.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        # A lone surrogate is for the cleaning of texts, not for the decoder, to judge.
        return msgspec.json.decode(_LONE.sub(_marked, body) if b"\\u" in body else body)
    except RecursionError:
        raise InvalidRequest(wording.TOO_DEEP) from None
    except (msgspec.DecodeError, UnicodeError):
        raise InvalidRequest(wording.NOT_JSON) from None


def read_json_object(body: bytes) -> dict[str, object]:
    """The JSON object that a body must be.

    Raises:
        InvalidRequest: it is something else.
    """
    found = read_json(body)
    if not isinstance(found, dict):
        raise InvalidRequest(wording.NOT_AN_OBJECT)
    return found


_LONE = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    rb"|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)


def _marked(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] is None else rb"\ufffd"


def text_of(value: object) -> str:
    """A text on one line; numbers as they are written, "" for whatever else it is."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return _CONTROL.sub(" ", str(value)).strip()


def number_of(value: object) -> float | None:
    """A finite number, sent as such or as text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def width_of(screen: object) -> int | None:
    """The width of a screen: ``1920x1080``, ``1920,1080,1``, ``[1920, 1080]`` or ``1920``."""
    if isinstance(screen, list):
        screen = screen[0] if screen else None
    first = re.split(r"[x,]", text_of(screen), maxsplit=1)[0]
    number = number_of(first)
    return int(number) if number is not None and 0 < number < 1e6 else None


def language_of(value: object) -> str:
    """The first tag of ``fr-FR,fr;q=0.8``; "" where it has no such form."""
    first = re.split(r"[,;]", text_of(value), maxsplit=1)[0].strip()
    return first if _LANGUAGE.fullmatch(first) else ""


_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:[-_][A-Za-z0-9]{1,8}){0,8}")


def fields_of(**fields: object) -> dict[str, object]:
    """Fields that say something: texts cleaned and names cut, what is empty left out."""
    cleaned = {
        name: text_of(value) if isinstance(value, str) else value for name, value in fields.items()
    }
    if isinstance(name := cleaned.get("name"), str):
        cleaned["name"] = name[:_LONGEST_NAME]
    return {name: value for name, value in cleaned.items() if value not in (None, "", {})}


def props_of(given: object) -> dict[str, object]:
    """Properties as we take them: flat, 30 at most, keys of letters, digits and ``_.-``."""
    props: dict[str, object] = {}
    for path, value in _flat(given, "", 0):
        key = _NOT_IN_KEYS.sub("_", path)[:64]
        if key and key not in props and len(props) < _MOST_PROPS:
            props[key] = value
    return props


def _flat(given: object, path: str, depth: int) -> Iterator[tuple[str, object]]:
    if isinstance(given, Mapping) and depth < 5:
        for key, value in given.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key), depth + 1)
    elif isinstance(given, bool):
        yield path, given
    elif isinstance(given, str | int | float):
        yield path, text_of(given)[:_LONGEST_VALUE] if isinstance(given, str) else given
    elif given is not None and path:
        yield path, msgspec.json.encode(given).decode()[:_LONGEST_VALUE]


def page_url(host: str, path: str) -> str:
    """A page's address from its host, which may be unknown, and its path or whole address."""
    if re.match(r"https?://", path, re.IGNORECASE):
        return path
    path = path if path.startswith("/") else f"/{path}"
    clean = re.fullmatch(r"[\w.-]+(?::\d+)?", host)
    return f"https://{host}{path}" if clean else path


def is_true(value: object) -> bool:
    """``true``, ``1``, ``on``, ``yes``, or the same as JSON."""
    return str(value).strip().lower() in {"true", "1", "on", "yes"}
