"""Screens are kept as a size bucket."""

from __future__ import annotations

import pytest

from ezee.events.steps.screen import screen_of


@pytest.mark.parametrize(
    ("width", "bucket"),
    [
        (None, ""),
        (0, "xs"),
        (575, "xs"),
        (576, "sm"),
        (767, "sm"),
        (768, "md"),
        (991, "md"),
        (992, "lg"),
        (1199, "lg"),
        (1200, "xl"),
        (1599, "xl"),
        (1600, "xxl"),
        (10**30, "xxl"),
    ],
)
def test_buckets(width: int | None, bucket: str) -> None:
    assert screen_of(width) == bucket
