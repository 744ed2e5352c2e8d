"""What failures say, in another language than the English that the domain speaks.

Such a sentence may quote what somebody sent, so it is looked up by its pattern alone: a sentence
that is not in the table stays as it is, and what stands in a place of it stays as it was sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import re2

_PLACE = re.compile(r"\{(\w+)\}")
_NUMBER = "n"


class Sentences:
    """The sentences of a language by their English ones.

    Both may have places such as ``{email}``, which stand for any text. Those whose name begins
    with ``n`` and ends there or with a digit, ``{n}`` and ``{n2}``, are whole numbers, such as
    1,000, and are written as the language writes them.
    """

    def __init__(self, table: Mapping[str, str]) -> None:
        self._whole = {each: said for each, said in table.items() if "{" not in each}
        self._patterns = [(_pattern(each), said) for each, said in table.items() if "{" in each]

    def say(self, english: str, number: Callable[[str], str]) -> str:
        """The sentence in this language, the English one where there is none."""
        if english in self._whole:
            return self._whole[english]
        for pattern, said in self._patterns:
            if found := pattern.fullmatch(english):
                return _filled(said, found.groupdict(), number)
        return english


def is_number(place: str) -> bool:
    """Whether a place stands for a whole number."""
    return (place[:1] == _NUMBER and place[1:].isdigit()) or place == _NUMBER


def _pattern(english: str) -> Any:
    """RE2 takes time by the length of a text alone, however often a place might begin in it."""
    parts, end = ["(?s)"], 0
    for place in _PLACE.finditer(english):
        name = place[1]
        kind = r"\d[\d,]*" if is_number(name) else ".*?"
        parts += re2.escape(english[end : place.start()]), f"(?P<{name}>{kind})"
        end = place.end()
    return re2.compile("".join([*parts, re2.escape(english[end:])]))


def _filled(said: str, places: Mapping[str, str], number: Callable[[str], str]) -> str:
    """The sentence with its places filled; what is filled in is not looked at again."""

    def fill(place: re.Match[str]) -> str:
        value = places[place[1]]
        return number(value) if is_number(place[1]) else value

    return _PLACE.sub(fill, said)
