"""The group commit, on a real store."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from ezee.errors import EzeeError, Unavailable
from ezee.events.committer import GroupCommit
from ezee.model.event import Bot, DropReason
from ezee.store.base import Batch
from ezee.store.looks import NotCounted, Row
from ezee.store.salts import Salts
from tests.support.events import NOON, SITE_ID, PatientStore, event

SITE = int(SITE_ID[4:], 16)
TODAY = NOON // 86_400_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()


def test_each_sender_is_told_of_their_own_duplicates(tmp_path: Path, store: PatientStore) -> None:
    async def work() -> list[frozenset[int]]:
        commit = GroupCommit(store, Salts(tmp_path))
        answers = await asyncio.gather(
            commit.append([event(event_id=1)]),
            commit.append([event(event_id=2), event(event_id=1), event(event_id=3)]),
            commit.append([event(), event()]),
            commit.append([event(event_id=3)]),
        )
        await commit.close()
        return list(answers)

    assert asyncio.run(work()) == [frozenset(), {1}, frozenset(), {0}]
    assert store.describe().events == 5


def test_one_who_cannot_be_told_is_in_nobodys_way(tmp_path: Path, store: PatientStore) -> None:
    told: list[frozenset[int] | EzeeError] = []

    def fail(_: frozenset[int] | EzeeError) -> None:
        raise ValueError

    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))
        for tell in (fail, told.append):
            commit.add([event(event_id=1)], (), tell)
        await commit.close()

    asyncio.run(work())
    assert told == [frozenset({0})]
    assert store.describe().events == 1


def test_what_is_answered_is_in_the_file(tmp_path: Path) -> None:
    first = PatientStore(tmp_path)

    async def work() -> None:
        commit = GroupCommit(first, Salts(tmp_path))
        await asyncio.gather(*(commit.append([event(NOON + at)]) for at in range(50)))
        await commit.close()

    asyncio.run(work())
    first.close()
    second = PatientStore(tmp_path)
    assert second.describe().events == 50
    second.close()


def test_salts_are_on_disk_before_their_events(tmp_path: Path, store: PatientStore) -> None:
    salts = Salts(tmp_path)
    value, _ = salts.of(10, NOON // 86_400_000, "UTC", NOON)

    async def work() -> None:
        commit = GroupCommit(store, salts)
        await commit.append([event()])
        await commit.close()

    asyncio.run(work())
    assert not salts.unsaved
    assert Salts(tmp_path).of(10, NOON // 86_400_000, "UTC", NOON)[0] == value


def test_a_store_that_cannot_refuses_all_in_line_and_goes_on(tmp_path: Path) -> None:
    """Nobody waits for ever, whatever the failure was."""
    closed = PatientStore(tmp_path)
    closed.close()

    async def work() -> list[object]:
        commit = GroupCommit(closed, Salts(tmp_path))
        first = await asyncio.gather(
            *(commit.append([event()]) for _ in range(3)), return_exceptions=True
        )
        second = await asyncio.gather(commit.append([event()]), return_exceptions=True)
        await commit.close()
        return [*first, *second]

    outcomes = asyncio.run(asyncio.wait_for(work(), 20))
    assert [type(outcome) for outcome in outcomes] == [Unavailable] * 4


def test_an_unforeseen_failure_leaves_no_one_waiting(tmp_path: Path, store: PatientStore) -> None:
    """An event that cannot even be encoded: no step lets one pass, and yet."""
    poison = replace(event(), title="\ud800")

    async def work() -> list[object]:
        commit = GroupCommit(store, Salts(tmp_path))
        waiting = [asyncio.ensure_future(commit.append([poison]))]
        await asyncio.sleep(0)
        waiting += [asyncio.ensure_future(commit.append([event()])) for _ in range(3)]
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
        await commit.close()
        return list(outcomes)

    outcomes = asyncio.run(asyncio.wait_for(work(), 20))
    assert isinstance(outcomes[0], Unavailable)
    assert outcomes[1:] == [frozenset()] * 3
    assert store.describe().events == 3


def test_a_line_that_is_too_long_is_refused_at_once(tmp_path: Path, store: PatientStore) -> None:
    async def work() -> tuple[object, frozenset[int]]:
        commit = GroupCommit(store, Salts(tmp_path))
        refused = await asyncio.gather(commit.append([event()] * 20_001), return_exceptions=True)
        accepted = await commit.append([event()])
        await commit.close()
        return refused[0], accepted

    refused, accepted = asyncio.run(work())
    assert isinstance(refused, Unavailable)
    assert refused.retry_after == 1
    assert accepted == frozenset()
    assert store.describe().events == 1


def test_settled_waits_for_what_is_in_line(tmp_path: Path, store: PatientStore) -> None:
    """So that an erasure that follows leaves nothing to come."""

    async def work() -> int:
        commit = GroupCommit(store, Salts(tmp_path))
        note(commit)
        waiting = [asyncio.ensure_future(commit.append([event(NOON + at)])) for at in range(5)]
        await asyncio.sleep(0)
        await commit.settled()
        assert not_counted(store) == excluded(1)
        stored = store.describe().events
        await asyncio.gather(*waiting)
        await commit.close()
        return stored

    assert asyncio.run(work()) == 5


def test_settled_does_not_wait_for_those_who_come_later(
    tmp_path: Path, store: PatientStore
) -> None:
    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))

        async def feed() -> None:
            while True:
                await commit.append([event()])

        feeding = [asyncio.ensure_future(feed()) for _ in range(4)]
        await commit.append([event()])
        await commit.settled()
        for task in feeding:
            task.cancel()
        await asyncio.gather(*feeding, return_exceptions=True)
        await commit.close()

    asyncio.run(asyncio.wait_for(work(), 20))


def not_counted(store: PatientStore) -> list[Row]:
    """Of today: day, reason, rule, category, number."""
    return store.look(NotCounted(SITE, TODAY, TODAY))


def note(commit: GroupCommit, times: int = 1) -> None:
    for _ in range(times):
        commit.ledger.note(SITE, TODAY, DropReason.EXCLUDED)


def excluded(times: int) -> list[Row]:
    return [(TODAY, "excluded", "", "", times)]


def test_bots_stand_in_line_as_events_do(tmp_path: Path, store: PatientStore) -> None:
    bot = Bot(event(event_id=9), "Googlebot", "search", "")

    async def work() -> list[frozenset[int]]:
        commit = GroupCommit(store, Salts(tmp_path))
        answers = await asyncio.gather(
            commit.append((), [bot]),
            commit.append([event(event_id=1)], [bot, bot]),
            commit.append([event(), event(event_id=1)], [bot]),
        )
        await commit.close()
        return list(answers)

    assert asyncio.run(work()) == [frozenset(), frozenset(), {1}]
    described = store.describe()
    assert (described.events, described.bots) == (2, 1)


def test_bots_count_towards_the_length_of_the_line(tmp_path: Path, store: PatientStore) -> None:
    bot = Bot(event(), "Googlebot", "search", "")

    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))
        with pytest.raises(Unavailable):
            await commit.append([event()] * 10_000, [bot] * 10_001)
        await commit.close()

    asyncio.run(work())
    assert store.describe().bots == 0


def test_the_ledger_is_stored_when_it_is_entered_and_not_before(
    tmp_path: Path, store: PatientStore
) -> None:
    async def work() -> list[list[Row]]:
        commit = GroupCommit(store, Salts(tmp_path))
        note(commit, 2)
        await commit.append([event()])
        seen = [not_counted(store)]
        await commit.enter()
        seen.append(not_counted(store))
        await commit.enter()
        note(commit)
        await asyncio.gather(commit.enter(), commit.append([event()]), commit.enter())
        seen.append(not_counted(store))
        note(commit)
        await commit.close()
        return [*seen, not_counted(store)]

    assert asyncio.run(work()) == [[], excluded(2), excluded(3), excluded(4)]


class Forgetful(PatientStore):
    """An engine whose answers are lost for a while, as when its process is killed; what it was
    given is stored, or not.
    """

    losing = ""

    def append(self, batch: Batch) -> list[int]:
        if self.losing == "before":
            raise Unavailable
        known = super().append(batch)
        if self.losing == "after":
            raise Unavailable
        return known


@pytest.mark.parametrize("losing", ["before", "after"])
def test_a_tally_is_stored_once_whatever_failed(tmp_path: Path, losing: str) -> None:
    store = Forgetful(tmp_path)

    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))
        note(commit, 2)
        store.losing = losing
        await commit.enter()
        note(commit, 4)
        await commit.enter()
        store.losing = ""
        assert not_counted(store) == (excluded(2) if losing == "after" else [])
        await commit.close()

    asyncio.run(work())
    assert not_counted(store) == excluded(6)
    store.close()


def test_a_tally_waits_for_the_next_commit_that_can(tmp_path: Path, store: PatientStore) -> None:
    """A batch that cannot be stored takes the tally beside it along, but not for good."""
    poison = replace(event(), title="\ud800")

    async def work() -> None:
        commit = GroupCommit(store, Salts(tmp_path))
        note(commit)
        outcomes = await asyncio.gather(
            commit.append([poison]), commit.enter(), return_exceptions=True
        )
        assert [type(outcome) for outcome in outcomes] == [Unavailable, type(None)]
        assert not_counted(store) == []
        await commit.enter()
        await commit.close()

    asyncio.run(work())
    assert not_counted(store) == excluded(1)
