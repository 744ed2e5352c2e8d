"""Additions that come together are stored together, and each is told its own number."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.counters.tallies import IDLE, Full, Tallies
from ezee.errors import Unavailable
from ezee.store.changes import Change
from tests.support.clock import FakeClock
from tests.support.events import PatientStore


class FragileStore(PatientStore):
    """Counts its changes; refuses them while it is ``broken``."""

    changes = 0
    broken = False

    def change(self, change: Change) -> int:
        self.changes += 1
        if self.broken:
            raise Unavailable
        return super().change(change)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FragileStore]:
    opened = FragileStore(tmp_path)
    yield opened
    opened.close()


def test_each_is_told_the_number_after_its_own(store: FragileStore) -> None:
    async def count() -> list[int]:
        tallies = Tallies(store, FakeClock(), "t:", 10)
        await tallies.add("a", 10)
        names = ["a", "b", "a", "a", "b"]
        counted = await asyncio.gather(*(tallies.add(name) for name in names))
        return [tally.value for tally in counted]

    assert asyncio.run(count()) == [11, 1, 12, 13, 2]
    assert store.changes <= 3


def test_where_it_cannot_be_stored_each_is_told_and_the_next_are_stored(
    store: FragileStore,
) -> None:
    async def count() -> None:
        tallies = Tallies(store, FakeClock(), "t:", 10)
        store.broken = True
        told = await asyncio.gather(*(tallies.add("a") for _ in range(3)), return_exceptions=True)
        assert [type(each) for each in told] == [Unavailable] * 3
        store.broken = False
        assert (await tallies.add("a")).value == 1

    asyncio.run(count())


def test_idle_ones_make_room_once_it_is_needed(store: FragileStore) -> None:
    async def count() -> None:
        clock = FakeClock()
        tallies = Tallies(store, clock, "t:", 2)
        for name in ("a", "b"):
            await asyncio.gather(*(tallies.make_room(name) for _ in range(3)))
            await tallies.add(name)
        with pytest.raises(Full):
            await tallies.make_room("c")
        clock.advance(IDLE / 1000)
        await tallies.add("b")
        assert await tallies.find("a") is not None
        clock.advance(1)
        await tallies.make_room("c")
        assert await tallies.find("a") is None
        assert (await tallies.add("b")).value == 3
        with pytest.raises(Full):
            await tallies.make_room("d")

    asyncio.run(count())
