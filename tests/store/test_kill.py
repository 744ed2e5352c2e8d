"""Killed at any point of a change, the file has all of it or nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ezee.store.base import Batch
from ezee.store.changes import RollUp
from ezee.store.looks import WrongRollups
from tests.store import dying
from tests.store.engines import MINUTE, SITE, Engine, assert_counted, everything
from tests.support.events import NOON, PatientStore, event


@pytest.mark.parametrize("point", dying.POINTS)
@pytest.mark.parametrize("name", dying.WORK)
def test_all_or_nothing(tmp_path: Path, name: str, point: str) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        folder.mkdir()
        store = PatientStore(folder)
        store.append(dying.STORED)
        store.close()
    store = PatientStore(whole)
    before = everything(store)
    dying.WORK[name](store)
    after = everything(store)
    assert after != before
    _die(killed, name, point)
    opened = PatientStore(killed)
    assert everything(opened) == (after if point == "after the commit" else before)
    # Whoever was not answered asks again.
    dying.WORK[name](opened)
    assert everything(opened) == after
    for each in (store, opened):
        each.close()


@pytest.mark.parametrize("point", dying.SETTLE_POINTS)
def test_what_was_acknowledged_is_in_the_tables_once_wherever_it_died_before(
    tmp_path: Path, point: str
) -> None:
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for folder in (killed, whole):
        folder.mkdir()
        store = PatientStore(folder)
        store.append(dying.STORED)
        store.close()
    store = PatientStore(whole)
    dying.WORK["append"](store)
    _die(killed, "settle", point)
    opened = PatientStore(killed)
    assert everything(opened) == everything(store)
    # A sender who was not told, and sends it once more, does not have it counted again.
    for each in (store, opened):
        dying.WORK["append"](each)
    assert everything(opened) == everything(store)
    for each in (store, opened):
        each.close()
    assert [path.name for path in killed.iterdir()] == ["events.duckdb"]


@pytest.mark.parametrize(
    ("point", "again"),
    [
        *((point, again) for point in dying.ROLL_UP_POINTS for again in (False, True)),
        *((point, True) for point in dying.FOLD_POINTS),
    ],
)
def test_a_roll_up_that_is_killed_leaves_every_number_right(
    tmp_path: Path, point: str, again: bool
) -> None:
    """Whether its day was rolled up before or not; and what comes afterwards is counted."""
    engine = Engine(tmp_path)
    people = [event(NOON + at * 7 * MINUTE, visitor=at % 3, page=f"/{at % 2}") for at in range(9)]
    if again:
        engine.store.append(Batch(people[:5]))
        engine.store.change(RollUp(SITE))
        engine.store.append(Batch(people[5:]))
    else:
        engine.store.append(Batch(people))
    engine.close()
    _die(tmp_path, "roll up", point)
    engine.store = engine.open()
    assert_counted(engine.store, people)
    assert engine.store.look(WrongRollups(SITE)) == []
    late = [event(NOON + at * 11 * MINUTE, visitor=2, page="/late") for at in range(4)]
    engine.store.append(Batch(late))
    assert_counted(engine.store, [*people, *late])
    engine.store.change(RollUp(SITE))
    assert_counted(engine.store, [*people, *late])
    assert engine.store.look(WrongRollups(SITE)) == []
    engine.close()


@pytest.mark.parametrize(("function", "when"), dying.DERIVE_POINTS)
def test_visits_of_a_rolled_day_that_are_killed_leave_every_number_right(
    tmp_path: Path, function: str, when: str
) -> None:
    """What its roll-up was told of is known as before, and nothing is counted twice."""
    engine = Engine(tmp_path)
    people = list(dying.STORED.events)
    engine.store.append(Batch(people))
    engine.store.change(RollUp(SITE))
    engine.close()
    _die(tmp_path, "derive", f"{function}, {when}")
    engine.store = engine.open()
    for _ in range(2):
        assert_counted(engine.store, [*people, *dying.LATE])
        assert engine.store.look(WrongRollups(SITE)) == []
        engine.store.change(RollUp(SITE))
    engine.close()


def _die(folder: Path, name: str, point: str) -> None:
    command = [sys.executable, "-m", "tests.store.dying", str(folder), name, point]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == -9, done.stderr
