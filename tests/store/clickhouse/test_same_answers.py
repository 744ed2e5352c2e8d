"""Whatever is asked about whatever events: both engines say the same, to the last digit.

Events are drawn around odd days of each of a dozen places, and for each place questions about them:
before anything is rolled up, while some days are, and when all are.
``EZEE_TESTS_EXAMPLES=thorough`` asks ten times as many.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.model.event import Event, Population
from ezee.stats.run import report
from ezee.store.base import Batch, EventStore, Progress
from ezee.store.changes import RollUp
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.looks import WrongRollups
from tests.stats.test_rolled import parameters_of, rolled_cases
from tests.store.engines import ClusterEngine
from tests.support.cases import PLACES, cases, questions
from tests.support.clickhouse import Cluster
from tests.support.clock import instant
from tests.support.events import PatientStore, readable
from tests.support.reference import Question

_TIMES = 10 if os.environ.get("EZEE_TESTS_EXAMPLES") == "thorough" else 1
# Of each place and stage.
_ANY = 12 * _TIMES
_ROLLABLE = 8 * _TIMES
_DRAWN = 13

Asked = tuple[Question, list[tuple[str, str]]]
Stores = tuple[EventStore, EventStore]
T = TypeVar("T")


@pytest.fixture
def stores(server: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stores]:
    """The embedded engine and ClickHouse."""
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
    embedded, cluster = PatientStore(tmp_path), ClusterEngine(server)
    yield embedded, cluster.store
    embedded.close()
    cluster.close()


def drawn(strategy: st.SearchStrategy[T], number: int, begin: int) -> list[T]:
    """So many examples, the same in every run of one beginning unless many are asked for."""
    found: list[T] = []

    @seed(random.randrange(2**32) if _TIMES > 1 else begin)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def gather(each: T) -> None:
        found.append(each)

    gather()
    return found


def events_around(place: tuple[str, str], number: int) -> list[Event]:
    """Some dozens, in the order they are stored."""
    found = drawn(cases(st.just(place)), _DRAWN, number)
    return [each for case in found for each in case.events]


def asked(place: tuple[str, str], number: int) -> list[Asked]:
    """Questions of every kind, and of the kind that roll-ups answer."""
    rollable = drawn(rolled_cases(place), _ROLLABLE, number)
    return [
        *drawn(questions(place[0], instant(place[1])), _ANY, number),
        *((each.question, parameters_of(each)) for each in rollable),
    ]


@pytest.mark.parametrize(("number", "place"), [*enumerate(PLACES, start=1)])
def test_both_engines_say_the_same(stores: Stores, number: int, place: tuple[str, str]) -> None:
    stored = [replace(each, site=number) for each in events_around(place, number)]
    named = readable(place[0], f"ezi_{number:012x}")
    half = len(stored) // 2
    # What comes then are the lines of a log, in bulk, to days that are rolled up by now.
    lines = [replace(each, population=Population.IMPORT) for each in stored[half:]]
    done = Progress(1, "head", half, half, "tail", 7, finished=True, unjudged=False)
    coming = (Batch(stored[:half]), None, Batch(lines, number, done), None)
    put = asked(place, number)
    for batch in coming:
        for store in stores:
            if batch is not None:
                store.append(batch)
            else:
                store.change(RollUp(number))
        for question, parameters in put:
            embedded, cluster = (report(each, named, parameters, question.now) for each in stores)
            assert cluster == embedded, parameters
    assert [store.look(WrongRollups(number)) for store in stores] == [[], []]
