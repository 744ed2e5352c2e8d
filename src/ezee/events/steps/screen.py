"""The size of the screen, as a bucket."""

from __future__ import annotations

from bisect import bisect_right

from ezee.events.draft import Draft

_WIDTHS = (576, 768, 992, 1200, 1600)
_BUCKETS = ("xs", "sm", "md", "lg", "xl", "xxl")


def put_screen(draft: Draft) -> None:
    """The bucket of the screen's width in CSS pixels; empty without one."""
    width = draft.payload.screen_width
    if width is not None:
        draft.screen = _BUCKETS[bisect_right(_WIDTHS, width)]
