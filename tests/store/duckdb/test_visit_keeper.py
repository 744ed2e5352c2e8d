"""The keeper rests between its runs, but not while somebody waits for it."""

from __future__ import annotations

import pytest

from ezee.store.duckdb.visits import VisitKeeper


def test_a_question_ends_its_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 1000.0)
    derived: list[int] = []
    keeper = VisitKeeper(derived.append, 1)
    keeper.wait(10)
    assert derived == [1]
    for latest in (2, 3):
        keeper.announce(latest)
        keeper.wait(10)
    assert derived == [1, 2, 3]
    keeper.stop()


def test_it_is_not_waited_for_longer_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 1000.0)
    monkeypatch.setattr(VisitKeeper, "_REST_IN_HASTE", 1e9)
    derived: list[int] = []
    keeper = VisitKeeper(derived.append, 1)
    keeper.wait(10)
    keeper.announce(2)
    keeper.wait(0.01)
    assert derived == [1]
    keeper.stop()
