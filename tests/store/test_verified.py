"""Questions about verified events alone."""

from __future__ import annotations

import pytest

from ezee.model.query import Interval, Range
from ezee.model.result import BreakdownRow, Counts
from ezee.store.base import Batch
from tests.store.engines import MINUTE, TODAY, Engine, ask, question
from tests.support.events import NOON, event

EVENTS = [
    event(page="/a", country="DE"),
    event(NOON + MINUTE, page="/b", country="DE", verified=True),
    event(NOON + 40 * MINUTE, page="/c", country="FR"),
    event(NOON + 2 * MINUTE, visitor=2, page="/a", country="FR", verified=True),
    event(NOON + 3 * MINUTE, visitor=3, page="/a", country="FR"),
]


def test_verified_events_and_the_visits_that_have_one(engine: Engine) -> None:
    engine.store.append(Batch(EVENTS))
    asked = question(breakdowns=("page", "country"), verified=True)
    for _ in range(2):
        answer = ask(engine, asked)
        assert answer.totals == Counts(
            visitors=2, visits=2, pageviews=2, bounces=1, duration=MINUTE
        )
        assert answer.breakdowns["page"].rows == [
            BreakdownRow("/a", 1, 1),
            BreakdownRow("/b", 1, 1),
        ]
        assert answer.breakdowns["country"].rows == [
            BreakdownRow("DE", 1, 1),
            BreakdownRow("FR", 1, 1),
        ]
        engine.reopen()
    assert ask(engine).totals.visits == 4


@pytest.mark.parametrize("interval", [Interval.MINUTE, Interval.HOUR])
def test_verified_events_of_a_range_that_cuts_a_day(engine: Engine, interval: Interval) -> None:
    """The visit began before the range, its verified event lies within."""
    engine.store.append(Batch(EVENTS))
    span = Range(TODAY, TODAY, NOON + MINUTE, NOON + 4 * MINUTE)
    answer = ask(engine, question(interval, ("country",), range=span, verified=True))
    assert answer.totals == Counts(visitors=2, visits=1, pageviews=2, bounces=1)
    assert answer.breakdowns["country"].rows == [
        BreakdownRow("DE", 1, 0),
        BreakdownRow("FR", 1, 1),
    ]


def test_a_visit_is_verified_as_soon_as_one_of_its_events_is(engine: Engine) -> None:
    engine.store.append(Batch([event()]))
    assert ask(engine, question(verified=True)).totals == Counts()
    engine.store.append(Batch([event(NOON + 1, verified=True)]))
    assert ask(engine, question(verified=True)).totals == Counts(
        visitors=1, visits=1, pageviews=1, duration=1
    )
