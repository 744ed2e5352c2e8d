"""Batches that wait on this disk until the store takes them: a small SQLite file.

What stands in it is what the store would hold, nothing more. ``put`` returns when a batch is on
disk (write-ahead log, fsync). Batches leave in the order in which they came, small ones together:
which go together, and under which number, is written down before they are sent, so that they are
sent again just so after a crash.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import Bot, Drops, Event
from ezee.store.base import Batch

FILE_NAME = "spool.sqlite"
TOGETHER = 200
"""How many batches are sent at once, at most; fewer where they have so many bytes:"""
_BYTES_TOGETHER = 4 << 20
_RETRY_WHEN_FULL = 30

# ``number`` is the one under which a batch was, or will be, sent; none while that is open.
_SCHEMA = """
create table if not exists batches (
    place integer primary key autoincrement,
    number integer,
    has_tally integer not null,
    content blob not null
)
"""
_FULL = "Too much waits to be stored here already. Nothing was recorded; try again shortly."

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Batch).decode


class Waiting(NamedTuple):
    """How much waits: batches, and their bytes."""

    batches: int
    bytes: int


class Spool:
    """A file of a data folder, ``spool.sqlite`` unless another name is given.

    Any thread may call; calls block.

    ``is_full`` tells that the last batch found no room, and nothing has left since.

    Raises:
        Unavailable: the file cannot be opened, here or in any call: written to, or read.
    """

    def __init__(self, folder: Path, limit: int, name: str = FILE_NAME) -> None:
        self._path = folder / name
        self._limit = limit
        self._lock = threading.Lock()
        with _failures():
            self._connection = sqlite3.connect(self._path, check_same_thread=False, timeout=10)
            self._path.chmod(0o600)
            for pragma in ("journal_mode = wal", "synchronous = full", "secure_delete = on"):
                self._connection.execute(f"pragma {pragma}")
            self._connection.execute(_SCHEMA)
            ((batches, size),) = self._connection.execute(
                "select count(*), coalesce(sum(length(content)), 0) from batches"
            )
        self._waiting = Waiting(batches, size)
        self.is_full = False

    @property
    def waiting(self) -> Waiting:
        """How much waits."""
        return self._waiting

    def put(self, batch: Batch) -> None:
        """Have a batch wait, durably. Its number is 0 if it was not sent yet; one that waits
        already under its number is not put there twice.

        Raises:
            Unavailable: there is no room, or the disk will not; nothing of it waits.
        """
        content = _encode(replace(batch, number=0, again=False))
        with self._lock:
            if batch.number and self._has(batch.number):
                return
            if self._waiting.bytes + len(content) > self._limit:
                self.is_full = True
                raise Unavailable(_FULL, retry_after=_RETRY_WHEN_FULL)
            with _failures(), self._connection:
                self._connection.execute(
                    "insert into batches (number, has_tally, content) values (?, ?, ?)",
                    (batch.number or None, bool(batch.tally), content),
                )
            self._waiting = Waiting(self._waiting.batches + 1, self._waiting.bytes + len(content))

    def oldest(self) -> Batch | None:
        """What is to be sent next, under a number that it keeps until ``remove``; None: nothing."""
        with self._lock, _failures():
            first = self._connection.execute(
                "select place, number from batches order by place limit 1"
            ).fetchone()
            if first is None:
                return None
            number = self._name(first[0]) if first[1] is None else int(first[1])
            rows = self._connection.execute(
                "select content from batches where number = ? order by place", (number,)
            ).fetchall()
        return replace(_together([_decode(row[0]) for row in rows]), number=number, again=True)

    def remove(self, batch: Batch) -> None:
        """The batch that ``oldest`` gave is stored: it waits no more."""
        with self._lock, _failures():
            with self._connection:
                self._connection.execute("delete from batches where number = ?", (batch.number,))
            ((batches, size),) = self._connection.execute(
                "select count(*), coalesce(sum(length(content)), 0) from batches"
            )
            self._waiting, self.is_full = Waiting(batches, size), False
            if not batches:
                self._shrink()

    def close(self) -> None:
        """Close the file; what waits in it stays."""
        with self._lock:
            self._connection.close()

    def discard(self) -> None:
        """Close the file, in which nothing waits, and remove it."""
        self.close()
        for suffix in ("-wal", "-shm", ""):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)

    def _has(self, number: int) -> bool:
        with _failures():
            asked = "select count(*) from batches where number = ?"
            ((found,),) = self._connection.execute(asked, (number,))
        return bool(found)

    def _name(self, first: int) -> int:
        """Decide which of those that were never sent go together; returns their number."""
        number, last, size = new_number(), first, 0
        rows = self._connection.execute(
            "select place, number, has_tally, length(content) from batches where place >= ? "
            "order by place limit ?",
            (first, TOGETHER),
        )
        for place, sent, has_tally, length in rows:
            # A tally has to be told from the same again, so that none goes with another.
            if place > first and (sent is not None or size + length > _BYTES_TOGETHER):
                break
            last, size = place, size + length
            if has_tally:
                break
        with self._connection:
            self._connection.execute(
                "update batches set number = ? where place between ? and ?", (number, first, last)
            )
        return number

    def _shrink(self) -> None:
        """An empty file takes no room, and holds nothing of what has gone."""
        self._connection.execute("vacuum")
        self._connection.execute("pragma wal_checkpoint(truncate)")


def new_number() -> int:
    """A number for a batch that no other has."""
    return secrets.randbits(62) + 1


def _together(batches: Sequence[Batch]) -> Batch:
    """Several batches as one; at most the last of them has a tally."""
    if len(batches) == 1:
        return batches[0]
    events: list[Event] = []
    bots: list[Bot] = []
    drops: list[Drops] = []
    for batch in batches:
        bots += (replace(bot, place=bot.place + len(events)) for bot in batch.bots)
        events += batch.events
        drops += batch.drops
    return Batch(events, bots=bots, drops=drops, tally=batches[-1].tally)


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise Unavailable from error
