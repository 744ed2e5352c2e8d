"""Token buckets: a minute's worth of requests that refills evenly, a sixtieth each second."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from collections.abc import Hashable
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from ezee.clock import Clock
from ezee.errors import RateLimited

# What floating point may add to a wait: without it a wait of 3 seconds would be told as 4.
# Readings of a clock that has run for a year are that far apart from what they should be, and a
# burst adds some of them up.
NOTHING = 1e-5
# How many of the oldest buckets each request looks at: more than it adds, so that the full ones
# among them are forgotten faster than a flood brings new ones.
_LOOKED_AT = 4
# The longest text of an address: IPv6 with an IPv4 tail.
_LONGEST_ADDRESS = 45


class Allowance(NamedTuple):
    """What a bucket says of one request. ``reset`` is in whole seconds, until it is full again."""

    limit: int
    remaining: int
    reset: int
    retry_after: int

    @classmethod
    def of(cls, per_minute: int, owed: float, wait: float) -> Allowance:
        """What a bucket says that is full in ``owed`` seconds, with ``wait`` before the request."""
        return cls(
            limit=per_minute,
            remaining=max(0, math.floor((60 - owed) * per_minute / 60 + NOTHING)),
            reset=math.ceil(owed - NOTHING),
            retry_after=math.ceil(wait - NOTHING),
        )

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

    A bucket is one number: when it will be full again. One that is full is the same as none, so
    it is forgotten. When there are too many all the same, of the oldest few the one that is full
    soonest goes: whoever asked seldom loses nothing by it, and whoever asked too often cannot get
    a new bucket by bringing many others. Keys are kept as their hashes, which are small however
    long the text is that a stranger sent, and hold no address.
    """

    def __init__(self, clock: Clock, most: int = 100_000) -> None:
        self._clock = clock
        self._most = most
        self._full_at: OrderedDict[int, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: Hashable, per_minute: int, count: int = 1) -> Allowance:
        """Take ``count`` requests out of the key's bucket if they are there."""
        now = self._clock.elapsed()
        rate = per_minute / 60
        place = hash(key)
        owed = max(0.0, self._full_at.pop(place, now) - now)
        # A batch larger than the bucket passes when the bucket is full, and is then owed.
        wait = max(0.0, owed - (60 - min(count, per_minute) / rate))
        if wait <= NOTHING:
            owed += count / rate
            wait = 0.0
        self._full_at[place] = now + owed
        self._forget(now)
        return Allowance.of(per_minute, owed, wait)

    def _forget(self, now: float) -> None:
        """Forget the full ones of the oldest few, and the next best when there are too many."""
        oldest = [*islice(self._full_at, _LOOKED_AT)]
        for place in oldest:
            if self._full_at[place] <= now:
                del self._full_at[place]
            else:
                # What is not full yet must not hide those behind it.
                self._full_at.move_to_end(place)
        if len(self._full_at) > self._most:
            del self._full_at[min(oldest, key=self._full_at.__getitem__)]


@lru_cache(maxsize=20_000)
def line_of(address: str) -> str:
    """Whose bucket an address takes from: its own, or of IPv6 the /64 that one line is given.

    A text that is no address is nobody's: the empty one.
    """
    if len(address) > _LONGEST_ADDRESS:
        return ""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    mapped = parsed.ipv4_mapped
    if mapped is not None:
        return str(mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))
