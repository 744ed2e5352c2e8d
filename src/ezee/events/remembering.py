"""Answers remembered for texts that come again: agents, referrers, addresses.

Senders choose these texts and may make them long, so only short ones are remembered: what a
memory may hold is bounded in bytes, not in entries alone.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import TypeVar

_MOST = 20_000
_LONGEST = 500
_FORGOTTEN_AT_ONCE = 1_000

_K = TypeVar("_K")
_R = TypeVar("_R")


class Memory(dict[_K, _R]):
    """``memory[key]`` is what ``read`` says of the key, which is read when it is not remembered.

    A key is a text or a tuple with texts, which together have up to ``longest`` characters to be
    remembered. Of more than ``most`` answers the oldest are forgotten, a thousand at once. They
    are not kept for being asked for: an entry that moved up each time would cost every event
    more than reading a text once more costs a few.
    """

    def __init__(
        self, read: Callable[[_K], _R], most: int = _MOST, longest: int = _LONGEST
    ) -> None:
        super().__init__()
        self._read = read
        self._most = most
        self._longest = longest

    def __missing__(self, key: _K) -> _R:
        answer = self._read(key)
        if _length(key) <= self._longest:
            if len(self) >= self._most:
                for oldest in [*islice(self, _FORGOTTEN_AT_ONCE)]:
                    self.pop(oldest, None)
            self[key] = answer
        return answer


def _length(key: object) -> int:
    """How many characters the texts of a key have."""
    if isinstance(key, str):
        return len(key)
    return sum(map(_length, key)) if isinstance(key, tuple) else 0
