"""Appending from an event loop, to a store in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ezee.errors import Unavailable
from ezee.events.committer import GroupCommit
from ezee.store.base import Batch
from ezee.store.host import StoreHost
from ezee.store.noted import noted
from ezee.store.remote import RemoteStore
from ezee.store.salts import Salts
from ezee.vitals import Vitals
from tests.support.events import NOON, event


@pytest.fixture
def host(tmp_path: Path) -> Iterator[StoreHost]:
    running = StoreHost(tmp_path)
    yield running
    running.stop()


def test_it_is_stored_and_told_of_duplicates_as_from_a_thread(
    tmp_path: Path, host: StoreHost
) -> None:
    store = RemoteStore(tmp_path)

    async def work() -> list[list[int]]:
        # Asked for together, answered in their order.
        answers = await asyncio.gather(
            store.append_soon(Batch([event(event_id=1), event()])),
            *(store.append_soon(Batch([event(event_id=at)])) for at in (2, 1, 3)),
        )
        await store.hang_up()
        await store.hang_up()
        again = await store.append_soon(Batch([event(event_id=3)]))
        await store.hang_up()
        return [*answers, again]

    assert asyncio.run(work()) == [[], [], [0], [], [0]]
    assert store.describe().events == 4
    store.close()


def test_a_large_batch_comes_whole(tmp_path: Path, host: StoreHost) -> None:
    store = RemoteStore(tmp_path)
    many = [event(title="x" * 300, event_id=1), *(event(event_id=1) for _ in range(5_000))]

    async def work() -> list[int]:
        duplicates = await store.append_soon(Batch(many))
        await store.hang_up()
        return duplicates

    assert asyncio.run(work()) == [*range(1, 5_001)]
    store.close()


def test_what_the_store_refuses_is_refused_and_the_line_stays(
    tmp_path: Path, host: StoreHost
) -> None:
    store = RemoteStore(tmp_path)

    async def work() -> None:
        with pytest.raises(Unavailable):
            await store.append_soon(Batch([event(hour=-1)]))
        line = store._line
        assert await store.append_soon(Batch([event()])) == []
        assert store._line is line
        await store.hang_up()

    asyncio.run(work())
    assert store.describe().events == 1
    store.close()


def test_when_its_process_ends_those_who_wait_are_told_and_the_next_finds_the_new_one(
    tmp_path: Path, host: StoreHost
) -> None:
    store = RemoteStore(tmp_path)

    async def until_taken(at: int) -> None:
        for _ in range(600):
            try:
                await store.append_soon(Batch([event(NOON + at, event_id=at)]))
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return
        raise AssertionError("the store did not come back")

    async def work() -> None:
        await until_taken(1)
        os.kill(host.pid, signal.SIGKILL)
        await asyncio.gather(*(until_taken(at) for at in range(2, 12)))
        await store.hang_up()

    asyncio.run(work())
    store.close()
    store = RemoteStore(tmp_path)
    assert store.describe().events == 11
    store.close()


def test_a_group_commit_takes_that_way_and_it_is_noted(tmp_path: Path, host: StoreHost) -> None:
    vitals = Vitals()
    remote = RemoteStore(tmp_path)
    store: Any = noted(remote, vitals)

    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))
        assert await commit.append([event(event_id=1)]) == frozenset()
        assert await commit.append([event(), event(event_id=1)]) == {1}
        await commit.close()

    asyncio.run(work())
    assert remote._line is None
    assert vitals.events["counted", ""] == 2
    assert store.describe().events == 2
    store.close()
