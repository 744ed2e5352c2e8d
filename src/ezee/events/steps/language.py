"""The visitor's language as a canonical tag."""

from __future__ import annotations

from functools import lru_cache

from ezee.events.draft import Draft


def put_language(draft: Draft) -> None:
    """The language and, where given, its region; empty without one."""
    language = draft.payload.language
    if language:
        draft.language = canonical(language)


@lru_cache(maxsize=2_000)
def canonical(tag: str) -> str:
    """``PT_br`` → ``pt-BR``, by the case conventions of RFC 5646, section 2.1.1."""
    first, *rest = tag.replace("_", "-").split("-")
    return "-".join([first.lower(), *map(_subtag, rest)])


def _subtag(text: str) -> str:
    if len(text) == 2:
        return text.upper()
    return text.title() if len(text) == 4 else text.lower()
