"""What is kept of a program's agent: the product it named, and nothing that leads to a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

LIMIT = 64
_ADDRESS = re.compile(r"\S*@\S*|(?:[a-z]+:)?//\S*|\bwww\.\S*", re.IGNORECASE)
_WORD = re.compile(r"[\w.-]*", re.ASCII)
_WORD_BEFORE = re.compile(r"[\w.-]*$", re.ASCII)
_VERSION = re.compile(r"/[\w.-]+", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9._/!'-]+")
_PRODUCT = re.compile(r"[A-Za-z][\w.-]*/[\w.-]+", re.ASCII)
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
    before = _WORD_BEFORE.search(text, 0, start)
    after = _WORD.match(text, end)
    begin = before.start() if before else start
    finish = after.end() if after else end
    version = _VERSION.match(text, finish)
    return text[begin : version.end() if version else finish]


def _clean(text: str) -> str:
    return _OTHER.sub(" ", text).strip()[:LIMIT].strip()
