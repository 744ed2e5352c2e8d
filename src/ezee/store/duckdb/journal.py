"""The journal: what was appended is on disk here at once, and in the tables a moment later.

A commit of DuckDB's is planned anew each time: 3 ms of work, however few rows it has. A record
here is one write and one fsync. It is durable then, and its sender is told. Soon, and before
anybody reads, everything that waits goes into the tables together: the store is **settled**.

Of two files one is written to while the other is taken in, and emptied then. A record is its
length, its checksum and an ``Entry`` as MessagePack. The tables know the number of the last entry
that is in them, from the very transaction that put it there; so after a crash each is taken in
once. A record that is not whole was never acknowledged: reading ends there.
"""

from __future__ import annotations

import os
import struct
import threading
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import astuple

from ezee.durable import sync
from ezee.errors import SetupError, Unavailable
from ezee.model.event import Drops
from ezee.store.base import Batch
from ezee.store.duckdb.batches import Ids, Row, Sifted
from ezee.store.duckdb.columns import defaults, row_types
from ezee.store.duckdb.file import Connection

_NAMES = ("events.journal-0", "events.journal-1")
_TABLES = ("events", "bots", "drops")
_NEWER = "The event store's journal was written by a newer ezee. Start that version instead."
_HEAD = struct.Struct("!II")
# What waits needs this much room, and twice its own size, in the tables and their log.
_MARGIN = 1 << 20
_LONG = 4 << 20


class Entry(NamedTuple):
    """A batch as it goes into the tables, its events numbered up to ``latest``.

    ``batch`` is the number that its sender gave it, 0 without one.
    """

    number: int
    latest: int
    batch: int
    events: Sequence[Row]
    bots: Sequence[Row]
    drops: Sequence[Row]
    tally: int


class Waiting:
    """What is in one file, and not in the tables yet."""

    def __init__(self) -> None:
        self.events: list[Row] = []
        self.bots: list[Row] = []
        self.tallies: list[Batch] = []
        self.ids: dict[tuple[int, int], int] = {}
        self.number = 0
        self.latest = 0
        self.batch = 0
        self.size = 0

    def add(self, entry: Entry, ids: Ids, size: int) -> None:
        """One more entry, with the senders' ids in it."""
        self.events += entry.events
        self.bots += entry.bots
        if entry.drops:
            drops = [Drops(*row) for row in entry.drops]
            self.tallies.append(Batch((), drops=drops, tally=entry.tally))
        self.ids.update(ids)
        self.number = entry.number
        self.latest = max(self.latest, entry.latest)
        self.batch = entry.batch or self.batch
        self.size += size


