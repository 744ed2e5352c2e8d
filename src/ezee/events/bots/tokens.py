"""What is kept of a program's agent: its name, and nothing that leads to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_letters

LIMIT = 64
# Each begins where a word does and gives nothing back, so that a hostile agent takes no longer.
_ADDRESS = re.compile(r"(?<!\S)[^\s@]*+@\S*|(?:(?<![a-z])[a-z]++:)?//\S*|\bwww\.\S*", re.IGNORECASE)
_REST_OF_WORD = re.compile(r"[A-Za-z_-]*")
_OTHER = re.compile(r"[^A-Za-z0-9._/!'-]+")


def tokens(user_agent: str, start: int, end: int, mark: str) -> Iterator[str]:
    """What may stand for an agent of which a crawler's rule matched ``start`` to ``end``.

    The name that matched, the letters of the word it is part of, and ``mark``, which stands for
    what matched within an address; the best first. No version, no number of the agent's own, no
    URL, no e-mail address: at most 64 characters of ``[A-Za-z0-9._/!' -]`` each.
    """
    readable = _ADDRESS.sub(lambda found: " " * len(found[0]), user_agent)
    yield _clean(readable[start:end])
    yield _clean(_widened(readable, start, end))
    yield _clean(mark)


def _widened(text: str, start: int, end: int) -> str:
    begin = len(text[:start].rstrip(f"{ascii_letters}_-"))
    rest = _REST_OF_WORD.match(text, end)
    return text[begin : rest.end() if rest else end]


def _clean(text: str) -> str:
    return _OTHER.sub(" ", text).strip()[:LIMIT].strip()
