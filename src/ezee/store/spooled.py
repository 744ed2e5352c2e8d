"""A store that takes events while it is away: they wait in a spool, and are sent when it is back.

While nothing waits a batch goes straight to the store. Once the store has refused one, that one and
all after it wait on this disk, in their order, until everything was sent; a thread of its own does
that, so nobody waits for a store that is away. ``append`` has returned when a batch is on disk, in
either place. What waits is not counted yet, and of an event that was there already nobody is told.

A batch is sent under a number, by which the store knows it again: what was sent, and then lost its
answer, or its sender, counts once.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import structlog
from msgspec.structs import replace

from ezee.errors import EzeeError, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description, EventStore
from ezee.store.changes import Change, Expire, Rewrite
from ezee.store.looks import Condition, Look, Row
from ezee.store.spool import TOGETHER, Spool, Waiting, new_number

_RESTS = (0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between attempts to send, the last of them again and again."""
# How long a sender waits for the store before its events wait here, and whoever asks for its
# condition, in seconds: where a network is cut nobody says that it is so.
_PATIENCE = 5.0
_LOOK_PATIENCE = 1.0
_NOTHING: Row = (0,) * 7
_ON_ITS_WAY = (
    "Events that came while the store was away are on their way to it. "
    "Nothing was changed; try again shortly."
)
_log = structlog.get_logger("ezee.store")


class SpooledStore:
    """Speaks ``EventStore`` for one that may be away. ``limit`` is how many bytes may wait.

    Raises what ``Spool`` does. Closing it closes the store too; what waits is sent at the next
    start.
    """

    def __init__(self, store: EventStore, folder: Path, limit: int) -> None:
        self._store = store
        self._spool = Spool(folder, limit)
        self._appending = threading.Lock()
        self._closing = threading.Event()
        self._wake = threading.Event()
        self._telling = ThreadPoolExecutor(1, "store")
        self._looking = ThreadPoolExecutor(1, "condition")
        self._asking = threading.Lock()
        self._asked: Future[list[Row]] | None = None
        self._sender = threading.Thread(target=self._send_always, name="spool", daemon=True)
        self._sender.start()

    @property
    def waiting(self) -> Waiting:
        """How much waits to be sent."""
        return self._spool.waiting

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``. What waits has no duplicates yet.

        Raises:
            Unavailable: the store is away, and too much waits already. An import is not taken
                while the store is away: its file is there to be read again.
        """
        if batch.progress is not None:
            return self._store.append(batch)
        with self._appending:
            if self.waiting.batches == 0:
                if not batch.number:
                    batch = replace(batch, number=new_number())
                try:
                    return self._append(batch, _PATIENCE)
                except Unavailable:
                    _log.warning("the store is away; events wait on this disk")
            self._spool.put(batch)
        self._wake.set()
        return []

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``, but for what waits."""
        return self._store.query(site, query)

    def look(self, look: Look) -> list[Row]:
        """See ``EventStore.look``, but for what waits."""
        if isinstance(look, Condition):
            return [self._condition(look)]
        return self._store.look(look)

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``, but for what waits."""
        return self._store.describe(site)

    def change(self, change: Change) -> int:
        """See ``EventStore.change``.

        Raises:
            Unavailable: the store is away, or the change would miss events that wait.
        """
        if isinstance(change, Rewrite | Expire) and self.waiting.batches:
            raise Unavailable(_ON_ITS_WAY)
        return self._store.change(change)

    def close(self) -> None:
        """See ``EventStore.close``. What waits stays on this disk."""
        self._closing.set()
        self._wake.set()
        self._sender.join()
        self._store.close()
        self._telling.shutdown()
        self._looking.shutdown()
        self._spool.close()

    def _append(self, batch: Batch, patience: float | None = None) -> list[int]:
        """What the store says, within so many seconds. It is not told the next before it has said
        something; so a batch that waits then is known to it when it comes again.
        """
        told = self._telling.submit(self._store.append, batch)
        try:
            return told.result(patience)
        except TimeoutError:
            raise Unavailable from None

    def _condition(self, look: Condition) -> Row:
        """While the store is away this one takes events all the same, as long as it has room."""
        waiting = self.waiting
        if waiting.batches == 0 or self._spool.is_full:
            try:
                return (*self._ask(look), *waiting)
            except (Unavailable, TimeoutError):
                if self._spool.is_full:
                    raise Unavailable from None
        return (*_NOTHING, *waiting)

    def _ask(self, look: Condition) -> Row:
        """The store's own condition; one that does not answer is not asked again meanwhile."""
        with self._asking:
            if self._asked is None or self._asked.done():
                self._asked = self._looking.submit(self._store.look, look)
            asked = self._asked
        ((*answered, _, _),) = asked.result(_LOOK_PATIENCE)
        return tuple(answered)

    def _send_always(self) -> None:
        failures = 0
        while not self._closing.is_set():
            self._wake.clear()
            arrives = False
            try:
                while not self._closing.is_set() and self._send_next(arrives=arrives):
                    failures, arrives = 0, True
            except Exception as failure:  # noqa: BLE001 - what waits must be sent all the same
                # Its message may quote what a visitor sent; only its kind is written.
                if not isinstance(failure, EzeeError):
                    _log.error("what waits cannot be sent", kind=type(failure).__name__)
                self._closing.wait(_RESTS[min(failures, len(_RESTS) - 1)])
                failures += 1
            else:
                self._wake.wait()

    def _send_next(self, *, arrives: bool) -> bool:
        """Send what waits longest; False: nothing does.

        Where what is sent ``arrives``, the last of it is sent while nothing more comes: else
        whoever sends without a pause would have something wait for ever.
        """
        if arrives and self.waiting.batches <= TOGETHER:
            with self._appending:
                return self._send_oldest()
        return self._send_oldest()

    def _send_oldest(self) -> bool:
        batch = self._spool.oldest()
        if batch is None:
            return False
        self._append(batch)
        self._spool.remove(batch)
        if not self.waiting.batches:
            _log.info("the store has everything that waited")
        return True
