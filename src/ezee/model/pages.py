"""What a tracker calls a page: what is kept of an address, and which pages are shown as one."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
import re2

from ezee.errors import FieldError

PARAMETER_LIMIT = 50
GROUP_LIMIT = 100
LENGTH_LIMIT = 300
WILDCARD_LIMIT = 10


class PageRules(msgspec.Struct, frozen=True, cache_hash=True):
    """How a tracker's addresses become pages.

    ``keep_parameters`` names the query parameters that stay, in the order in which they are
    shown. ``hash_routing`` keeps a route behind the ``#``. ``strip_slash`` drops the slashes at
    the end of a path. ``groups`` are patterns, the first that fits a page takes its place:
    ``*`` stands for one or more characters but ``/``, ``**`` for any, and ``/**/`` for ``/`` too.
    """

    keep_parameters: tuple[str, ...] = ()
    hash_routing: bool = False
    strip_slash: bool = False
    groups: tuple[str, ...] = ()


NO_PAGE_RULES = PageRules()


def find_errors(rules: PageRules) -> list[FieldError]:
    """The wrong fields, each with the first thing that is wrong with it; empty when all is well."""
    found = {
        "keep_parameters": _first_error(
            rules.keep_parameters, PARAMETER_LIMIT, "name", _text_error
        ),
        "groups": _first_error(rules.groups, GROUP_LIMIT, "pattern", _group_error),
    }
    return [FieldError(name, message) for name, message in found.items() if message]


def group_of(path: str, groups: tuple[str, ...]) -> str:
    """The first group that fits all of a cleaned path, else the path itself.

    A page without kept parameters has only a path; with them, its query is text like the rest.
    """
    return find_group(path, groups) or path


def find_group(path: str, groups: tuple[str, ...]) -> str | None:
    """The first group that fits all of a path."""
    if not groups:
        return None
    text = path.encode(errors="surrogatepass")
    for group in _compiled(groups):
        if text.startswith(group.start) and group.whole.fullmatch(text):
            return group.pattern
    return None


class _Group(NamedTuple):
    """A pattern, what comes before its first wildcard, and its expression."""

    pattern: str
    start: bytes
    whole: Any


_WILDCARD = re.compile(r"/\*\*/|\*+")
_EXPRESSIONS = {"/**/": b"/(?:.*/)?", "**": b".*", "*": b"[^/]+"}


# An expression for each, not one for all: telling which of 100 alternatives has matched takes RE2
# up to a second for a long path and patterns made to be slow; this took 30 ms at worst.
@lru_cache(maxsize=256)
def _compiled(groups: tuple[str, ...]) -> tuple[_Group, ...]:
    return tuple(map(_compile, groups))


def _compile(pattern: str) -> _Group:
    # Bytes of UTF-8: "not a slash" is then one range, where characters take a dozen.
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.dot_nl = True
    options.log_errors = False
    starts = [found.start() for found in _WILDCARD.finditer(pattern)]
    start = pattern[: starts[0]] if starts else pattern
    return _Group(pattern, start.encode(), re2.compile(_expression(pattern), options))


def _expression(pattern: str) -> bytes:
    parts: list[bytes] = []
    end = 0
    for found in _WILDCARD.finditer(pattern):
        parts += re2.escape(pattern[end : found.start()].encode()), _EXPRESSIONS[found[0]]
        end = found.end()
    return b"".join([*parts, re2.escape(pattern[end:].encode())])


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def _first_error(
    entries: tuple[str, ...], limit: int, noun: str, error_of: Callable[[str], str | None]
) -> str | None:
    if len(entries) > limit:
        return f"must be at most {limit} {noun}s"
    for place, entry in enumerate(entries):
        message = "is there already" if entry in entries[:place] else error_of(entry)
        if message:
            return f"{noun} {place + 1} {message}"
    return None


def _text_error(name: str) -> str | None:
    if not 1 <= len(name) <= LENGTH_LIMIT:
        return f"must have 1 to {LENGTH_LIMIT} characters"
    if _CONTROL.search(name):
        return "must not contain control characters or lone surrogates"
    return None


def _group_error(pattern: str) -> str | None:
    if not pattern.startswith("/"):
        return "must start with /"
    wildcards = _WILDCARD.findall(pattern)
    if any(wildcard not in _EXPRESSIONS for wildcard in wildcards):
        return "has more than two * in a row"
    if len(wildcards) > WILDCARD_LIMIT:
        return f"must have at most {WILDCARD_LIMIT} wildcards"
    return _text_error(pattern)
