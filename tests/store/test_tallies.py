"""Tallies: numbers under names, counted, kept, forgotten, and there after a crash or compaction."""

from __future__ import annotations

from ezee.store.base import Batch
from ezee.store.changes import TALLY_LIMIT, Compact, Count, Erase, Forget, Keep
from ezee.store.looks import EveryTally, HowManyTallies, Row, Tallied
from tests.store.engines import OTHER, TODAY, Engine
from tests.support.events import NOON, event

A = "api:example/a"
B = "api:example/b"
LARGEST = 2**62


def row(engine: Engine, name: str = A) -> Row:
    (found,) = engine.store.look(Tallied([name]))
    return found


def test_additions_add_up_and_make_what_is_not_there(engine: Engine) -> None:
    assert engine.store.change(Count([(A, 1), (B, 5), (A, 2)], TODAY, NOON)) == 2
    assert engine.store.change(Count([(A, -1)], TODAY, NOON + 1)) == 1
    engine.reopen()
    assert engine.store.look(Tallied([B, A, "api:none"])) == [
        (A, 2, TODAY, 2, NOON, NOON + 1, ""),
        (B, 5, TODAY, 5, NOON, NOON, ""),
    ]
    assert engine.store.change(Count([], TODAY, NOON)) == 0
    assert engine.store.look(Tallied([])) == []


def test_another_day_begins_at_nothing_and_the_whole_goes_on(engine: Engine) -> None:
    engine.store.change(Count([(A, 3)], TODAY, NOON))
    engine.store.change(Count([(A, 1)], TODAY + 1, NOON))
    engine.store.change(Count([(A, 1)], TODAY + 1, NOON))
    assert row(engine)[1:4] == (5, TODAY + 1, 2)


def test_what_is_kept_has_its_value_and_terms_and_goes_on_from_there(engine: Engine) -> None:
    assert engine.store.change(Keep(A, 40, "{}", NOON)) == 1
    engine.store.change(Count([(A, 2)], TODAY, NOON + 1))
    assert row(engine) == (A, 42, TODAY, 2, NOON, NOON + 1, "{}")
    assert engine.store.change(Keep(A, 7, "other", NOON + 2)) == 1
    assert row(engine) == (A, 7, TODAY, 2, NOON, NOON + 2, "other")


def test_no_tally_is_too_large_to_be_held(engine: Engine) -> None:
    for _ in range(3):
        engine.store.change(Count([(A, LARGEST), (A, LARGEST), (B, -LARGEST)], TODAY, NOON))
    assert row(engine)[1:4] == (TALLY_LIMIT, TODAY, TALLY_LIMIT)
    assert row(engine, B)[1] == -TALLY_LIMIT
    engine.store.change(Keep(A, LARGEST, "", NOON))
    assert row(engine)[1] == TALLY_LIMIT


def test_some_are_told_and_forgotten_by_how_their_names_begin(engine: Engine) -> None:
    engine.store.change(Count([(A, 1)], TODAY, NOON))
    engine.store.change(Count([(B, 1), ("hits:api:", 1), ("api:%", 1)], TODAY, NOON + 9))
    assert engine.store.look(HowManyTallies("api:")) == [(3,)]
    assert [name for name, *_ in engine.store.look(EveryTally("api:"))] == ["api:%", A, B]
    assert engine.store.change(Forget("api:", NOON + 9)) == 1
    assert [name for name, *_ in engine.store.look(EveryTally(""))] == ["api:%", B, "hits:api:"]


def test_a_name_is_any_text(engine: Engine) -> None:
    for name in ("'; drop table tallies; --", "größer", "a b", ""):
        engine.store.change(Count([(name, 1)], TODAY, NOON))
        assert row(engine, name)[:2] == (name, 1)


def test_events_and_tallies_leave_each_other_alone(engine: Engine) -> None:
    engine.store.append(Batch([event(), event(site=OTHER)]))
    engine.store.change(Count([(A, 1)], TODAY, NOON))
    engine.store.change(Erase(OTHER, receipt="r"))
    engine.store.change(Compact())
    engine.store.change(Count([(A, 1)], TODAY, NOON))
    assert engine.store.describe().events == 1
    assert row(engine)[1] == 2
