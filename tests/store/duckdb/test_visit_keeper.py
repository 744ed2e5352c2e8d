"""The keeper rests between its runs, but not while somebody waits for it."""

from __future__ import annotations

import time

import pytest

from ezee.store.duckdb.visits import VisitKeeper


class Derived(list[int]):
    """Up to which events visits were derived."""

    def up_to(self, latest: int) -> int:
        self.append(latest)
        return latest


def test_a_question_ends_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 1000.0)
    derived = Derived()
    keeper = VisitKeeper(derived.up_to, 1)
    keeper.wait(10)
    assert derived == [1]
    for latest in (2, 3):
        keeper.announce(latest)
        keeper.wait(10)
    assert derived == [1, 2, 3]
    keeper.stop()


def test_a_question_waits_for_all_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
    derived = Derived()

    def some(latest: int) -> int:
        return derived.up_to(min(latest, 2 * (len(derived) + 1)))

    keeper = VisitKeeper(some, 7)
    keeper.wait(10)
    keeper.stop()
    assert derived == [2, 4, 6, 7]


def test_it_is_not_waited_for_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 1000.0)
    monkeypatch.setattr(VisitKeeper, "_REST_IN_HASTE", 1e9)
    derived = Derived()
    keeper = VisitKeeper(derived.up_to, 1)
    keeper.wait(10)
    keeper.announce(2)
    keeper.wait(0.01)
    assert derived == [1]
    keeper.stop()


def test_after_events_in_bulk_it_rests_for_longer_and_a_question_ends_that_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rests: list[bool] = []

    def rest_after(_: VisitKeeper, __: float, ___: float, in_bulk: bool) -> float:
        rests.append(in_bulk)
        return 1000.0

    monkeypatch.setattr(VisitKeeper, "_rest_after", rest_after)
    derived = Derived()
    keeper = VisitKeeper(derived.up_to, 1)
    keeper.wait(10)
    for latest, in_bulk in ((2, True), (3, False)):
        keeper.announce(latest, in_bulk=in_bulk)
        keeper.wait(10)
    keeper.stop()
    assert derived == [1, 2, 3]
    assert rests == [False, True, False]
    monkeypatch.undo()
    assert keeper._rest_after(1.0, 1.0, True) > keeper._rest_after(1.0, 1.0, False)


def test_it_rests_for_what_it_worked_not_for_what_it_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rests: list[tuple[float, float]] = []

    def rest_after(_: VisitKeeper, took: float, worked: float, __: bool) -> float:
        rests.append((took, worked))
        return 0.0

    def wait(latest: int) -> int:
        time.sleep(0.2)
        return latest

    monkeypatch.setattr(VisitKeeper, "_rest_after", rest_after)
    keeper = VisitKeeper(wait, 1)
    keeper.wait(10)
    keeper.stop()
    ((took, worked),) = rests
    assert took >= 0.2
    assert worked < 0.1
