"""The group commit: whoever arrives while a commit runs forms the next one."""

from __future__ import annotations

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import structlog
from msgspec.structs import replace

from ezee.errors import EzeeError, Unavailable
from ezee.events.ledger import NOTHING, Ledger
from ezee.model.event import Bot, Event
from ezee.store.base import Batch, EventStore, PromptStore
from ezee.vitals import Vitals

_T = TypeVar("_T")

_log = structlog.get_logger("ezee.events")


class SavedSalts(Protocol):
    """The part of ``store.salts`` that a commit needs."""

    @property
    def unsaved(self) -> bool:
        """Whether there is a salt that is not on disk yet."""
        ...

    def save(self) -> None:
        """Make every salt durable."""
        ...


Tell = Callable[[frozenset[int] | EzeeError], None]
"""Is told the indexes of the events that were there already, or why none could be stored."""


class _Waiting(NamedTuple):
    events: Sequence[Event]
    bots: Sequence[Bot]
    tell: Tell

    @property
    def size(self) -> int:
        return len(self.events) + len(self.bots)


_NONE: frozenset[int] = frozenset()


class GroupCommit:
    """Turns many small appends into few large ones, each answered when it is on disk.

    What its ``ledger`` has counted goes along when ``enter`` says so.
    """

    # Beyond this many events in line, a sender is better off coming back later.
    _QUEUE_LIMIT = 20_000

    def __init__(self, store: EventStore, salts: SavedSalts, vitals: Vitals | None = None) -> None:
        self._store = store
        self._prompt = store if isinstance(store, PromptStore) else None
        self._salts = salts
        self._vitals = vitals or Vitals()
        self.ledger = Ledger(self._vitals)
        self._entering = False
        self._line: list[_Waiting] = []
        self._queued = 0
        self._committing: asyncio.Task[None] | None = None
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="commit")

    async def append(self, events: Sequence[Event], bots: Sequence[Bot] = ()) -> frozenset[int]:
        """Return when the events are on disk, with the indexes of those already there.

        Raises:
            Unavailable: they could not be stored; none was.
        """
        answer: asyncio.Future[frozenset[int]] = asyncio.get_running_loop().create_future()
        self.add(events, bots, partial(settle, answer))
        return await answer

    def add(self, events: Sequence[Event], bots: Sequence[Bot], tell: Tell) -> None:
        """The same for whoever does not wait: they are told. To be called in the event loop.

        Raises:
            Unavailable: there are too many in line.
        """
        size = len(events) + len(bots)
        if self._queued + size > self._QUEUE_LIMIT:
            self._vitals.limited["waiting events"] += 1
            raise Unavailable(retry_after=1)
        self._line.append(_Waiting(events, bots, tell))
        self._queued += size
        if self._committing is None:
            self._committing = asyncio.get_running_loop().create_task(self._drain())

    @property
    def queued(self) -> int:
        """How many events are in line, or being stored."""
        return self._queued

    async def enter(self) -> None:
        """Store what the ledger has counted, with the next commit; it stays if that fails."""
        if self.ledger:
            await self.settled()

    async def settled(self) -> None:
        """Return when all that is in line now, and in the ledger, is stored or refused."""
        self._entering = True
        with suppress(EzeeError):
            await self.append(())

    async def close(self) -> None:
        """Finish what is in line."""
        # What a failure had left to be stored again, then what came since.
        await self.settled()
        await self.settled()
        self._writer.shutdown()
        if self._prompt is not None:
            await self._prompt.hang_up()

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while self._line:
            group, self._line = self._line, []
            batch = self._batch(group)
            try:
                duplicates = await self._commit(batch)
            except EzeeError as error:
                loop.call_soon(_refuse, group, error)
            except Exception as failure:  # noqa: BLE001 - whoever is next in line must not wait
                # Its message may quote what a visitor sent; only its kind is written.
                _log.error("commit failed", kind=type(failure).__name__)
                loop.call_soon(_refuse, group, Unavailable())
            else:
                if batch.tally:
                    self.ledger.entered()
                # The next commit is under way by the time that these are told.
                loop.call_soon(_answer, group, duplicates)
            self._queued -= sum(waiting.size for waiting in group)
        self._committing = None

    def _batch(self, group: list[_Waiting]) -> Batch:
        tally = self.ledger.take() if self._entering else NOTHING
        self._entering = False
        events: list[Event] = []
        bots: list[Bot] = []
        for waiting in group:
            bots += (replace(bot, place=bot.place + len(events)) for bot in waiting.bots)
            events += waiting.events
        return Batch(
            events,
            bots=bots,
            drops=tally.drops,
            tally=tally.number,
        )

    async def _commit(self, batch: Batch) -> list[int]:
        loop = asyncio.get_running_loop()
        if self._salts.unsaved:
            await loop.run_in_executor(self._writer, self._salts.save)
        if self._prompt is not None:
            return await self._prompt.append_soon(batch)
        return await loop.run_in_executor(self._writer, self._store.append, batch)


def _answer(group: list[_Waiting], duplicates: list[int]) -> None:
    if not duplicates:
        for waiting in group:
            _tell(waiting, _NONE)
        return
    start = 0
    for waiting in group:
        end = start + len(waiting.events)
        first, last = bisect_left(duplicates, start), bisect_left(duplicates, end)
        mine = frozenset(index - start for index in duplicates[first:last])
        _tell(waiting, mine)
        start = end


def _refuse(group: list[_Waiting], error: EzeeError) -> None:
    for waiting in group:
        _tell(waiting, error)


def _tell(waiting: _Waiting, told: frozenset[int] | EzeeError) -> None:
    try:
        waiting.tell(told)
    except Exception as failure:  # noqa: BLE001 - the others are told all the same
        _log.error("a sender could not be told", kind=type(failure).__name__)


def settle(answer: asyncio.Future[_T], told: _T | EzeeError) -> None:
    """Give an answer to whoever waits for it still."""
    if answer.done():
        return
    if isinstance(told, EzeeError):
        answer.set_exception(told)
    else:
        answer.set_result(told)
