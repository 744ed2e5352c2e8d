"""Numbers are asked for when they are old, once for all who look, and kept in need."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from anyio import CapacityLimiter

from ezee.counters.current import CurrentNumbers
from ezee.counters.number import Wanted
from ezee.errors import Unavailable
from ezee.model.calendar import DAY
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description
from tests.support.clock import FakeClock
from tests.support.events import NOON, PatientStore, event, readable

PATIENCE = "ezee.counters.current._PATIENCE"


class WatchedStore(PatientStore):
    """Counts its questions; answers none while it is ``broken``, or before ``open`` is set."""

    asked = 0
    described = 0
    broken = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.open = threading.Event()
        self.open.set()

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        self.asked += 1
        self.open.wait(30)
        if self.broken:
            raise Unavailable
        return super().query(site, query)

    def describe(self, site: int | None = None) -> Description:
        self.described += 1
        return super().describe(site)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[WatchedStore]:
    opened = WatchedStore(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those who look wait however slow the machine is."""
    monkeypatch.setattr(PATIENCE, 60)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


def numbers(store: WatchedStore, clock: FakeClock) -> CurrentNumbers:
    return CurrentNumbers(store, CapacityLimiter(4), clock)


def test_a_number_is_good_for_a_second(store: WatchedStore, clock: FakeClock) -> None:
    async def look() -> None:
        current = numbers(store, clock)
        assert await current.find(readable(), Wanted()) == 0
        store.append(Batch([event()]))
        clock.advance(0.9)
        assert await current.find(readable(), Wanted()) == 0
        clock.advance(0.2)
        assert await current.find(readable(), Wanted()) == 1
        assert await current.find(readable(), Wanted("visitors")) == 1
        assert store.asked == 3

    asyncio.run(look())


def test_where_a_trackers_events_begin_is_asked_once_for_all_its_pages(
    store: WatchedStore, clock: FakeClock
) -> None:
    async def look() -> None:
        current = numbers(store, clock)
        for page in ("/a", "/b", "/c"):
            assert await current.find(readable(), Wanted(page=page)) == 0
        assert (store.asked, store.described) == (3, 1)
        # An import brings days from before the first.
        store.append(Batch([event(NOON - 400 * DAY, page="/a")]))
        clock.advance(1.1)
        assert await current.find(readable(), Wanted(page="/a")) == 1
        assert await current.find(readable(), Wanted(page="/b", period="today")) == 0
        assert store.described == 2

    asyncio.run(look())


def test_those_who_look_together_ask_once(store: WatchedStore, clock: FakeClock) -> None:
    async def look() -> None:
        current = numbers(store, clock)
        found = await asyncio.gather(*(current.find(readable(), Wanted()) for _ in range(50)))
        assert (found, store.asked) == ([0] * 50, 1)

    asyncio.run(look())


def test_the_last_number_stays_while_the_store_is_broken(
    store: WatchedStore, clock: FakeClock
) -> None:
    async def look() -> None:
        current = numbers(store, clock)
        store.append(Batch([event()]))
        assert await current.find(readable(), Wanted()) == 1
        store.broken = True
        clock.advance(5)
        assert await current.find(readable(), Wanted()) == 1
        assert await current.find(readable(), Wanted("visitors")) is None
        store.broken = False
        store.append(Batch([event(visitor=2)]))
        clock.advance(2)
        assert await current.find(readable(), Wanted()) == 2

    asyncio.run(look())


def test_nobody_waits_for_a_slow_store(
    store: WatchedStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look() -> None:
        current = numbers(store, clock)
        store.append(Batch([event()]))
        assert await current.find(readable(), Wanted()) == 1
        store.append(Batch([event(visitor=2)]))
        store.open.clear()
        clock.advance(2)
        monkeypatch.setattr(PATIENCE, 0.05)
        assert await current.find(readable(), Wanted()) == 1
        clock.advance(3)
        store.open.set()
        monkeypatch.setattr(PATIENCE, 60)
        assert await current.find(readable(), Wanted()) == 2
        # It took three seconds to find, so it is good for thirty.
        asked = store.asked
        clock.advance(25)
        assert await current.find(readable(), Wanted()) == 2
        assert store.asked == asked

    asyncio.run(look())


def test_one_tracker_cannot_ask_without_end(
    store: WatchedStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ezee.counters.current.QUESTIONS", 60)

    async def look() -> None:
        current = numbers(store, clock)
        pages = [Wanted(page=f"/{number}") for number in range(70)]
        found = [await current.find(readable(), wanted) for wanted in pages]
        assert found == [0] * 60 + [None] * 10
        other = readable(site_id="ezi_00000000000b")
        assert await current.find(other, pages[-1]) == 0
        clock.advance(1)
        assert await current.find(readable(), pages[-1]) == 0

    asyncio.run(look())
