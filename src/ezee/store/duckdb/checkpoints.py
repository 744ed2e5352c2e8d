"""Checkpoints: what the write-ahead log holds is moved into the file, beside the commits.

DuckDB by itself does it within the commit that finds the log long. That commit's callers wait for
it, and where it runs out of disk they are told of a failure although their events are durable:
they send them again, and they are counted twice. So it is done here, by a thread of its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import structlog

from ezee.errors import Unavailable
from ezee.store.duckdb.file import Connection

_log = structlog.get_logger("ezee.store")

# In DuckDB's own configuration: commits never start a checkpoint.
NEVER = "1TB"


class StillReadError(Exception):
    """Somebody still reads what an update has replaced since; soon nobody will."""


def checkpoint(connection: Connection) -> None:
    """Move what the log holds into the file. No transaction may be writing.

    Raises:
        StillReadError: DuckDB keeps a transaction that has updated rows, with what they were
            before, until every snapshot that is older has ended, and takes it for one that writes.
    """
    try:
        connection.execute("checkpoint")
    except duckdb.TransactionException as error:
        raise StillReadError from error


class Checkpointer:
    """Calls ``checkpoint`` when the log of the file at ``path`` is long.

    It waits while the disk has less room than the log is long: a checkpoint that runs out of it
    costs nothing of what is stored, but the file has to be opened anew.
    """

    # A checkpoint of 16 MiB (some 80,000 events) holds commits up for about 80 ms, one of 64 MiB
    # for 150 to 250; a start reads 16 MiB of log in a fraction of a second.
    _LONG = 16 << 20
    _EVERY = 0.5
    _REST_AFTER_FAILURE = 30.0

    def __init__(self, path: Path, checkpoint: Callable[[], None]) -> None:
        self._log = path.with_name(f"{path.name}.wal")
        self._checkpoint = checkpoint
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="checkpoints", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = self._EVERY
        while not self._stopping.wait(pause):
            pause = self._EVERY
            try:
                if self._is_due():
                    self._checkpoint()
            except StillReadError:
                continue
            except Exception as failure:  # noqa: BLE001 - without this thread the log grows for ever
                if not isinstance(failure, Unavailable):
                    _log.error("checkpoint failed", kind=type(failure).__name__)
                pause = self._REST_AFTER_FAILURE

    def _is_due(self) -> bool:
        try:
            length = self._log.stat().st_size
            disk = os.statvfs(self._log)
        except OSError:
            return False
        return length >= self._LONG and disk.f_bavail * disk.f_frsize >= length
