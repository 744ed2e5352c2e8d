"""Days are rolled up by themselves once they are over, and again when something comes for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from ezee.errors import Unavailable
from ezee.store.base import Batch
from ezee.store.changes import Erase, Regroup, RollUp
from ezee.store.clickhouse import ClickHouseStore, fences, roller, rollups
from ezee.store.clickhouse.changes import Changer
from ezee.store.clickhouse.clearing import clear
from ezee.store.clickhouse.schema import TABLES
from ezee.store.looks import Condition, WrongRollups
from tests.store.engines import DAY, OTHER, SITE, TODAY, ClusterEngine, assert_counted
from tests.store.test_rollups import EVENTS
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, event

TOMORROW = (TODAY + 1) * DAY
PATHS = [
    event(each.happened_at, visitor=each.visitor, path=each.page, page=each.page) for each in EVENTS
]


@pytest.fixture
def engine(server: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[ClusterEngine]:
    for name in ("_YOUNG", "_QUIET", "_REST"):
        monkeypatch.setattr(roller, name, 0)
    monkeypatch.setattr(roller, "_LOOKED", -(10**9))
    made = ClusterEngine(server)
    yield made
    made.close()


def store_of(engine: ClusterEngine) -> ClickHouseStore:
    assert isinstance(engine.store, ClickHouseStore)
    return engine.store


def look(engine: ClusterEngine, clock: float = TOMORROW) -> None:
    store = store_of(engine)
    store._roller.look(store._servers(), clock)


def true_days(engine: ClusterEngine, site: int = SITE) -> list[int]:
    """The days whose roll-ups questions are answered from."""
    ask = store_of(engine)._servers().ask
    told = rollups.rolled(ask, site, [(0, 2**31 - 1)])
    return sorted(rollups.still_true(ask, site, told))


def test_a_day_is_rolled_up_when_it_is_over_where_its_tracker_is(engine: ClusterEngine) -> None:
    engine.store.append(Batch([*EVENTS, event(NOON, "Asia/Kathmandu", site=OTHER)]))
    look(engine, TOMORROW - 6 * 3_600_000)
    assert true_days(engine) == true_days(engine, OTHER) == []
    look(engine, TOMORROW - 5 * 3_600_000)
    assert (true_days(engine), true_days(engine, OTHER)) == ([], [TODAY])
    look(engine)
    assert true_days(engine) == [TODAY]
    assert_counted(engine.store, EVENTS)
    assert engine.store.look(WrongRollups(SITE)) == []
    assert engine.store.look(Condition())[0][2:4] == (0, 0)


def test_what_comes_late_is_counted_at_once_and_rolled_up_by_the_next_look(
    engine: ClusterEngine,
) -> None:
    engine.store.append(Batch([*EVENTS[:20], event(NOON - DAY)]))
    look(engine)
    engine.store.append(Batch(EVENTS[20:]))
    assert true_days(engine) == [TODAY - 1]
    assert_counted(engine.store, EVENTS)
    look(engine)
    assert true_days(engine) == [TODAY - 1, TODAY]
    assert_counted(engine.store, EVENTS)
    assert engine.store.look(WrongRollups(SITE)) == []


@pytest.mark.parametrize("change", [Erase(SITE, path="/3"), Regroup(SITE, [("/2", "/x")])])
def test_what_is_changed_is_rolled_up_again(engine: ClusterEngine, change: Erase | Regroup) -> None:
    engine.store.append(Batch(PATHS))
    look(engine)
    engine.store.change(change)
    assert true_days(engine) == []
    look(engine)
    assert true_days(engine) == [TODAY]
    assert engine.store.look(WrongRollups(SITE)) == []


def test_while_a_change_is_half_done_events_are_read(engine: ClusterEngine) -> None:
    engine.store.append(Batch(PATHS))
    look(engine)
    store = store_of(engine)
    with pytest.MonkeyPatch.context() as patch:

        def fail(*_: object) -> None:
            raise Unavailable

        patch.setattr("ezee.store.clickhouse.changes.mutate", fail)
        with pytest.raises(Unavailable):
            store.change(Erase(SITE, path="/3"))
    look(engine)
    assert true_days(engine) == []
    assert store.change(RollUp(SITE)) == len(PATHS)
    assert true_days(engine) == []
    with pytest.MonkeyPatch.context() as patch:
        # Whoever has begun it is no more.
        patch.setattr("ezee.store.clickhouse.changes.TRUSTED", -1.0)
        Changer(store._servers(), store._numbers, store._states).go_on()
    look(engine)
    assert true_days(engine) == [TODAY]


@pytest.mark.parametrize("where", ["write", "mark"])
def test_a_roll_up_that_fails_counts_nowhere_and_is_made_again(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    engine.store.append(Batch(EVENTS))
    with monkeypatch.context() as patch:
        really: Callable[..., None] = getattr(rollups, where)

        def fail(*given: object) -> None:
            if where == "write" or any(told[2] for told in given[1]):  # type: ignore[attr-defined]
                if where == "write":
                    really(*given)
                raise Unavailable
            really(*given)

        patch.setattr(rollups, where, fail)
        with suppress(Unavailable):
            look(engine)
    assert true_days(engine) == []
    assert_counted(engine.store, EVENTS)
    look(engine)
    assert true_days(engine) == [TODAY]
    assert_counted(engine.store, EVENTS)
    assert engine.store.look(WrongRollups(SITE)) == []


def test_two_nodes_that_roll_up_at_once_count_once(engine: ClusterEngine) -> None:
    engine.store.append(Batch(EVENTS))
    other = ClickHouseStore(store_of(engine)._address)
    for _ in range(2):
        look(engine)
        other._roller.look(other._servers(), TOMORROW)
        other.change(RollUp(SITE, again=True))
    assert_counted(engine.store, EVENTS)
    assert other.look(WrongRollups(SITE)) == []
    other.close()


def test_a_batch_below_a_fence_is_begun_anew_above_it(engine: ClusterEngine) -> None:
    store = store_of(engine)
    ahead = store._numbers.take() + (3_600_000_000 << 10)
    fences.put_up(store._servers(), ahead)
    assert store.append(Batch([event(event_id=1)])) == []
    assert store.append(Batch([event(event_id=1)])) == [0]
    assert store._numbers.take() > ahead
    assert store.describe().events == 1


def test_what_is_wrong_is_found_and_made_right(engine: ClusterEngine) -> None:
    engine.store.append(Batch(EVENTS))
    look(engine)
    store = store_of(engine)
    ask = store._servers().ask
    ((seq,),) = ask("select max(seq) from rolled")
    columns = list(TABLES["rollups"].columns)
    more = (SITE, "page", TODAY, "/2", 1, 0, 0, 0, 0, 0, 0, seq)
    store._servers().insert(0, "rollups", columns, [more])
    assert store.look(WrongRollups(SITE)) == [(TODAY, "page", "/2")]
    store.change(RollUp(SITE, again=True))
    assert store.look(WrongRollups(SITE)) == []


def test_numbers_of_roll_ups_that_count_no_more_are_cleared_away(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.store.append(Batch(EVENTS))
    look(engine)
    for _ in range(2):
        engine.store.change(RollUp(SITE, again=True))
    store = store_of(engine)
    servers = store._servers()

    def generations() -> int:
        ((number,),) = servers.ask("select count(distinct seq) from rollups where site <> 0")
        return int(number)

    assert generations() == 3
    monkeypatch.setattr("ezee.store.clickhouse.clearing.TRUSTED", -1.0)
    clear(servers, store._numbers, store._states)
    assert generations() == 1
    assert_counted(store, EVENTS)
