"""Events expire while others write, ask, erase and die: everything counts once, as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace

from ezee.errors import InvalidRequest, Unavailable
from ezee.model.query import Interval, Range
from ezee.store.base import Batch
from ezee.store.changes import Erase, Expire, Move, Regroup, Rejudge, RollUp
from ezee.store.clickhouse import ClickHouseStore, changes, expired, expiring, rollups, visible
from ezee.store.clickhouse.clearing import clear
from ezee.store.clickhouse.expiring import Expirer
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.states import Span
from ezee.store.looks import BotViews, Erased, KeptFrom, NotCounted, WrongRollups
from tests.store.engines import DAY, SITE, TODAY, ClusterEngine, ask, question
from tests.store.test_expiring import (
    EVENTS,
    OLD,
    REMOVED,
    ROLLABLE,
    WHOLE,
    expire,
    fill,
)
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, event

_WRITES = 10


@pytest.fixture
def engine(server: Cluster) -> Iterator[ClusterEngine]:
    made = ClusterEngine(server)
    fill(made.store)
    yield made
    made.close()


def store_of(engine: ClusterEngine) -> ClickHouseStore:
    assert isinstance(engine.store, ClickHouseStore)
    return engine.store


def told(engine: ClusterEngine) -> list[object]:
    """What has to stay as it was."""
    return [
        ask(engine, ROLLABLE["report"]),
        ask(engine, ROLLABLE["compared"]),
        engine.store.look(NotCounted(SITE, TODAY - 9, TODAY)),
        engine.store.look(BotViews(SITE, 0, TODAY, "/p", ("Googlebot",))),
        engine.store.describe(SITE).first_day,
    ]


class Dying:
    """What writes does so only so many times, the last time unheard."""

    def __init__(self, patch: pytest.MonkeyPatch, times: int) -> None:
        self.left = times
        for where, name in ((Servers, "insert"), (Servers, "converse_at"), (expiring, "mutate")):
            self._limit(patch, where, name)

    def _limit(self, patch: pytest.MonkeyPatch, where: object, name: str) -> None:
        really = getattr(where, name)

        def act(*given: Any) -> Any:
            self.left -= 1
            if self.left < -1:
                raise Unavailable
            done = really(*given)
            if self.left == -1:
                raise Unavailable
            return done

        patch.setattr(where, name, act)


@pytest.mark.parametrize("times", range(_WRITES))
def test_cut_off_after_each_of_its_writes_it_is_gone_on_with_by_another(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    before = told(engine)
    with monkeypatch.context() as patch:
        Dying(patch, times)
        with pytest.raises(Unavailable):
            expire(engine.store)
    for _ in range(2):
        engine.reopen()
        assert told(engine) == before
        assert engine.store.look(WrongRollups(SITE)) == []
        expire(engine.store)
        assert engine.store.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
        assert engine.store.look(KeptFrom()) == [(SITE, OLD)]
        assert engine.store.describe(SITE).events == len(EVENTS) - 24
    assert told(engine) == before


def test_these_are_all_of_its_writes(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        dying = Dying(patch, 100)
        expire(engine.store)
    assert 100 - dying.left == _WRITES


def test_what_was_counted_goes_though_nobody_asks_again(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(engine)
    with monkeypatch.context() as patch:
        patch.setattr(expiring, "mutate", _fail)
        with pytest.raises(Unavailable):
            expire(engine.store)
    assert told(engine) == before
    assert _rows(engine) == 24
    with pytest.raises(InvalidRequest, match="from 2026-03-08 on"):
        ask(engine, question(Interval.HOUR, range=WHOLE))
    monkeypatch.setattr(changes, "TRUSTED", -1.0)
    store_of(engine)._tidy()
    assert _rows(engine) == 0
    assert engine.store.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
    assert told(engine) == before


def test_a_batch_that_is_begun_is_awaited_and_one_that_begins_is_refused(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = ClickHouseStore(engine._address)
    servers = store_of(engine)._servers()
    late = [event(NOON - 3 * DAY, visitor=each) for each in (7, 8)]
    day = TODAY - 3
    refused: list[list[int]] = []

    def come(self: Expirer) -> None:
        refused.append(other.append(Batch([late[1], event(visitor=8)])))
        really(self)

    really = Expirer._await_others
    monkeypatch.setattr(Expirer, "_await_others", come)
    monkeypatch.setattr(expiring, "_PATIENCE", 0.0)
    writing = other._states.writing(servers, other._numbers.take(), [Span(SITE, day, day)])
    with writing, pytest.raises(Unavailable):
        expire(engine.store)
    assert refused == [[0]]
    assert engine.store.describe(SITE).events == len(EVENTS) + 1
    old = replace(ROLLABLE["report"], range=Range(TODAY - 9, OLD - 1))
    before = ask(engine, old)
    assert expire(engine.store) == 28
    assert ask(engine, old) == before
    assert refused == [[0], [0]]
    other.close()


def test_two_that_have_the_same_expire_count_once(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(engine)
    other = ClickHouseStore(engine._address)
    really = Expirer._count_bots
    done: list[int] = []

    def count(self: Expirer, *given: Any) -> None:
        if not done:
            done.append(0)
            done[0] = expire(other)
        really(self, *given)

    monkeypatch.setattr(Expirer, "_count_bots", count)
    expire(engine.store)
    assert done == [28]
    assert told(engine) == before
    assert engine.store.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
    # What the second has rolled up and counted in vain is cleared away.
    monkeypatch.setattr("ezee.store.clickhouse.clearing.TRUSTED", -1.0)
    store = store_of(engine)
    clear(store._servers(), store._numbers, store._states)
    assert told(engine) == before
    ((numbers,),) = store._servers().ask(
        "select count(distinct seq) from rollups_bots where site <> 0"
    )
    assert numbers == 1
    other.close()


def test_both_may_say_that_they_have_counted(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(engine)
    other = ClickHouseStore(engine._address)
    really = rollups.mark_for_good
    met: list[bool] = []

    def mark(*given: Any) -> None:
        if not met:
            met.append(True)
            expire(other)
        really(*given)

    monkeypatch.setattr(rollups, "mark_for_good", mark)
    expire(engine.store)
    assert told(engine) == before
    assert engine.store.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
    assert engine.store.look(WrongRollups(SITE)) == []
    other.close()


def test_a_question_that_was_begun_before_is_answered_as_before(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ask(engine, ROLLABLE["report"])
    hours = ask(engine, question(Interval.HOUR, range=WHOLE))
    assert hours.totals == before.totals
    other = ClickHouseStore(engine._address)
    expired_then = False

    def look(servers: Servers) -> Any:
        nonlocal expired_then
        seen = really(servers)
        if not expired_then:
            expired_then = True
            expire(other)
        return seen

    really = visible.look
    monkeypatch.setattr(visible, "look", look)
    assert ask(engine, ROLLABLE["report"]) == before
    assert expired_then
    other.close()


def test_a_day_that_is_rolled_up_too_late_stays_as_it_was(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = told(engine)
    other = ClickHouseStore(engine._address)
    really = rollups.write

    def write(*given: Any) -> None:
        monkeypatch.setattr(rollups, "write", really)
        expire(other)
        really(*given)

    monkeypatch.setattr(rollups, "write", write)
    engine.store.change(RollUp(SITE, again=True))
    assert told(engine) == before
    other.close()


@pytest.mark.parametrize(
    "change",
    [
        Regroup(SITE, [("/1", "/x")]),
        Rejudge(SITE, [Move(TODAY - 3, "curl", "", "", 0, "", "", 0, "", "", "")]),
    ],
    ids=["regroup", "rejudge"],
)
def test_what_is_announced_is_not_changed_any_more(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch, change: Regroup | Rejudge
) -> None:
    old = replace(ROLLABLE["report"], range=Range(TODAY - 9, OLD - 1))
    report = ask(engine, old)
    with monkeypatch.context() as patch:
        patch.setattr(Expirer, "_await_others", _fail)
        with pytest.raises(Unavailable):
            expire(engine.store)
    before = engine.store.look(NotCounted(SITE, TODAY - 9, OLD - 1))
    engine.store.change(change)
    assert engine.store.look(NotCounted(SITE, TODAY - 9, OLD - 1)) == before
    assert ask(engine, old) == report


def test_what_is_announced_is_ended_before_days_are_erased(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Expirer, "_await_others", _fail)
        with pytest.raises(Unavailable):
            expire(engine.store)
        with pytest.raises(InvalidRequest, match="from 2026-03-08 on"):
            engine.store.change(Erase(SITE, path="/1"))
        with pytest.raises(Unavailable):
            engine.store.change(Erase(SITE, TODAY - 3, TODAY - 3))
    assert engine.store.change(Erase(SITE, TODAY - 3, TODAY - 3, receipt="e", at=NOON)) == 16
    assert engine.store.look(Erased("e")) == [(12, 4, 4, 3, 1, NOON, 0)]
    assert engine.store.look(KeptFrom()) == [(SITE, OLD)]
    assert ask(engine, ROLLABLE["report"]).totals.pageviews == len(EVENTS) - 12


def test_an_erasure_that_was_cut_off_is_ended_before_anything_expires(
    engine: ClusterEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase = Erase(SITE, TODAY - 3, path="/1", receipt="e", at=NOON)
    with monkeypatch.context() as patch:
        patch.setattr(changes, "mutate", _fail)
        with pytest.raises(Unavailable):
            engine.store.change(erase)
    with monkeypatch.context() as patch:
        patch.setattr(expiring, "_PATIENCE", 0.0)
        with pytest.raises(Unavailable):
            expire(engine.store)
    engine.reopen()
    with monkeypatch.context() as patch:
        patch.setattr(changes, "TRUSTED", -1.0)
        store_of(engine)._tidy()
    assert engine.store.look(Erased("e"))[0][0] == 12
    before = ask(engine, ROLLABLE["report"])
    expire(engine.store)
    assert ask(engine, ROLLABLE["report"]) == before


def test_days_go_one_after_another(engine: ClusterEngine) -> None:
    before = told(engine)
    for day in range(TODAY - 3, TODAY + 1):
        engine.store.change(RollUp(SITE))
        engine.store.change(Expire(SITE, day, f"r{day}", NOON))
        assert told(engine)[:3] == before[:3]
    assert expired.kept(store_of(engine)._servers(), SITE) == (TODAY, TODAY, TODAY)


def _fail(*_: object) -> None:
    raise Unavailable


def _rows(engine: ClusterEngine) -> int:
    asked = f"select count(*) from events where site = {SITE} and day < {OLD}"
    ((rows,),) = store_of(engine)._servers().ask(asked)
    return int(rows)
