"""Answers remembered for texts that come again: pages, referrers, addresses.

Senders choose these texts and may make them long, so only short ones are remembered: what a
cache may hold is bounded in bytes, not in entries alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar, TypeVarTuple

_MOST = 20_000
_LONGEST = 500

_Rest = TypeVarTuple("_Rest")
_R = TypeVar("_R")


def remembered(read: Callable[[str, *_Rest], _R]) -> Callable[[str, *_Rest], _R]:
    """``read``, whose answers for a first argument of up to 500 characters are remembered."""
    known = lru_cache(maxsize=_MOST)(read)

    @wraps(read)
    def recall(text: str, /, *rest: *_Rest) -> _R:
        if len(text) <= _LONGEST:
            return known(text, *rest)
        return read(text, *rest)

    recall.cache_clear = known.cache_clear  # type: ignore[attr-defined]
    return recall
