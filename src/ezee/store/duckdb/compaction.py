"""Compaction: the event file is written anew, and nothing of what was erased is left in it.

DuckDB gives the room of deleted rows to new ones, and leaves their bytes there until those come.
So everything that is stored is copied into a file beside it, from one snapshot, while events go
on being stored; what has come meanwhile is added under the store's locks. Then the new file takes
the old one's name. Until that moment the old one is whole and alone counts: what a crash leaves
of the other is removed at the next opening, and the compaction is owed as before.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import NamedTuple

import duckdb
import structlog

from ezee.durable import sync
from ezee.errors import Unavailable
from ezee.store.duckdb.batches import last_number
from ezee.store.duckdb.file import Connection, transaction
from ezee.store.duckdb.visits import derive_all

_log = structlog.get_logger("ezee.store")

# For what comes while the copy is made.
_MARGIN = 64 << 20
_MEBIBYTE = 1 << 20
_FAILED = "The event file could not be written anew. Nothing was changed."


class Copied(NamedTuple):
    """How much is in a copy: every event up to the number ``seq``."""

    seq: int


class Compactor:
    """Calls ``compact`` soon after an erasure; those that come close together share one.

    ``owed`` tells how many there were since the last: it is in the file, so that a restart forgets
    nothing. While that number grows, as in a night in which the events of many trackers expire,
    the file is not written anew for each of them.
    """

    _EVERY = 30.0
    _LONGEST = 3600.0
    # Of the time at most a twentieth, however many erasures come.
    _REST = 20.0
    _REST_AFTER_FAILURE = 60.0

    def __init__(self, owed: Callable[[], int], compact: Callable[[], object]) -> None:
        self._owed = owed
        self._compact = compact
        self._before = 0
        self._since = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="compaction", daemon=True)
        self._thread.start()

    def wind_down(self) -> None:
        """Begin no more, and tell of none that is stopped from now on."""
        self._stopping.set()

    def stop(self) -> None:
        """End the thread and wait for it."""
        self.wind_down()
        self._thread.join()

    def _run(self) -> None:
        pause = self._EVERY
        while not self._stopping.wait(pause):
            began = time.monotonic()
            due = False
            try:
                due = self._is_due(self._owed(), began)
                if due:
                    self._compact()
                    self._before = 0
            except Unavailable as failure:
                # Where it cannot even be told whether one is owed, none has failed: the store is
                # being closed, or has said by itself what ails it.
                if due and not self._stopping.is_set():
                    _log.warning("compaction failed, will be tried again", why=failure.message)
                pause = self._REST_AFTER_FAILURE
                continue
            except Exception as failure:  # noqa: BLE001 - without this thread bytes stay for ever
                _log.error("compaction failed", kind=type(failure).__name__)
                pause = self._REST_AFTER_FAILURE
                continue
            pause = max(self._EVERY, self._REST * (time.monotonic() - began))

    def _is_due(self, owed: int, now: float) -> bool:
        """Whether some are owed and no more are coming, or have been coming for too long."""
        if not self._before:
            self._since = now
        before, self._before = self._before, owed
        return owed > 0 and (owed == before or now - self._since >= self._LONGEST)


def owed(connection: Connection) -> int:
    """How many erasures there were whose bytes may still be there."""
    row = connection.execute("select count(*) from erased where not gone").fetchone()
    return int(row[0]) if row else 0


def check_room(connection: Connection, path: Path) -> None:
    """See that there is room for a copy beside the file at ``path``.

    Raises:
        Unavailable: there is not.
    """
    pages, size = connection.execute(
        "select used_blocks, block_size from pragma_database_size() "
        "where database_name = current_database()"
    ).fetchall()[0]
    log = path.with_name(f"{path.name}.wal")
    needed = pages * size + (log.stat().st_size if log.exists() else 0) + _MARGIN
    disk = os.statvfs(path.parent)
    free = disk.f_bavail * disk.f_frsize
    if free < needed:
        raise Unavailable(
            f"A compaction writes all events anew and needs {needed // _MEBIBYTE:,} MiB of free "
            f"disk for that; there are {free // _MEBIBYTE:,} MiB. Nothing was changed."
        )


def copy(connection: Connection, path: Path) -> Copied:
    """Copy everything that is stored now into a new file beside the one at ``path``."""
    abandon(connection, path)
    connection.execute(f"attach '{_sql_text(fresh(path))}' as fresh")
    with transaction(connection):
        copied = Copied(last_number(connection))
        (name,) = connection.execute("select current_database()").fetchall()[0]
        connection.execute(f'copy from database "{name}" to fresh')
    return copied


def complete(connection: Connection, copied: Copied) -> int:
    """Add to the copy what was appended since; returns how many erasures' bytes are not in it.

    Nobody may write meanwhile, and nobody but ``append``, the keeper of visits and who counts
    tallies may have written since the copy was begun.
    """
    with transaction(connection):
        for table in ("events", "bots"):
            connection.execute(
                f"insert into fresh.{table} select * from {table} where seq > ?", [copied.seq]
            )
        for table, where in _REPLACED.items():
            connection.execute(f"delete from fresh.{table} where {where}")
            connection.execute(f"insert into fresh.{table} select * from {table} where {where}")
        (settled,) = connection.execute(
            "update fresh.erased set gone = true where not gone"
        ).fetchall()[0]
    _derive_visits(connection)
    connection.execute("checkpoint fresh")
    connection.execute("detach fresh")
    return int(settled)


# What is written beside events and bots meanwhile, all of it small.
_REPLACED = {
    "drops": "true",
    "imports": "true",
    "tallies": "true",
    "state": "name <> 'visits_up_to'",
}


def _derive_visits(connection: Connection) -> None:
    """Those of the copy; it knows up to which event they are true."""
    with closing(connection.cursor()) as cursor:
        cursor.execute("use fresh")
        derive_all(cursor, last_number(cursor))


def abandon(connection: Connection, path: Path) -> None:
    """Let go of a copy that is not to be used. Never raises."""
    with suppress(duckdb.Error):
        connection.execute("detach database if exists fresh")
    clear(path)


def clear(path: Path) -> None:
    """Remove what is left of a copy; nothing may have it open."""
    for left in path.parent.glob(f"{path.name}.new*"):
        left.unlink(missing_ok=True)


def clear_spilled(folder: Path) -> None:
    """Remove what a process that was killed had no memory for; nothing may have it open.

    DuckDB does so as well, but only once it needs the folder again.
    """
    for left in folder.glob("duckdb_temp_*"):
        left.unlink(missing_ok=True)


def take_over(path: Path) -> None:
    """Put the new file in the place of the one at ``path``. Both must be closed.

    Raises:
        Unavailable: it cannot be done; the old one stays.
    """
    made = fresh(path)
    # A file is not whole without its log, which would be read into the other.
    if any(each.with_name(f"{each.name}.wal").exists() for each in (path, made)):
        raise Unavailable(_FAILED)
    try:
        sync(made)
        made.replace(path)
        sync(path.parent)
    except OSError as error:
        raise Unavailable(_FAILED) from error


def fresh(path: Path) -> Path:
    """The name of a file that is to take the place of the one at ``path``."""
    return path.with_name(f"{path.name}.new")


def _sql_text(path: Path) -> str:
    return str(path).replace("'", "''")
