"""Tallies behind one writer: many additions are made durable together, each answered after."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import anyio.to_thread
from anyio import CapacityLimiter

from ezee.clock import Clock
from ezee.errors import EzeeError, Forbidden, Unavailable
from ezee.model.calendar import DAY
from ezee.store.base import EventStore
from ezee.store.changes import Count, Forget, Keep
from ezee.store.looks import HowManyTallies, Tallied

_T = TypeVar("_T")
_QUEUE_LIMIT = 10_000
_GROUP = 1_000
# Seconds between two counts of how many there are.
_COUNT_EVERY = 60.0
IDLE = 183 * DAY
"""Milliseconds after which a tally that nobody changed makes room for others, if it must."""


class Tally(NamedTuple):
    """A number under a name. ``today`` is what was added on ``day`` (UTC), times are ms UTC."""

    name: str
    value: int
    day: int
    today: int
    made_at: int
    changed_at: int
    terms: str


class _Waiting(NamedTuple):
    name: str
    amount: int
    answer: asyncio.Future[Tally]


class Full(Forbidden):
    """There are as many tallies of a kind as the operator allows."""

    default = "This service keeps as many counters of this kind as it may. No new one was made."


class Tallies:
    """The tallies whose names begin with ``prefix``, ``most`` of them. For one event loop."""

    def __init__(self, store: EventStore, clock: Clock, prefix: str, most: int) -> None:
        self._store = store
        self._clock = clock
        self._prefix = prefix
        self._most = most
        self._thread = CapacityLimiter(1)
        self._line: list[_Waiting] = []
        self._committing: asyncio.Task[None] | None = None
        self._room = 0
        self._making_room = asyncio.Lock()
        self._made: set[str] = set()
        self._counted_at = -_COUNT_EVERY

    async def find(self, name: str) -> Tally | None:
        """The tally of that name, if there is one.

        Raises:
            Unavailable: the store does not answer.
        """
        look = Tallied([self._prefix + name])
        for row in await self._run(lambda: self._store.look(look)):
            return Tally(*row)  # type: ignore[arg-type]
        return None

    async def add(self, name: str, amount: int = 1) -> Tally:
        """Add to a tally that is there, or that there is room for; returns it when it is on disk.

        Raises:
            Unavailable: it could not be stored.
        """
        if len(self._line) >= _QUEUE_LIMIT:
            raise Unavailable(retry_after=1)
        loop = asyncio.get_running_loop()
        waiting = _Waiting(self._prefix + name, amount, loop.create_future())
        self._line.append(waiting)
        if self._committing is None:
            self._committing = loop.create_task(self._drain())
        return await waiting.answer

    async def keep(self, name: str, value: int, terms: str) -> None:
        """Put a tally down as it is to be, durably.

        Raises:
            Unavailable: it could not be stored.
        """
        change = Keep(self._prefix + name, value, terms, self._clock.now())
        await self._run(lambda: self._store.change(change))

    async def make_room(self, name: str) -> None:
        """Take the room of one more tally, once for all who would make it now.

        Raises:
            Full: there is none, not even that of idle ones. Unavailable: the store does not answer.
        """
        async with self._making_room:
            if name in self._made:
                return
            if self._room <= 0 and self._clock.elapsed() - self._counted_at >= _COUNT_EVERY:
                self._counted_at = self._clock.elapsed()
                self._room = self._most - await self._run(self._count)
                self._made.clear()
            if self._room <= 0:
                raise Full
            self._room -= 1
            self._made.add(name)

    def _count(self) -> int:
        """How many there are, after the idle ones have gone if that is what it takes."""
        look = HowManyTallies(self._prefix)
        ((number,),) = self._store.look(look)
        if int(number) >= self._most:
            self._store.change(Forget(self._prefix, self._clock.now() - IDLE))
            ((number,),) = self._store.look(look)
        return int(number)

    async def _drain(self) -> None:
        while self._line:
            group, self._line = self._line[:_GROUP], self._line[_GROUP:]
            try:
                tallies = await self._run(lambda: self._commit(group))  # noqa: B023 - run at once
            except EzeeError as error:
                _refuse(group, error)
            except Exception:  # noqa: BLE001 - whoever is next in line must not wait
                _refuse(group, Unavailable())
            else:
                _answer(group, tallies)
        self._committing = None

    def _commit(self, group: list[_Waiting]) -> dict[str, Tally]:
        added: Counter[str] = Counter()
        for waiting in group:
            added[waiting.name] += waiting.amount
        now = self._clock.now()
        self._store.change(Count(list(added.items()), now // DAY, now))
        rows = self._store.look(Tallied(list(added)))
        return {str(row[0]): Tally(*row) for row in rows}  # type: ignore[arg-type]

    async def _run(self, work: Callable[[], _T]) -> _T:
        return await anyio.to_thread.run_sync(work, limiter=self._thread)


def _answer(group: list[_Waiting], tallies: dict[str, Tally]) -> None:
    """To each the number as it was after its own addition: those behind it came later."""
    later: Counter[str] = Counter()
    for waiting in reversed(group):
        tally, after = tallies[waiting.name], later[waiting.name]
        if not waiting.answer.done():
            waiting.answer.set_result(
                tally._replace(value=tally.value - after, today=tally.today - after)
            )
        later[waiting.name] += waiting.amount


def _refuse(group: list[_Waiting], error: EzeeError) -> None:
    for waiting in group:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
