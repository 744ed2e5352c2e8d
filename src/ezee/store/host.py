"""A store in a process of its own, for a command that has both cores to fill."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from ezee.errors import EzeeError, SetupError
from ezee.store.duckdb import DuckDBStore
from ezee.store.folder import FolderLock
from ezee.store.listener import StoreListener

_READY = b"ready"


class StoreHost:
    """A child process that opens the event file and listens on the folder's socket.

    It ends when ``stop`` is called or its parent dies, however that happens: both close the pipe
    it waits on.
    """

    def __init__(self, folder: Path) -> None:
        told, telling = os.pipe()
        waiting, self._alive = os.pipe()
        self._child = os.fork()
        if self._child == 0:
            os.close(told)
            os.close(self._alive)
            _host(folder, telling, waiting)
        os.close(telling)
        os.close(waiting)
        with os.fdopen(told, "rb") as pipe:
            said = pipe.read(4096)
        if said != _READY:
            self.stop()
            raise SetupError(said.decode() or "The events could not be opened.")

    def stop(self) -> None:
        """Have the store closed, and wait until it is."""
        os.close(self._alive)
        os.waitpid(self._child, 0)


def _host(folder: Path, telling: int, waiting: int) -> None:
    """The child's whole life; it never returns."""
    # Ctrl-C goes to both processes. What was appended must still be closed in order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        try:
            lock = FolderLock(folder)
            store = DuckDBStore(folder)
            listener = StoreListener(folder, store)
        except EzeeError as error:
            os.write(telling, error.message.encode())
            return
        os.write(telling, _READY)
        os.close(telling)
        os.read(waiting, 1)
        listener.stop()
        store.close()
        lock.release()
    finally:
        os._exit(0)
