"""The process of a service that has its event file open, and what can befall it."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.support.service import Service


def store_of(service: Service) -> psutil.Process:
    """The store's process."""
    assert service.process is not None
    (child,) = psutil.Process(service.process.pid).children()
    return child


@contextmanager
def kept_dead(store: psutil.Process, folder: Path) -> Iterator[None]:
    """``kill -9`` it; no other takes its place before the block ends."""
    with (folder / "ezee.lock").open("rb+") as lock:
        # Whoever waits for a lock gets it when its holder dies, before who comes later.
        waiting = threading.Thread(target=lambda: fcntl.flock(lock, fcntl.LOCK_EX))
        waiting.start()
        store.kill()
        waiting.join()
        yield
