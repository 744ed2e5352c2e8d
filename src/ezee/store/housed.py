"""The store of a data folder, whichever house it is in: it moves while it is used.

A move is begun, and copied by whoever moves (``ezee.moving``) while events are stored as ever.
For its last part what comes is held: it waits in a file of its own, ``held.sqlite``, on disk before
its sender is told. Then the new house is used, and what was held is stored there. Where the move
ends otherwise, by a failure or because its process died, it is stored in the old one.

Killed at any point: the folder's ``cluster.address`` says which house it is, what is held is found
there at the next opening, and each held batch has a number by which it counts once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from ezee.errors import EzeeError, InvalidRequest, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.settings import events_at
from ezee.store.base import Batch, Description, EventStore
from ezee.store.changes import (
    BeginMove,
    Change,
    EndMove,
    Expire,
    Hold,
    MoveOver,
    Rewrite,
    TallyChange,
)
from ezee.store.choice import SPOOL_LIMIT, open_engine
from ezee.store.houses import Houses
from ezee.store.looks import Condition, Look, Row
from ezee.store.spool import TOGETHER, Spool

HELD = "held.sqlite"
_REST = 0.5
_LOOKS_EVERY = 1.0
# How long a tally's change waits for the end of a move, in seconds.
_TALLY_PATIENCE = 20.0
_GUESTS_LEAVE = 60.0
_MOVING = (
    "The events are being moved to another place, and may not be changed meanwhile. "
    "Nothing was changed; try again shortly."
)
_ON_ITS_WAY = "Events that came during a move are on their way. Nothing was changed; try again."
_NOT_BEGUN = "The move was interrupted. Nothing was changed; start it again."
_log = structlog.get_logger("ezee.store")


class _House:
    """A store, and how many ask it right now."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        self.guests = 0


