"""Numbers for events and batches, each given out once, though no two writers speak of it.

A number is a time and a writer: microseconds since 1970, or what follows the writer's last number
where that is later, and below them ten bits that the writer has chosen by chance.
"""

from __future__ import annotations

import secrets
import threading
import time

BITS = 10
STEP = 1 << BITS
HOUR = 3_600_000_000 << BITS


class Numbers:
    """One writer's. Later calls give higher numbers."""

    def __init__(self) -> None:
        self.writer = secrets.randbits(62)
        self._low = secrets.randbits(BITS)
        self._lock = threading.Lock()
        self._next = 0

    def take(self, number: int = 1) -> int:
        """The first of so many numbers, ``STEP`` apart."""
        with self._lock:
            first = max(self._next, now())
            self._next = first + number
        return first << BITS | self._low

    def pass_by(self, number: int) -> None:
        """Give out higher ones than this from now on."""
        with self._lock:
            self._next = max(self._next, (number >> BITS) + 1)


def now() -> int:
    """Microseconds since 1970."""
    return time.time_ns() // 1000


def at(microseconds: int) -> int:
    """The least number of that time."""
    return microseconds << BITS
