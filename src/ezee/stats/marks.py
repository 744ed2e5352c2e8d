"""In which bucket of a series a day is marked."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence


def bucket_of(day: str, last_day: str, labels: Sequence[str]) -> int | None:
    """The index of the bucket that a day, ``2026-10-25``, is in; None where it is in none.

    ``labels`` are those of a series that ends with ``last_day``: of days, weeks or months the one
    that has the day in it, of hours and minutes the first of that day.
    """
    if not labels or not labels[0][: len(day)] <= day <= last_day:
        return None
    if len(labels[0]) > len(day):
        first = bisect_left(labels, day)
        return first if first < len(labels) and labels[first].startswith(day) else None
    return bisect_right(labels, day) - 1