class HousedStore:
    """Speaks ``EventStore``. ``events`` is the address that the settings have, "" for none.

    Nobody else has the folder. Raises what ``open_engine`` does.
    """

    def __init__(self, folder: Path, events: str = "", spool: int = SPOOL_LIMIT) -> None:
        self._folder = folder
        self._limit = spool
        self._houses = Houses(folder)
        self._house = _House(open_engine(folder, events_at(folder, events), spool))
        self._houses.tidy()
        self._turn = threading.Condition()
        self._appending = threading.Lock()
        self._rewriting = threading.Lock()
        self._tallying = threading.Lock()
        self._tallies_held = False
        self._closing = threading.Event()
        self._moving = False
        self._held: Spool | None = None
        self._threads: list[threading.Thread] = []
        if (folder / HELD).exists():
            self._held = Spool(folder, spool, HELD)
            self._work_beside(self._drain)

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``. Of what is held nobody is told that it was there already.

        Raises:
            Unavailable: so much is held that there is no room; or it is of an import, which is not
                taken at the end of a move: its file is there to be read again.
        """
        with self._appending:
            if self._held is None:
                return self._house.store.append(batch)
            if batch.progress is not None:
                raise Unavailable(_ON_ITS_WAY)
            self._held.put(batch)
            return []

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``, but for what is held."""
        with self._as_guest() as store:
            return store.query(site, query)

    def look(self, look: Look) -> list[Row]:
        """See ``EventStore.look``, but for what is held."""
        with self._as_guest() as store:
            rows = store.look(look)
        held = self._held
        if isinstance(look, Condition) and held is not None:
            ((*known, batches, size),) = rows
            waiting = held.waiting
            return [(*known, int(batches) + waiting.batches, int(size) + waiting.bytes)]
        return rows

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``, but for what is held."""
        with self._as_guest() as store:
            return store.describe(site)

    def change(self, change: Change) -> int:
        """See ``EventStore.change``.

        Raises:
            Unavailable: what is stored may not be changed while it moves.
        """
        match change:
            case BeginMove():
                return self._begin(change.to)
            case Hold():
                return self._hold(tallies=change.tallies)
            case MoveOver():
                return self._move_over(change.to)
            case EndMove():
                return self._end(forget=change.forget)
            case _:
                return self._change_stored(change)

    def close(self) -> None:
        """See ``EventStore.close``. What is held stays on this disk."""
        self._closing.set()
        self._let_tallies_go()
        for thread in self._threads:
            thread.join()
        self._house.store.close()
        if self._held is not None:
            self._held.close()

    def _change_stored(self, change: Change) -> int:
        if isinstance(change, TallyChange):
            if not self._tallying.acquire(timeout=_TALLY_PATIENCE):
                raise Unavailable(_MOVING)
            try:
                return self._house.store.change(change)
            finally:
                self._tallying.release()
        if not isinstance(change, Rewrite | Expire):
            with self._as_guest() as store:
                return store.change(change)
        with self._rewriting:
            if self._moving:
                raise Unavailable(_MOVING)
            if self._held is not None:
                raise Unavailable(_ON_ITS_WAY)
            # A move that was begun and left has copied what is no longer so.
            self._houses.forget_move()
            return self._house.store.change(change)

    def _begin(self, to: str) -> int:
        with self._rewriting:
            if self._moving or self._held is not None:
                raise Unavailable(_ON_ITS_WAY)
            was_begun = self._houses.begin_move(to)
            self._moving = True
        self._work_beside(self._watch)
        return int(was_begun)

    def _hold(self, *, tallies: bool) -> int:
        if not self._moving:
            raise InvalidRequest(_NOT_BEGUN)
        with self._appending:
            if self._held is None:
                self._held = Spool(self._folder, self._limit, HELD)
            ((*_, batches, _),) = self._house.store.look(Condition())
            if batches:
                # It goes on its way to the cluster; whoever moves asks again.
                raise Unavailable(_ON_ITS_WAY)
        if tallies and not self._tallies_held:
            self._tallies_held = self._tallying.acquire(timeout=_TALLY_PATIENCE)
            if not self._tallies_held:
                raise Unavailable
        return 0

    def _move_over(self, to: str) -> int:
        if not self._moving or self._held is None or not self._tallies_held:
            raise InvalidRequest(_NOT_BEGUN)
        with self._rewriting:
            new = _House(open_engine(self._folder, self._houses.enter(to), self._limit))
            self._houses.commit(to)
            with self._turn:
                old, self._house = self._house, new
                self._turn.wait_for(lambda: not old.guests, _GUESTS_LEAVE)
            self._houses.leave(old.store, to)
            self._moving = False
        self._let_tallies_go()
        self._work_beside(self._drain)
        return 1

    def _end(self, *, forget: bool) -> int:
        with self._rewriting:
            if forget:
                self._houses.forget_move()
            was_held = self._moving and self._held is not None
            self._moving = False
        self._let_tallies_go()
        if was_held:
            self._work_beside(self._drain)
        return 0

    def _let_tallies_go(self) -> None:
        if self._tallies_held:
            self._tallies_held = False
            self._tallying.release()

    def _watch(self) -> None:
        """End a move whose process has died."""
        while self._moving and not self._closing.wait(_LOOKS_EVERY):
            if self._moving and not self._houses.is_mover_alive():
                _log.warning("the process that moved the events has ended; they stay")
                self._end(forget=False)

    def _drain(self) -> None:
        """Store what was held, in its order, and then nothing is held any more."""
        while not self._closing.is_set():
            try:
                if self._store_held():
                    return
            except Exception as failure:  # noqa: BLE001 - what is held must be stored all the same
                if not isinstance(failure, EzeeError):
                    _log.error("what was held cannot be stored", kind=type(failure).__name__)
                self._closing.wait(_REST)

    def _store_held(self) -> bool:
        """Store what was held first; True: nothing is held any more."""
        held = self._held
        if held is None:
            return True
        if held.waiting.batches > TOGETHER:
            self._pass_on(held)
            return False
        # The last of it while nothing more comes, or whoever sends without a pause is never done.
        with self._appending:
            while self._pass_on(held):
                pass
            self._held = None
            held.discard()
        return True

    def _pass_on(self, held: Spool) -> bool:
        batch = held.oldest()
        if batch is None:
            return False
        self._house.store.append(batch)
        held.remove(batch)
        return True

    def _work_beside(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name="house", daemon=True)
        self._threads.append(thread)
        thread.start()

    @contextmanager
    def _as_guest(self) -> Iterator[EventStore]:
        """The store, which is not closed while the block runs."""
        with self._turn:
            house = self._house
            house.guests += 1
        try:
            yield house.store
        finally:
            with self._turn:
                house.guests -= 1
                self._turn.notify_all()
