"""Day roll-ups: when they are made, that they are told from wrong ones, and what undoes them."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import Event
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Change, Erase, Move, Regroup, Rejudge, RollUp
from ezee.store.duckdb import rollups, visits
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.duckdb.roller import Roller
from ezee.store.looks import WrongRollups
from tests.store.engines import (
    DAY,
    MINUTE,
    OTHER,
    SITE,
    TODAY,
    Engine,
    RemoteEngine,
    RolledEngine,
    assert_counted,
)
from tests.support.events import NOON, PatientStore, event

EVENTS = [
    event(NOON + at * 11 * MINUTE, visitor=1 + at % 3, page=f"/{at % 4}", source=f"s{at % 2}")
    for at in range(24)
]


def wrong(store: EventStore) -> object:
    return store.look(WrongRollups(SITE))


def rolled(folder: Path) -> list[tuple[int, int, int]]:
    """Site, day and number of events of each roll-up in a file that is closed."""
    with duckdb.connect(folder / FILE_NAME) as connection:
        return connection.execute(
            "select site, day, events from rolled where upto > 0 order by all"
        ).fetchall()


@pytest.mark.parametrize(
    "engine", [Engine, RolledEngine, RemoteEngine], ids=lambda each: each.__name__, indirect=True
)
def test_how_many_events_were_rolled_up(engine: Engine) -> None:
    engine.store.append(Batch([*EVENTS, event(NOON - DAY), event(site=OTHER)]))
    assert engine.store.change(RollUp(SITE)) == len(EVENTS) + 1
    assert engine.store.change(RollUp(SITE)) == 0
    assert engine.store.change(RollUp(SITE, again=True)) == len(EVENTS) + 1
    engine.reopen()
    assert engine.store.change(RollUp(SITE)) == 0
    assert wrong(engine.store) == []
    engine.close()
    days = [(SITE, TODAY - 1, 1), (SITE, TODAY, len(EVENTS))]
    assert [row for row in rolled(engine.folder) if row[0] == SITE] == days
    engine.store = engine.open()


@pytest.mark.parametrize(
    ("change", "left"),
    [
        (Erase(SITE), lambda _: False),
        (Regroup(SITE, [("/gone", "/x")]), lambda _: True),
        (
            Rejudge(SITE, [Move(TODAY, "", "", "", 0, "", "", 0, "", "headless", "tool")]),
            lambda _: False,
        ),
    ],
    ids=["erased", "regrouped", "rejudged"],
)
def test_a_change_undoes_the_roll_ups_it_touches(
    engine: Engine, change: Change, left: Callable[[Event], bool]
) -> None:
    engine.store.append(Batch(EVENTS))
    engine.store.change(RollUp(SITE))
    engine.store.change(change)
    assert_counted(engine.store, [each for each in EVENTS if left(each)])
    engine.store.change(RollUp(SITE))
    assert_counted(engine.store, [each for each in EVENTS if left(each)])
    assert wrong(engine.store) == []


def test_what_is_wrong_is_found(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    engine.store.append(Batch(EVENTS))
    engine.store.change(RollUp(SITE))
    engine.close()
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        connection.execute(
            "update rollups set visitors = visitors + 1 where dimension = 'page' and value = '/2'"
        )
        connection.execute("delete from rollups where dimension = 'source' and value = 's1'")
    engine.store = engine.open()
    assert wrong(engine.store) == [(TODAY, "page", "/2"), (TODAY, "source", "s1")]
    engine.store.change(RollUp(SITE, again=True))
    assert wrong(engine.store) == []
    engine.close()


def test_a_roll_up_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Engine(tmp_path)
    engine.store.append(Batch(EVENTS[:10]))
    engine.store.change(RollUp(SITE))
    engine.store.append(Batch(EVENTS[10:20]))
    with monkeypatch.context() as patch:
        patch.setattr(rollups, "_MARK", "select error('power cut')")
        with pytest.raises(Unavailable):
            engine.store.change(RollUp(SITE))
    engine.store.append(Batch(EVENTS[20:]))
    assert_counted(engine.store, EVENTS)
    engine.store.change(RollUp(SITE))
    assert_counted(engine.store, EVENTS)
    assert wrong(engine.store) == []
    engine.close()


def test_events_come_while_days_are_rolled_up(tmp_path: Path) -> None:
    store = PatientStore(tmp_path)
    events = [
        event(NOON + at * MINUTE // 2, visitor=at % 7, page=f"/{at % 3}") for at in range(400)
    ]
    with ThreadPoolExecutor(1) as other:
        coming = other.submit(lambda: [store.append(Batch([each])) for each in events])
        while not coming.done():
            store.change(RollUp(SITE))
    assert_counted(store, events)
    assert store.look(WrongRollups(SITE)) == []
    store.close()


def test_events_that_come_while_visits_are_derived_are_counted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = visits.derive
    store = PatientStore(tmp_path)
    with monkeypatch.context() as patch:
        # The last three come after the keeper has read how far it is to go.
        patch.setattr(visits, "derive", lambda to, latest: really(to, max(0, latest - 3)) + 3)
        store.append(Batch(EVENTS[:-1]))
        store.change(RollUp(SITE))
    assert _upto(store) == len(EVENTS) - 4
    store.append(Batch(EVENTS[-1:]))
    assert_counted(store, EVENTS)
    assert wrong(store) == []
    store.close()


def test_visits_are_derived_some_events_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "_AT_ONCE", 5)
    in_time = [
        event(NOON + at * 7 * MINUTE, visitor=1 + at % 3, page=f"/{at % 4}") for at in range(48)
    ]
    # The first half are visits of one pageview each, which the second half joins to others.
    events = in_time[::2] + in_time[1::2]
    store = PatientStore(tmp_path)
    store.append(Batch(events[:17]))
    store.change(RollUp(SITE))
    store.append(Batch(events[17:]))
    assert_counted(store, events)
    store.change(RollUp(SITE))
    assert_counted(store, events)
    assert wrong(store) == []
    store.close()


def test_a_day_with_many_events_is_rolled_up_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Roller, "_EVERY", 0.05)
    monkeypatch.setattr(Roller, "_WORTHWHILE", 20)
    few, many = [event(NOON - DAY)], EVENTS
    store = PatientStore(tmp_path)
    store.append(Batch([*few, *many[:-1]]))
    # Once it is rolled up, one event is not many; once it was quiet for long, it is enough.
    while not _upto(store):
        time.sleep(0.05)
    store.append(Batch(many[-1:]))
    assert_counted(store, many)
    first = _upto(store)
    time.sleep(0.3)
    assert _upto(store) == first
    monkeypatch.setattr(Roller, "_QUIET", 0.1)
    while _upto(store) == first:
        time.sleep(0.05)
    store.close()
    assert rolled(tmp_path) == [(SITE, TODAY, len(many))]


@pytest.mark.parametrize(
    "change",
    [
        Erase(SITE, path="/3"),
        Regroup(SITE, [("/2", "/x")]),
        Rejudge(SITE, [Move(TODAY, "", "", "Chrome", 0, "", "", 0, "", "headless", "tool")]),
    ],
    ids=["erased", "regrouped", "rejudged"],
)
def test_a_day_that_was_changed_is_rolled_up_again_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: Change
) -> None:
    monkeypatch.setattr(Roller, "_EVERY", 0.05)
    monkeypatch.setattr(Roller, "_WORTHWHILE", 10)
    store = PatientStore(tmp_path)
    people = [replace(each, path=each.page) for each in EVENTS]
    store.append(Batch([*people, event(NOON, visitor=9, browser="Chrome")]))
    while not _upto(store):
        time.sleep(0.05)
    store.change(change)
    left = store.describe().events
    while _rolled_events(store) != left:
        time.sleep(0.05)
    assert wrong(store) == []
    store.close()


def _rolled_events(store: PatientStore) -> int:
    with store._engine() as file, file.lend() as connection:
        row = connection.execute("select sum(events) from rolled where upto > 0").fetchone()
    return int(row[0] or 0) if row else 0


def _upto(store: PatientStore) -> int:
    """The number of the last event that is rolled up."""
    with store._engine() as file, file.lend() as connection:
        row = connection.execute("select coalesce(max(upto), 0) from rolled").fetchone()
    return int(row[0]) if row else 0
