"""Sparing the garbage collector."""

from __future__ import annotations

import gc

from ezee.garbage import collector_spared


def test_what_is_there_is_left_alone_until_the_block_ends() -> None:
    thresholds = gc.get_threshold()
    try:
        with collector_spared():
            assert gc.get_freeze_count() > 0
            assert gc.get_threshold()[0] > 700
        assert gc.get_freeze_count() == 0
    finally:
        gc.set_threshold(*thresholds)
