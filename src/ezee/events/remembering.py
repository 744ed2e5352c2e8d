"""Answers remembered for texts that come again: pages, referrers, addresses.

Senders choose these texts and may make them long, so only short ones are remembered: what a
cache may hold is bounded in bytes, not in entries alone.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Concatenate, ParamSpec, TypeVar

_MOST = 20_000
_LONGEST = 500

_P = ParamSpec("_P")
_R = TypeVar("_R")
_Read = Callable[Concatenate[str, _P], _R]


def remembered(read: _Read[_P, _R]) -> _Read[_P, _R]:
    """``read``, whose answers for a first argument of up to 500 characters are remembered."""
    known = lru_cache(maxsize=_MOST)(read)

    @wraps(read)
    def recall(text: str, /, *args: _P.args, **kwargs: _P.kwargs) -> _R:
        if len(text) <= _LONGEST:
            return known(text, *args, **kwargs)  # type: ignore[arg-type]
        return read(text, *args, **kwargs)

    recall.cache_clear = known.cache_clear  # type: ignore[attr-defined]
    return recall
