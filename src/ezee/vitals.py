"""What a running service notes of itself: whether it is stopping, and plain counts.

Whoever does the work bumps a number, which costs next to nothing; they are read, and given names
and units, when somebody asks (``web.metrics``). No count knows a tracker, an address or a page.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_EVENTS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000)


class Histogram:
    """How many values lay up to each bound, or beyond the last, and their sum. For any thread."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.sum = 0.0
        self._lock = threading.Lock()

    def note(self, value: float) -> None:
        """One more value."""
        place = bisect_left(self.bounds, value)
        with self._lock:
            self.counts[place] += 1
            self.sum += value

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Note how many seconds the block takes, however it ends."""
        began = perf_counter()
        try:
            yield
        finally:
            self.note(perf_counter() - began)


class Vitals:
    """One for each running service.

    ``events`` are by verdict (``counted``, ``bot``, ``dropped``) and reason, ``requests`` by
    method, route and status, ``limited`` by the limit that turned somebody away.
    ``commit_seconds`` is how long appends took, ``commit_events`` how many events they had;
    ``asked_seconds`` are by what the store was asked. ``gauges`` tell what is so right now:
    whoever has such a number adds a function that tells it.
    """

    def __init__(self) -> None:
        # From the moment on in which a stop was asked for.
        self.stopping = False
        self.events: Counter[tuple[str, str]] = Counter()
        self.requests: Counter[tuple[str, str, int]] = Counter()
        self.limited: Counter[str] = Counter()
        self.commit_seconds = Histogram(_SECONDS)
        self.commit_events = Histogram(_EVENTS)
        self.commit_failures = 0
        self.asked_seconds = {
            kind: Histogram(_SECONDS) for kind in ("query", "look", "change", "describe")
        }
        self.gauges: dict[str, Callable[[], float]] = {}
