"""What is kept of a program's agent: the product it named, and nothing that leads to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from string import ascii_letters, digits

LIMIT = 64
# Each begins where a word does and gives nothing back, so that a hostile agent takes no longer.
_ADDRESS = re.compile(r"(?<!\S)[^\s@]*+@\S*|(?:(?<![a-z])[a-z]++:)?//\S*|\bwww\.\S*", re.IGNORECASE)
_PRODUCT = re.compile(r"(?<![\w.-])[A-Za-z][\w.-]*+/[\w.-]+", re.ASCII)
_WORD = re.compile(r"[\w.-]*", re.ASCII)
_VERSION = re.compile(r"/[\w.-]+", re.ASCII)
_WORD_SIGNS = f"{ascii_letters}{digits}_.-"
_OTHER = re.compile(r"[^A-Za-z0-9._/!'-]+")
# What browsers, and programs that pass for one, say of themselves.
_BROWSER = re.compile(
    r"(?:Mozilla|AppleWebKit|Gecko|Chrome|Safari|Version|Mobile|Firefox|Trident|MSIE)/"
)


def tokens(user_agent: str, start: int, end: int, mark: str) -> Iterator[str]:
    """What may stand for an agent of which a rule matched ``start`` to ``end``, the best first.

    ``mark`` stands for what matched within an address. At most 64 characters of
    ``[A-Za-z0-9._/!' -]`` each, without URLs and e-mail addresses.
    """
    readable = _ADDRESS.sub(lambda found: " " * len(found[0]), user_agent)
    matched = _clean(readable[start:end]) or _clean(mark)
    yield _clean(_widened(readable, start, end))
    for found in _PRODUCT.finditer(readable):
        if not _BROWSER.match(found[0]):
            yield _clean(f"{found[0][: LIMIT - 1 - len(matched)]} {matched}")
            break
    yield matched


def _widened(text: str, start: int, end: int) -> str:
    """The matched text with the rest of its first and last word, and its version."""
    while start < end and not text[start].isalnum():
        start += 1
    begin = len(text[:start].rstrip(_WORD_SIGNS))
    after = _WORD.match(text, end)
    finish = after.end() if after else end
    version = _VERSION.match(text, finish)
    return text[begin : version.end() if version else finish]


def _clean(text: str) -> str:
    return _OTHER.sub(" ", text).strip()[:LIMIT].strip()
