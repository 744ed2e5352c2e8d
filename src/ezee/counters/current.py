"""The numbers of all counters, each asked of the store when it is old and somebody looks."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter

from ezee.clock import Clock
from ezee.counters.number import ALL_TIME, Wanted, count_from
from ezee.errors import EzeeError
from ezee.limits import Buckets
from ezee.model.site import ReadableSite
from ezee.stats.parse import Now
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


class _Begun(NamedTuple):
    """The day on which a tracker's events begin, and the elapsed second until which it is good."""

    first_day: int | None
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
        self._begun: dict[int, _Begun] = {}

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
                self._count, site, wanted, limiter=self._readers
            )
        except EzeeError:
            # The last number stays; the next look tries again.
            begun = self._clock.elapsed()
        took = self._clock.elapsed() - begun
        self._known[key] = _Known(number, begun + max(_FRESH, _SHARE * took))
        self._known.move_to_end(key)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def _count(self, site: ReadableSite, wanted: Wanted) -> int:
        first_day = self._first_day(site) if wanted.period == ALL_TIME else None
        now = Now(self._clock.now(), site.timezone, first_day, site.kept_from)
        return count_from(self._store, site, wanted, now)

    def _first_day(self, site: ReadableSite) -> int | None:
        """Asked once a second for all of a tracker's counters: it is a third of what one costs."""
        begun = self._begun.get(site.key)
        elapsed = self._clock.elapsed()
        if begun is None or elapsed >= begun.until:
            first_day = self._store.describe(site.key).first_day
            if len(self._begun) >= _MOST:
                self._begun.clear()
            self._begun[site.key] = begun = _Begun(first_day, elapsed + _FRESH)
        return begun.first_day
