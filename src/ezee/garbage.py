"""The garbage collector, of a process that has much to import, or to do for long."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def imports_spared() -> Iterator[None]:
    """Import without looking for garbage: what is imported stays until the process ends.

    It is not gone through at the exit either. Together that is a third of a short command's work.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def spare_the_collector() -> None:
    """What is there by now stays: it need not be gone through again while there is work.

    Thousands of rows that are made one after the other are no garbage either: with Python's own
    thresholds to look at them again and again takes longer than to make them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def release_to_the_collector() -> None:
    """What is frozen is not freed at the exit either, which DuckDB's binding, if there, tells."""
    if "duckdb" in sys.modules:
        gc.unfreeze()


@contextmanager
def collector_spared() -> Iterator[None]:
    """Spare it until the block ends."""
    spare_the_collector()
    try:
        yield
    finally:
        release_to_the_collector()
