"""Time, injected: whatever asks for the time is handed one of these."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Two readings of time."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        ...

    def elapsed(self) -> float:
        """Seconds on a clock that never goes back; only differences mean anything."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time.time_ns() // 1_000_000

    def elapsed(self) -> float:
        """Seconds on a clock that never goes back."""
        return time.monotonic()
