"""The garbage collector, of a process that has much to do for long."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def spare_the_collector() -> None:
    """What is there by now stays: it need not be gone through again while there is work.

    Thousands of rows that are made one after the other are no garbage either: with Python's own
    thresholds to look at them again and again takes longer than to make them.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def release_to_the_collector() -> None:
    """What is frozen is not freed at the exit either, which DuckDB's binding complains of."""
    gc.unfreeze()


@contextmanager
def collector_spared() -> Iterator[None]:
    """Spare it until the block ends."""
    spare_the_collector()
    try:
        yield
    finally:
        release_to_the_collector()
