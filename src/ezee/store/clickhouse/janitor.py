"""What goes on beside: changes that were left half done are finished, leavings are cleared away."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from ezee.errors import EzeeError

_log = structlog.get_logger("ezee.store")


class Janitor:
    """Calls ``tidy`` now and then, for as long as it can."""

    _EVERY = 60.0

    def __init__(self, tidy: Callable[[], None]) -> None:
        self._tidy = tidy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="janitor", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.wait(self._EVERY):
            try:
                self._tidy()
            except EzeeError:
                continue
            except Exception as failure:  # noqa: BLE001 - without this thread leavings stay
                _log.error("tidying failed", kind=type(failure).__name__)
