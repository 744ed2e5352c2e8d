"""A roll-up that is brought up to date is what counting the whole day anew gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.model.event import Event, Kind
from ezee.store.base import Batch
from ezee.store.changes import RollUp
from ezee.store.duckdb import folding
from ezee.store.duckdb.file import Connection
from ezee.store.looks import WrongRollups
from tests.store.engines import DAY, MINUTE, OTHER, SITE, assert_counted
from tests.support.events import NOON, PatientStore, event

FIRST = [
    event(NOON + at * 11 * MINUTE, visitor=1 + at % 5, page=f"/{at % 4}", source=f"s{at % 2}")
    for at in range(40)
]
# Another of somebody who was there: it lengthens a visit, which is no bounce any more.
SAME_VISIT = event(NOON + 40 * 11 * MINUTE, visitor=1, page="/0")
# Between two visits of somebody, which become one; the page is new.
BETWEEN = event(NOON + 28 * MINUTE, visitor=1, page="/new")
# Before the first: its source is the visit's now, and the one before has nobody any more.
EARLIER = event(NOON - MINUTE, visitor=9, page="/", source="only")
EARLIEST = event(NOON - 2 * MINUTE, visitor=9, page="/", source="first")
SOLD = event(NOON, visitor=3, kind=Kind.CUSTOM, name="buy", amount=990, currency="EUR")
LEAVING = event(NOON + 5 * MINUTE, visitor=2, kind=Kind.ENGAGEMENT, name="engagement")


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> list[Connection]:
    """A connection for each time that roll-ups were brought up to date."""
    times: list[Connection] = []
    really = folding.fold

    def fold(connection: Connection) -> None:
        times.append(connection)
        really(connection)

    monkeypatch.setattr(folding, "fold", fold)
    return times


@pytest.mark.parametrize(
    "later",
    [
        [SAME_VISIT],
        [BETWEEN],
        [EARLIEST],
        [SOLD],
        [LEAVING],
        [SAME_VISIT, BETWEEN, EARLIEST, SOLD, LEAVING],
    ],
    ids=["same visit", "between", "earlier", "sold", "leaving", "all"],
)
def test_what_comes_is_added_to_a_day_that_is_rolled_up(
    tmp_path: Path, folded: list[Connection], later: list[Event]
) -> None:
    store = PatientStore(tmp_path)
    store.append(Batch([*FIRST, EARLIER]))
    store.change(RollUp(SITE))
    assert not folded
    for each in later:
        store.append(Batch([each]))
        store.change(RollUp(SITE))
    assert len(folded) == len(later)
    assert store.look(WrongRollups(SITE)) == []
    assert_counted(store, [*FIRST, EARLIER, *later])
    store.close()


def test_a_value_that_nobody_has_any_more_is_gone(tmp_path: Path, folded: list[Connection]) -> None:
    store = PatientStore(tmp_path)
    store.append(Batch([*FIRST, EARLIER]))
    store.change(RollUp(SITE))
    store.append(Batch([EARLIEST]))
    store.change(RollUp(SITE))
    assert folded
    with store._engine() as file, file.lend() as connection:
        rows = connection.execute("select value from rollups where dimension = 'source'").fetchall()
    assert sorted(value for (value,) in rows) == ["first", "s0", "s1"]
    store.close()


def test_a_day_that_grew_much_is_counted_anew_as_is_one_that_is_to_be(
    tmp_path: Path, folded: list[Connection]
) -> None:
    store = PatientStore(tmp_path)
    store.append(Batch(FIRST[:20]))
    store.change(RollUp(SITE))
    store.append(Batch(FIRST[20:]))
    store.change(RollUp(SITE))
    assert not folded
    store.append(Batch([SAME_VISIT]))
    store.change(RollUp(SITE, again=True))
    assert not folded
    assert_counted(store, [*FIRST, SAME_VISIT])
    store.close()


def test_days_that_grew_little_and_much_are_rolled_up_together(
    tmp_path: Path, folded: list[Connection]
) -> None:
    before = [event(NOON - DAY), event(NOON - DAY, site=OTHER)]
    store = PatientStore(tmp_path)
    store.append(Batch([*FIRST, *before]))
    store.change(RollUp(SITE))
    later = [SAME_VISIT, event(NOON - DAY + MINUTE, visitor=2), event(NOON, site=OTHER)]
    store.append(Batch(later))
    assert store.change(RollUp(SITE)) == len(FIRST) + 1 + 2
    assert len(folded) == 1
    assert store.look(WrongRollups(SITE)) == []
    assert_counted(store, [*FIRST, SAME_VISIT])
    store.close()
