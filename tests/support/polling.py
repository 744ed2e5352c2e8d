"""Waiting for what comes by itself, however slow the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    """Return once it is so; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
