"""The size of the screen, as a bucket."""

from __future__ import annotations

from bisect import bisect_right

_WIDTHS = (576, 768, 992, 1200, 1600)
_BUCKETS = ("xs", "sm", "md", "lg", "xl", "xxl")


def screen_of(width: int | None) -> str:
    """The bucket of a width in CSS pixels; empty without one."""
    return "" if width is None else _BUCKETS[bisect_right(_WIDTHS, width)]
