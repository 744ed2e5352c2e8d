"""Token buckets: a minute's worth of requests that refills evenly, a sixtieth each second."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Hashable
from typing import NamedTuple

from ezee.clock import Clock
from ezee.errors import RateLimited

# What floating point may add to a wait: without it a wait of 3 seconds would be told as 4.
_NOTHING = 1e-9


class Allowance(NamedTuple):
    """What a bucket says of one request. ``reset`` is in whole seconds, until it is full again."""

    limit: int
    remaining: int
    reset: int
    retry_after: int

    @property
    def allowed(self) -> bool:
        """Whether the request may pass."""
        return self.retry_after == 0

    def headers(self, policy: str) -> dict[str, str]:
        """``RateLimit-Policy`` and ``RateLimit``, as draft-ietf-httpapi-ratelimit-headers says."""
        return {
            "ratelimit-policy": f'"{policy}";q={self.limit};w=60',
            "ratelimit": f'"{policy}";r={self.remaining};t={self.reset}',
        }

    def enforce(self) -> None:
        """Raise ``RateLimited`` unless the request may pass."""
        if not self.allowed:
            raise RateLimited(self.retry_after)


class Buckets:
    """One bucket for each key, for one kind of request.

    A bucket that is full again is the same as none, so buckets are forgotten, the least recently
    used first, once there are many: memory is bounded whoever asks.
    """

    def __init__(self, clock: Clock, most: int = 100_000) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[Hashable, tuple[float, float]] = OrderedDict()

    def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        """Take ``count`` requests out of the key's bucket if they are there."""
        now = self._clock.elapsed()
        rate = per_minute / 60
        level, at = self._buckets.pop(key, (float(per_minute), now))
        level = min(float(per_minute), level + (now - at) * rate)
        # A batch larger than the bucket passes when the bucket is full, and is then owed.
        needed = min(count, per_minute)
        wait = max(0.0, (needed - level) / rate)
        if wait <= _NOTHING:
            level -= count
            wait = 0.0
        self._buckets[key] = (level, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return Allowance(
            limit=per_minute,
            remaining=max(0, math.floor(level + _NOTHING)),
            reset=math.ceil((per_minute - level) / rate - _NOTHING),
            retry_after=math.ceil(wait - _NOTHING),
        )
