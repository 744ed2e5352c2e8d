"""Sparing the garbage collector."""

from __future__ import annotations

import gc

import duckdb

from ezee.garbage import collector_spared, imports_spared


def test_what_is_imported_is_left_alone() -> None:
    try:
        with imports_spared():
            assert not gc.isenabled()
            made = [[]]  # type: list[list[object]]
        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
        assert not any(each is made for each in gc.get_objects())
    finally:
        gc.unfreeze()


def test_what_is_there_is_left_alone_until_the_block_ends() -> None:
    assert duckdb.__version__  # Which complains at the exit of what is not freed.
    thresholds = gc.get_threshold()
    try:
        with collector_spared():
            assert gc.get_freeze_count() > 0
            assert gc.get_threshold()[0] > 700
        assert gc.get_freeze_count() == 0
    finally:
        gc.set_threshold(*thresholds)
