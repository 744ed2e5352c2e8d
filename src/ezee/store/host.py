"""A store in a process of its own, behind the socket in the data folder.

The process that answers requests, and a command with much to import, have a processor core to
fill by themselves. Beside the engine in one interpreter they would wait for each other.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import structlog

from ezee.errors import OutOfDate, SetupError
from ezee.store.choice import SPOOL_LIMIT

READY = "ready"
_CHILD = "ezee.store"
_REST_AFTER_DEATH = 1.0
_log = structlog.get_logger("ezee.store")


class StoreHost:
    """A child process that opens the events and listens on the folder's socket.

    It ends when ``stop`` is called or its parent dies, however that happens: both close the pipe
    it reads from. Where it ends otherwise another takes its place; until then calls raise
    ``Unavailable``.
    """

    def __init__(
        self,
        folder: Path,
        log_format: str = "text",
        events: str = "",
        spool: int = SPOOL_LIMIT,
    ) -> None:
        self._folder = folder
        self._spool = spool
        self._log_format = log_format
        self._events = events
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._process = self._spawn()
        self._watch = threading.Thread(target=self._keep_alive, name="store-watch", daemon=True)
        self._watch.start()

    @property
    def pid(self) -> int:
        """The process that has the event file open."""
        return self._process.pid

    def stop(self) -> None:
        """Have the store closed, and wait until it is."""
        with self._lock:
            self._stopping.set()
            _hang_up(self._process)
        self._watch.join()

    def _spawn(self) -> subprocess.Popen[str]:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", _CHILD, str(self._folder), self._log_format, str(self._spool)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdin is not None
        # Not among its arguments, which everybody may see: it may hold a password.
        with suppress(BrokenPipeError):
            process.stdin.write(f"{self._events}\n")
            process.stdin.flush()
        with process.stdout as told:
            said = told.readline().strip()
        if said != READY:
            process.communicate()
            if said == OutOfDate.default:
                raise OutOfDate
            raise SetupError(said or "The events could not be opened.")
        return process

    def _keep_alive(self) -> None:
        while True:
            self._process.wait()
            _hang_up(self._process)
            if self._stopping.is_set():
                return
            _log.error("the store's process ended; another is started")
            self._replace()

    def _replace(self) -> None:
        try:
            process = self._spawn()
        except (SetupError, OSError):
            self._stopping.wait(_REST_AFTER_DEATH)
            return
        with self._lock:
            self._process = process
            if self._stopping.is_set():
                _hang_up(process)


def _hang_up(process: subprocess.Popen[str]) -> None:
    """Close the pipe that the child reads from, which ends it."""
    if process.stdin is not None:
        process.stdin.close()
