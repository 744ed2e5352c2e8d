"""The numbers of all counters, each asked of the store when it is old and somebody looks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter

from ezee.clock import Clock
from ezee.counters.number import Wanted, count
from ezee.errors import EzeeError
from ezee.limits import Buckets
from ezee.model.site import ReadableSite
from ezee.store.base import EventStore

# Seconds that a number is good for, and how many times as long as it took to find.
_FRESH = 1.0
_SHARE = 10
# Seconds that somebody who looks is kept waiting; then the last number has to do.
_PATIENCE = 1.0
# Questions that one tracker's counters may ask a minute: a stranger can name any page.
QUESTIONS = 600
_MOST = 20_000


class _Known(NamedTuple):
    """A number, None where there was none yet, and the elapsed second until which it is good."""

    number: int | None
    until: float


class CurrentNumbers:
    """Numbers at most a second old; older where the store is slow or cannot answer."""

    def __init__(self, store: EventStore, readers: CapacityLimiter, clock: Clock) -> None:
        self._store = store
        self._readers = readers
        self._clock = clock
        self._questions = Buckets(clock)
        self._known: OrderedDict[tuple[int, Wanted], _Known] = OrderedDict()
        self._asking: dict[tuple[int, Wanted], asyncio.Task[None]] = {}

    async def find(self, site: ReadableSite, wanted: Wanted) -> int | None:
        """The number, the last one that is known, or None."""
        key = site.key, wanted
        known = self._known.get(key)
        if known is not None and self._clock.elapsed() < known.until:
            return known.number
        asking = self._asking.get(key) or self._ask(site, wanted)
        if asking is not None:
            done, _ = await asyncio.wait({asking}, timeout=_PATIENCE)
            for task in done:
                task.result()
            known = self._known.get(key)
        return None if known is None else known.number

    def _ask(self, site: ReadableSite, wanted: Wanted) -> asyncio.Task[None] | None:
        """Begin to ask, once for all who look, unless this tracker has asked too often."""
        if not self._questions.take(site.key, QUESTIONS).allowed:
            return None
        key = site.key, wanted
        asking = asyncio.create_task(self._refresh(site, wanted))
        self._asking[key] = asking
        asking.add_done_callback(lambda _: self._asking.pop(key))
        return asking

    async def _refresh(self, site: ReadableSite, wanted: Wanted) -> None:
        key = site.key, wanted
        begun = self._clock.elapsed()
        before = self._known.get(key)
        number = before.number if before else None
        try:
            number = await anyio.to_thread.run_sync(
                count, self._store, site, wanted, self._clock.now(), limiter=self._readers
            )
        except EzeeError:
            # The last number stays; the next look tries again.
            begun = self._clock.elapsed()
        took = self._clock.elapsed() - begun
        self._known[key] = _Known(number, begun + max(_FRESH, _SHARE * took))
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
