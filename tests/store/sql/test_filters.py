"""Filters on events and on visits, one by one and together."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezee.model.event import Kind
from ezee.model.query import Filter, Operator, Range
from ezee.model.result import BreakdownRow, Counts
from ezee.store.base import Batch, EventStore
from tests.store.engines import MINUTE, TODAY, Engine, ask, question
from tests.support.events import NOON, PatientStore, event, readable

FREE, PRO = '{"plan":"Free"}', '{"plan":"pro","a.b-c":"it\'s \\"1%\\""}'
EVENTS = [
    event(page="/", country="DE", visitor=1),
    event(NOON + MINUTE, page="/Docs", country="DE", visitor=1),
    event(NOON + 2 * MINUTE, kind=Kind.CUSTOM, name="buy", page="/Docs", props=PRO, visitor=1),
    event(page="/", country="FR", visitor=2),
    event(NOON + MINUTE, kind=Kind.CUSTOM, name="play", page="", props=FREE, visitor=2),
    event(page="/docs/a", visitor=3),
]
WHOLE = Range(TODAY, TODAY)


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    """A store with these events."""
    store = PatientStore(tmp_path_factory.mktemp("filters"))
    store.append(Batch(EVENTS))
    yield store
    store.close()


def counts(store: EventStore, *filters: str, span: Range = WHOLE) -> Counts:
    """The totals under filters that are written ``dimension operator values``."""
    made = [each.split(" ", 2) for each in filters]
    asked = tuple(
        Filter(name, Operator(operator), tuple(values.split("|")))
        for name, operator, values in made
    )
    return store.query(readable(), question(range=span, filters=asked)).totals


@pytest.mark.parametrize(
    ("written", "pageviews", "events", "visits"),
    [
        ("page is /", 2, 0, 2),
        ("page is /|/Docs", 3, 1, 2),
        ("page is ", 0, 1, 1),
        ("page is_not /", 2, 2, 3),
        ("page is_not /|/Docs", 1, 1, 2),
        ("page contains DOCS", 2, 1, 2),
        ("page not_contains docs", 2, 1, 2),
        ("page not_contains docs|/", 0, 1, 1),
        ("page matches ^/d", 1, 0, 1),
        ("page matches ^/$|^$", 2, 1, 2),
        ("event is buy", 0, 1, 1),
        ("event is_not buy", 0, 1, 1),
        ("event is ", 0, 0, 0),
        ("prop:plan is pro", 0, 1, 1),
        ("prop:plan is Free|pro", 0, 2, 2),
        ("prop:plan contains FR", 0, 1, 1),
        ('prop:a.b-c is it\'s "1%"', 0, 1, 1),
        ("prop:a.b-c is ", 0, 1, 1),
        ("prop:a is ", 0, 2, 2),
        ("country is DE", 2, 1, 1),
        ("country is ", 1, 0, 1),
        ("country is_not DE", 2, 1, 2),
        ("country contains d", 2, 1, 1),
        ("country not_contains d", 2, 1, 2),
        ("country matches ^[DF]", 3, 2, 2),
        ("entry_page is /", 3, 2, 2),
        ("exit_page matches (?i)docs", 3, 1, 2),
    ],
)
def test_one_filter(
    filled: PatientStore, written: str, pageviews: int, events: int, visits: int
) -> None:
    found = counts(filled, written)
    assert (found.pageviews, found.events, found.visits) == (pageviews, events, visits)
    assert found.visitors == visits


def test_filters_on_events_must_hold_on_the_same_event(filled: PatientStore) -> None:
    both = counts(filled, "page is /Docs", "event is buy")
    assert both == Counts(visitors=1, visits=1, events=1, duration=2 * MINUTE)
    assert counts(filled, "page is /", "event is buy") == Counts()
    assert counts(filled, "page contains docs", "page contains a") == Counts(
        visitors=1, visits=1, pageviews=1, bounces=1
    )


def test_filters_on_visits_and_on_events_together(filled: PatientStore) -> None:
    found = counts(filled, "page is /", "country is DE")
    assert found == Counts(visitors=1, visits=1, pageviews=1, duration=2 * MINUTE)
    assert counts(filled, "page is /docs/a", "country is DE") == Counts()


def test_a_visit_is_counted_once_however_many_of_its_events_match(engine: Engine) -> None:
    engine.store.append(Batch([event(NOON + at * MINUTE) for at in range(5)]))
    found = counts(engine.store, "page is /")
    assert found == Counts(visitors=1, visits=1, pageviews=5, duration=4 * MINUTE)


def test_only_the_visit_that_owns_the_event_is_chosen(engine: Engine) -> None:
    """One visitor came twice that day, and had another country the second time."""
    later = NOON + 40 * MINUTE
    engine.store.append(
        Batch([event(country="DE"), event(later, page="/b", country="FR"), event(later + 1)])
    )
    assert counts(engine.store, "page is /b") == Counts(
        visitors=1, visits=1, pageviews=1, duration=1
    )
    assert counts(engine.store, "country is DE").pageviews == 1
    assert counts(engine.store, "country is DE", "page is /b") == Counts()


def test_a_visit_is_looked_at_as_a_whole_where_a_range_cuts_it(engine: Engine) -> None:
    """It began in the range; its event that matches happened after."""
    engine.store.append(Batch([event(), event(NOON + 20 * MINUTE, page="/b")]))
    span = Range(TODAY, TODAY, NOON - MINUTE, NOON + MINUTE)
    found = counts(engine.store, "page is /b", span=span)
    assert found == Counts(visits=1, duration=20 * MINUTE)


def test_a_filter_holds_in_breakdowns_too(engine: Engine) -> None:
    engine.store.append(Batch(EVENTS))
    chosen = (Filter("event", Operator.IS, ("buy",)),)
    asked = question(breakdowns=("page", "event", "country", "prop:plan"), filters=chosen)
    found = {name: part.rows for name, part in ask(engine, asked).breakdowns.items()}
    assert found == {
        "page": [],
        "event": [BreakdownRow("buy", 1, 1)],
        "country": [BreakdownRow("DE", 1, 1)],
        "prop:plan": [BreakdownRow("pro", 1, 1)],
    }


TEXTS = ("'", "\\", "%", "_", "?", "\0", "{}", "ä", "'; drop table events--")


@pytest.mark.parametrize("operator", [Operator.IS, Operator.CONTAINS])
def test_any_text_is_only_text(engine: Engine, operator: Operator) -> None:
    events = [event(country=text, visitor=at) for at, text in enumerate((*TEXTS, "x"))]
    engine.store.append(Batch(events))
    for text in TEXTS:
        chosen = (Filter("country", operator, (text,)),)
        holding = [text == each.country for each in events]
        if operator is Operator.CONTAINS:
            holding = [text in each.country for each in events]
        assert ask(engine, question(filters=chosen)).totals.visits == sum(holding)