class Journal:
    """The journal in a data folder. One thread at a time appends, another may settle meanwhile.

    ``written`` and ``settled`` number the last entries that are in it and in the tables; ``batch``
    is the last number that a sender gave one, 0: not known.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths = [folder / name for name in _NAMES]
        self._handles: list[int | None] = [None, None]
        self._place = 0
        self._lock = threading.Lock()
        self._fresh = Waiting()
        self.left: Waiting | None = None
        self.written = 0
        self.settled = 0
        self.batch = 0

    @property
    def is_long(self) -> bool:
        """Whether it is time to settle before more is appended."""
        return self._fresh.size > _LONG

    def load(self, connection: Connection, settled: int) -> int:
        """Read what a process before this one has left; returns the last event's number in it.

        Raises:
            SetupError: a newer version has left it.
        """
        self._kind = _kind(connection)
        self._decoder = msgspec.msgpack.Decoder(self._kind)
        self._defaults = [defaults(connection, table) for table in _TABLES]
        self.written = self.settled = settled
        left = Waiting()
        for entry, size in sorted(self._entries(), key=lambda found: found[0].number):
            if entry.number == self.written + 1:
                self.written = entry.number
                left.add(entry, {}, size)
        if left.number:
            self.left, self.batch = left, left.batch
        else:
            self._clear()
        return left.latest

    def known(self, ids: Ids, since: int) -> set[tuple[int, int]]:
        """Those of the senders' ids that are waiting, received past ``since``."""
        with self._lock:
            waiting = [self._fresh.ids, *([self.left.ids] if self.left else ())]
            return {key for key in ids for each in waiting if each.get(key, since) > since}

    def append(self, sifted: Sifted, batch: Batch, ids: Ids) -> None:
        """Make what is new of a batch durable.

        Raises:
            Unavailable: it cannot be written, or there would be no room to settle it, or it is
            nothing that the tables can hold.
        """
        drops = [astuple(each) for each in batch.drops]
        numbers = self.written + 1, sifted.latest, batch.number
        entry = Entry(*numbers, sifted.events, sifted.bots, drops, batch.tally)
        content = self._checked(entry)
        record = _HEAD.pack(len(content), zlib.crc32(content)) + content
        with self._lock:
            self._write(record)
            self.written, self.batch = entry.number, entry.batch or self.batch
            self._fresh.add(entry, ids, len(record))

    def turn(self) -> Waiting | None:
        """What is to be settled next, None when nothing is waiting. It waits until ``forget``."""
        with self._lock:
            if self.left is None and self._fresh.number:
                self.left, self._fresh = self._fresh, Waiting()
                self._place = 1 - self._place
            return self.left

    def forget(self, settled: int) -> None:
        """Everything up to that entry is in the tables, durably."""
        with self._lock:
            self.settled = settled
            if self.left is not None and self.left.number <= settled:
                self.left = None
                self._clear()

    def close(self) -> None:
        """Let go of the files, which are removed where nothing is left in them."""
        for place, handle in enumerate(self._handles):
            if handle is not None:
                os.close(handle)
                self._handles[place] = None
        if self.settled == self.written:
            for path in self._paths:
                path.unlink(missing_ok=True)

    def _checked(self, entry: Entry) -> bytes:
        """An entry's bytes. One that the tables refused would be in the way of all after it."""
        try:
            content = msgspec.msgpack.encode(entry)
            self._decoder.decode(content)
        except (ValueError, OverflowError) as error:
            raise Unavailable from error
        return content

    def _write(self, record: bytes) -> None:
        try:
            handle = self._open()
            disk = os.fstatvfs(handle)
            needed = _MARGIN + 2 * (self._fresh.size + len(record))
            if disk.f_bavail * disk.f_frsize < needed:
                raise Unavailable
            # What a write that failed has left there is written over.
            put(handle, record, self._fresh.size)
        except OSError as error:
            self._take_back()
            raise Unavailable from error

    def _take_back(self) -> None:
        """It is refused, so it must not be there: it will be sent, and would count, again."""
        handle = self._handles[self._place]
        if handle is not None:
            with suppress(OSError):
                os.ftruncate(handle, self._fresh.size)
                os.fdatasync(handle)

    def _open(self) -> int:
        handle = self._handles[self._place]
        if handle is None:
            handle = os.open(self._paths[self._place], os.O_RDWR | os.O_CREAT, 0o600)
            self._handles[self._place] = handle
            sync(self._folder)
        return handle

    def _clear(self) -> None:
        """Empty every file but the one that is written to, unless that is empty as well."""
        for place, path in enumerate(self._paths):
            if place != self._place or not self._fresh.number:
                # What stays there is known to be settled by its number.
                with suppress(OSError):
                    os.truncate(path, 0)

    def _entries(self) -> Iterator[tuple[Entry, int]]:
        for path in self._paths:
            if path.exists():
                yield from self._records(path.read_bytes())

    def _records(self, content: bytes) -> Iterator[tuple[Entry, int]]:
        """The whole records at the beginning of a file, and their sizes."""
        start = 0
        while start + _HEAD.size <= len(content):
            length, checksum = _HEAD.unpack_from(content, start)
            end = start + _HEAD.size + length
            record = content[start + _HEAD.size : end]
            # A file that was made longer and not written to yet holds zeros.
            if not length or end > len(content) or zlib.crc32(record) != checksum:
                return
            yield self._entry(record), end - start
            start = end

    def _entry(self, record: bytes) -> Entry:
        """An entry, its rows completed by columns that have been added since."""
        entry = Entry(*msgspec.msgpack.decode(record))
        rows = entry.events, entry.bots, entry.drops
        events, bots, drops = map(_completed, rows, self._defaults)
        whole = entry._replace(events=events, bots=bots, drops=drops)
        try:
            return Entry(*msgspec.convert(tuple(whole), self._kind))
        except msgspec.ValidationError as error:
            raise SetupError(_NEWER) from error


def put(handle: int, record: bytes, at: int) -> None:
    """Write to a file, durably.

    Raises:
        OSError: it was not written wholly.
    """
    if os.pwrite(handle, record, at) != len(record):
        raise OSError
    os.fdatasync(handle)


def _kind(connection: Connection) -> Any:
    """An entry whose rows the tables can hold, and no other."""
    rows: Any = [list[row_types(connection, table)] for table in _TABLES]  # type: ignore[misc]
    return tuple[(int, int, int, *rows, int)]


def _completed(rows: Sequence[Row], defaults: Row) -> list[Row]:
    return [(*row, *defaults[len(row) :]) for row in rows]
