"""The visitor's language as a canonical tag."""

from __future__ import annotations

from functools import lru_cache


def language_of(tag: str | None) -> str:
    """The language and, where given, its region; empty without one."""
    return _canonical(tag) if tag else ""


@lru_cache(maxsize=2_000)
def _canonical(tag: str) -> str:
    """``PT_br`` → ``pt-BR``, by the case conventions of RFC 5646, section 2.1.1."""
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(text: str) -> str:
    if len(text) == 2:
        return text.upper()
    return text.title() if len(text) == 4 else text.lower()
