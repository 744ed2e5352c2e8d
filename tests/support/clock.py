"""A clock that stands still until it is told to move."""

from __future__ import annotations

from datetime import UTC, datetime


class FakeClock:
    """Milliseconds UTC and elapsed seconds, moved by hand."""

    def __init__(self, now: str | int = "2026-03-10T12:00:00+00:00") -> None:
        self.at = now if isinstance(now, int) else instant(now)
        self._elapsed = 1000.0

    def now(self) -> int:
        return self.at

    def elapsed(self) -> float:
        return self._elapsed

    def advance(self, seconds: float) -> None:
        self.at += round(seconds * 1000)
        self._elapsed += seconds


def instant(text: str) -> int:
    """Milliseconds UTC of an ISO 8601 time."""
    when = datetime.fromisoformat(text)
    return round((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)
