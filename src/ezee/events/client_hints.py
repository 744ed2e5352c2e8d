"""Client hints: what a browser says of itself beside its agent string.

The headers are structured fields (RFC 8941) as User-Agent Client Hints describes them. What is no
structured field is read as far as it goes or not at all; nothing here raises.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_LONGEST = 500


class ClientHints(NamedTuple):
    """The raw texts of the headers, "" where not sent.

    ``brands`` is Sec-CH-UA-Full-Version-List where sent, else Sec-CH-UA; the others are
    Sec-CH-UA-Mobile, Sec-CH-UA-Platform and Sec-CH-UA-Form-Factors.
    """

    brands: str
    mobile: str
    platform: str
    form_factors: str


NO_HINTS = ClientHints("", "", "", "")


class Brand(NamedTuple):
    """A browser, or what it is built on. The version is the major one, 0 where not told."""

    name: str
    version: int


# A string, and what of its parameters comes up to the next comma: "Chromium";v="126".
_ITEM = re.compile(r'"((?:[^"\\]|\\.)*+)"([^,"]*+(?:"[^"]*+"[^,"]*+)*+)')
_VERSION = re.compile(r';\s*v="(\d{1,5})')
_ESCAPED = re.compile(r"\\(.)")
# Browsers add a brand that means nothing, so that nobody relies on the list: "Not/A)Brand".
_GREASE = re.compile(r"[\W_]*Not[\W_]*A[\W_]*Brand[\W_]*", re.IGNORECASE)


def read_brands(header: str) -> list[Brand]:
    """The brands of a list, in its order, without the meaningless one."""
    return [
        Brand(name, _major(parameters))
        for name, parameters in _items(header)
        if not _GREASE.fullmatch(name)
    ]


def read_strings(header: str) -> list[str]:
    """The strings of a list."""
    return [text for text, _ in _items(header)]


def read_string(header: str) -> str:
    """One string; scripts hand it on without its quotes, which is fine too."""
    found = read_strings(header)
    return found[0] if found else header[:_LONGEST].strip(' "')


def read_boolean(header: str) -> bool | None:
    """``?1`` or ``?0``; None where neither was sent."""
    return {"?1": True, "?0": False}.get(header[:_LONGEST].strip())


def _items(header: str) -> list[tuple[str, str]]:
    return [
        (_ESCAPED.sub(r"\1", text), parameters)
        for text, parameters in _ITEM.findall(header[:_LONGEST])
    ]


def _major(parameters: str) -> int:
    found = _VERSION.search(parameters)
    return min(int(found[1]), 32767) if found else 0
