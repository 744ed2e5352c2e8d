"""Screens are kept as a size bucket."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.screen import put_screen
from tests.support.events import draft


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
def test_buckets(tmp_path: Path, width: int | None, bucket: str) -> None:
    made = draft(tmp_path, screen_width=width)
    put_screen(made)
    assert made.screen == bucket
