"""What is appended: on disk in the journal when it is answered, in the tables a moment later.

Batches that come in bulk, and large ones, go into the tables at once.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from pathlib import Path

from ezee.errors import Unavailable
from ezee.model.calendar import DAY
from ezee.store.base import Batch
from ezee.store.duckdb import expiring
from ezee.store.duckdb.batches import (
    Ids,
    Sifted,
    ids_of,
    is_stored,
    known_ids,
    last_number,
    last_settled,
    sift,
)
from ezee.store.duckdb.file import OpenFile, transaction
from ezee.store.duckdb.journal import Journal, Waiting
from ezee.store.duckdb.lives import Lives
from ezee.store.duckdb.writing import write_batch, write_waiting


class Intake(Lives):
    """The event file, and the journal before it. ``_appending`` is held by whoever appends, or says
    from which day on events are taken; it is locked before ``_writing``.
    """

    # A batch with more events is worth a commit of its own.
    _MANY = 2_000

    def __init__(self, folder: Path, memory_limit: str, threads: int) -> None:
        super().__init__(folder, memory_limit, threads)
        self._appending = threading.Lock()
        self._seq = 0
        self._kept_from: dict[int, int] = {}
        self._journal = Journal(folder)
        self._late = False

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        with self._appending:
            if batch.in_bulk or len(batch.events) > self._MANY:
                return self._append_at_once(batch)
            # What cannot be settled must not become more.
            if self._late or self._journal.is_long:
                self._settle()
            if self._is_stored(batch):
                return []
            ids = ids_of(batch)
            sifted = sift(batch, self._known(ids), self._seq, self._kept_from)
            if sifted.latest > self._seq or batch.drops:
                self._journal.append(sifted, batch, ids)
                self._seq = sifted.latest
                self._announce(sifted.latest)
            return sifted.refused

    def _announce(self, latest: int, *, in_bulk: bool = False) -> None:
        """Events up to that number are stored now; ``in_bulk``: more will follow soon."""
        raise NotImplementedError

    def _begin(self) -> OpenFile:
        file = super()._begin()
        self._take_up_journal(file)
        return file

    def _look_over(self, file: OpenFile) -> None:
        """See ``Lives``."""
        # Numbers are not given out twice, though an erasure may have taken the highest.
        self._seq = max(self._seq, last_number(file.writer))
        # What is about to expire is refused already.
        self._kept_from = expiring.kept_from(file.writer) | self._kept_from

    def _keep_from(self, site: int, day: int | None) -> None:
        """Take events of a tracker from that day on, None: of any."""
        others = {other: first for other, first in self._kept_from.items() if other != site}
        self._kept_from = others if day is None else {**others, site: day}

    def _take_up_journal(self, file: OpenFile) -> None:
        """What a life that was cut short has left; a full disk keeps it waiting."""
        self._seq = max(self._seq, self._journal.load(file.writer, last_settled(file.writer)))
        with suppress(Unavailable):
            self._settle()

    def _is_stored(self, batch: Batch) -> bool:
        """Whether a batch that is sent again was stored the last time."""
        if not batch.again or batch.number == self._journal.batch:
            return batch.again
        with self._engine() as file, file.lend() as connection:
            return is_stored(connection, batch)

    def _known(self, ids: Ids) -> set[tuple[int, int]]:
        """Those of the senders' ids that were received within 24 hours before."""
        file = self._ready()
        if not ids:
            return set()
        # In this order: what is settled in between is found once more, not missed.
        since = min(ids.values()) - DAY
        waiting = self._journal.known(ids, since)
        with self._guard(file), file.lend() as connection:
            return waiting | known_ids(connection, ids, since)

    def _settle(self) -> None:
        """Everything that was appended before is in the tables when this returns."""
        if self._journal.settled == self._journal.written:
            return
        with self._writing:
            try:
                # What could not be settled before comes first, then what has come since.
                for _ in range(2):
                    waiting = self._journal.turn()
                    if waiting is not None:
                        self._take_in(waiting)
            except Unavailable:
                self._late = True
                raise
            self._late = False

    def _take_in(self, waiting: Waiting) -> None:
        try:
            with self._engine() as file, transaction(file.writer):
                write_waiting(file, waiting)
        except Unavailable:
            # A commit may fail after its last byte was written: opened anew, the file tells.
            with self._engine() as file:
                if last_settled(file.writer) < waiting.number:
                    raise
        self._journal.forget(waiting.number)

    def _append_at_once(self, batch: Batch) -> list[int]:
        with self._writing:
            self._settle()
            if self._is_stored(batch):
                return []
            ids = ids_of(batch)
            sifted = sift(batch, self._known(ids), self._seq, self._kept_from)
            if sifted.latest > self._seq or batch.drops or batch.progress is not None:
                self._store(sifted, batch)
            return sifted.refused

    def _store(self, sifted: Sifted, batch: Batch) -> None:
        try:
            with self._engine() as file, transaction(file.writer):
                write_batch(file, sifted, batch)
        except Unavailable:
            # A commit may fail after its last byte was written: opened anew, the file tells.
            # To refuse what is there would have it sent, and counted, again.
            self._ready()
            if self._seq < sifted.latest or not (sifted.events or sifted.bots):
                raise
        self._seq = sifted.latest
        if sifted.events:
            self._announce(sifted.latest, in_bulk=batch.in_bulk)
