"""What waits for a browser's next step, for minutes: in memory alone, taken once."""

from __future__ import annotations

import secrets
from collections import OrderedDict
from typing import Any

from ezee.clock import Clock

_SECONDS = 600
_MOST = 10_000


class Pending:
    """Values by keys that nobody guesses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._kept: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    def put(self, value: Any) -> str:
        """Keep a value; returns its key."""
        now = self._clock.elapsed()
        while self._kept and (len(self._kept) >= _MOST or self._oldest() < now - _SECONDS):
            self._kept.popitem(last=False)
        key = secrets.token_urlsafe(24)
        self._kept[key] = (now, value)
        return key

    def look(self, key: str) -> Any:
        """The value of a key, None when there is none or it is too old."""
        at, value = self._kept.get(key, (0.0, None))
        return value if at > self._clock.elapsed() - _SECONDS else None

    def take(self, key: str) -> Any:
        """The same, and it is gone."""
        value = self.look(key)
        self._kept.pop(key, None)
        return value

    def _oldest(self) -> float:
        return next(iter(self._kept.values()))[0]
