"""Each event names the visit that owns it: whatever has come, gone or changed, in old files too."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from ezee.model.event import Kind
from ezee.model.query import Filter, Operator, StatsQuery
from ezee.store.base import Batch
from ezee.store.changes import Change, Compact, Erase, Move, Regroup, Rejudge, RollUp
from ezee.store.duckdb import numbers
from ezee.store.duckdb.roller import Roller
from ezee.store.looks import WrongRollups
from tests.store.engines import DAY, MINUTE, OTHER, SITE, TODAY, bot, question
from tests.support.events import NOON, PatientStore, event, readable

KINDS = (Kind.PAGEVIEW, Kind.ENGAGEMENT, Kind.CUSTOM, Kind.PAGEVIEW)
EVENTS = [
    event(
        NOON - DAY * (at % 2) + at * 9 * MINUTE, visitor=at % 4, page=f"/{at % 5}",
        path=f"/{at % 5}", kind=KINDS[at % 4], country="DE" if at % 4 else "FR", name="x",
        browser="Chrome" if at % 7 else "", site=OTHER if at % 11 == 3 else SITE,
    )
    for at in range(90)
]  # fmt: skip
CHANGES: list[Change] = [
    Erase(SITE, path="/3"),
    Erase(SITE, TODAY, TODAY),
    Regroup(SITE, [("/2", "/x")]),
    Rejudge(SITE, [Move(TODAY, "", "", "Chrome", 0, "", "", 0, "", "headless", "tool")]),
    Rejudge(SITE, [Move(TODAY, "Googlebot", "", "", 0, "", "", 0, "", "", "")]),
    Compact(),
]
_PAGE = Filter("page", Operator.CONTAINS, ("/",))
_PLACE = Filter("country", Operator.IS_NOT, ("FR",))
_NAMES = ("page", "source", "country", "event", "page,country", "entry_page,event")


def questions() -> list[StatsQuery]:
    asked = question(breakdowns=_NAMES)
    return [replace(asked, filters=each) for each in ((), (_PAGE,), (_PLACE,), (_PAGE, _PLACE))]


def answers(store: PatientStore) -> list[object]:
    return [store.query(readable(), asked) for asked in questions()]


def wrong(store: PatientStore) -> list[tuple[object, ...]]:
    """The events that name another visit than the one that owns them, and visits that are alone
    with others.
    """
    with store._engine() as file, file.lend() as connection:
        events = connection.execute(
            "select e.seq, e.visit, v.number from events as e left join visits as v "
            "on e.site = v.site and e.day = v.day and e.visitor = v.visitor "
            "and e.happened_at >= v.started_at and e.happened_at <= v.ended_at "
            "where e.visit <> coalesce(v.number, e.seq) or v.number = 0"
        ).fetchall()
        visits = connection.execute(
            "select site, day, visitor from visits group by all "
            "having bool_or(alone) <> (count(*) = 1)"
        ).fetchall()
    return [*events, *visits]


def forget_numbers(store: PatientStore) -> None:
    """As an older version left its file."""
    with store._engine() as file, file.lend() as connection:
        connection.execute("update events set visit = 0")
        connection.execute("update visits set number = 0, alone = false")


def filled(folder: Path) -> PatientStore:
    """Events in any order, half of them rolled up before the others came."""
    store = PatientStore(folder)
    store.append(Batch(EVENTS[::2], bots=[bot(NOON + 5 * MINUTE, page="/1")]))
    store.change(RollUp(SITE))
    store.append(Batch(EVENTS[1::2]))
    answers(store)
    return store


@pytest.mark.parametrize("change", CHANGES, ids=lambda each: type(each).__name__)
def test_after_any_change(tmp_path: Path, change: Change) -> None:
    store = filled(tmp_path)
    assert wrong(store) == []
    store.change(change)
    answers(store)
    assert wrong(store) == []
    store.change(RollUp(SITE))
    store.append(Batch([event(NOON + 4 * MINUTE), event(NOON - 3 * MINUTE, visitor=2)]))
    answers(store)
    assert wrong(store) == []
    store.close()


def test_events_of_an_old_file_are_numbered_while_it_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(numbers, "_AT_ONCE", 7)
    monkeypatch.setattr(Roller, "_WORTHWHILE", 1_000)
    store = filled(tmp_path)
    expected = answers(store)
    forget_numbers(store)
    # Until then both are joined, and the answers are the same.
    assert answers(store) == expected
    assert store._number()
    assert answers(store) == expected
    store.close()
    monkeypatch.setattr(Roller, "_EVERY", 0.05)
    store = PatientStore(tmp_path)
    while wrong(store):
        time.sleep(0.05)
    assert answers(store) == expected
    assert not store._number()
    # What comes late to a day that is rolled up is told from what was there.
    store.append(Batch([event(NOON - DAY + MINUTE, visitor=1)]))
    answers(store)
    assert wrong(store) == []
    assert store.look(WrongRollups(SITE)) == []
    store.close()


def test_numbers_that_are_far_apart_are_told_from_each_other(tmp_path: Path) -> None:
    store = filled(tmp_path)
    expected = answers(store)
    with store._engine() as file, file.lend() as connection:
        for table, column in (("events", "visit"), ("visits", "number")):
            connection.execute(f"update {table} set {column} = {column} * 1000003 << 14")
    assert answers(store) == expected
    store.close()
