"""Events and questions that are drawn, and both engines asked them.

Events lie around odd days of each of a dozen places. They are asked about before anything is rolled
up, while some days are, when more has come since, and when all days are.
"""

from __future__ import annotations

import os
import random
from typing import NamedTuple, TypeVar

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.model.event import Event, Population
from ezee.stats.run import report
from ezee.store.base import Batch, EventStore, Progress
from ezee.store.changes import RollUp
from ezee.store.looks import WrongRollups
from tests.stats.test_rolled import parameters_of, rolled_cases
from tests.support.cases import PLACES, cases, questions
from tests.support.clock import instant
from tests.support.events import readable
from tests.support.reference import Question

STAGES = 4
NUMBERED_PLACES = [*enumerate(PLACES, start=1)]
_THOROUGH = os.environ.get("EZEE_TESTS_EXAMPLES") == "thorough"
_TIMES = 10 if _THOROUGH else 1
_CASES = 13

Place = tuple[str, str]
Asked = tuple[Question, list[tuple[str, str]]]
T = TypeVar("T")


class Many(NamedTuple):
    """How many questions of a place are drawn: of any kind, and of such as roll-ups answer."""

    any_kind: int
    rollable: int

    @property
    def compared(self) -> int:
        """How many answers about all places are compared."""
        return len(PLACES) * STAGES * (self.any_kind + self.rollable)


def compare(stores: tuple[EventStore, EventStore], place: Place, number: int, many: Many) -> int:
    """Ask two engines whatever is drawn; returns how many answers were the same, as all must be."""
    stored = [replace(each, site=number) for each in _events_around(place, number)]
    named = readable(place[0], f"ezi_{number:012x}")
    half = len(stored) // 2
    # What comes then are the lines of a log, in bulk, to days that are rolled up by now.
    lines = [replace(each, population=Population.IMPORT) for each in stored[half:]]
    done = Progress(1, "head", half, half, "tail", 7, finished=True, unjudged=False)
    coming = (Batch(stored[:half]), None, Batch(lines, number, done), None)
    put = _asked(place, number, many)
    compared = 0
    for batch in coming:
        for store in stores:
            if batch is not None:
                store.append(batch)
            else:
                store.change(RollUp(number))
        for question, parameters in put:
            one, other = (report(each, named, parameters, question.now) for each in stores)
            assert other == one, parameters
            compared += 1
    assert [store.look(WrongRollups(number)) for store in stores] == [[], []]
    return compared


def _drawn(strategy: st.SearchStrategy[T], number: int, begin: int) -> list[T]:
    """So many examples, the same in every run of one beginning unless many are asked for."""
    found: list[T] = []

    @seed(random.randrange(2**32) if _THOROUGH else begin)
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


def _events_around(place: Place, number: int) -> list[Event]:
    """Some dozens, in the order they are stored."""
    found = _drawn(cases(st.just(place)), _CASES, number)
    return [each for case in found for each in case.events]


def _asked(place: Place, number: int, many: Many) -> list[Asked]:
    any_kind = st.tuples(questions(place[0], instant(place[1])), _comparisons(place))
    rollable = st.tuples(rolled_cases(place), _comparisons(place))
    found = _drawn(any_kind, many.any_kind * _TIMES, number)
    cases_found = _drawn(rollable, many.rollable * _TIMES, number)
    found += [((case.question, parameters_of(case)), compared) for case, compared in cases_found]
    return [
        # There is nothing before all there is.
        (question, parameters if question.whole else [*parameters, *compared])
        for (question, parameters), compared in found
    ]


def _comparisons(place: Place) -> st.SearchStrategy[list[tuple[str, str]]]:
    """What a question's range is compared with, every now and then."""
    texts = ["", "", "", "", "", "previous", "year", f"{place[1][:10]}..{place[1][:10]}"]
    return st.sampled_from([[("compare", text)] if text else [] for text in texts])
