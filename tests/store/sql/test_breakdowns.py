"""Breakdowns by several dimensions and by properties, and revenue."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from ezee.model.event import Event, Kind
from ezee.model.query import Filter, Operator, Order, Range
from ezee.model.result import Breakdown, BreakdownRow, Comparison, Counts
from ezee.store.base import Batch
from tests.store.engines import DAY, MINUTE, OTHER, TODAY, Engine, ask, question
from tests.support.events import NOON, event

EVENTS = [
    event(page="/a", country="DE", browser="Firefox"),
    event(NOON + 1, page="/b", country="FR", browser="Firefox"),
    event(NOON + 2, kind=Kind.CUSTOM, name="buy", page="/b", props='{"plan":"pro"}'),
    event(page="/a", country="DE", browser="Chrome", visitor=2),
    event(NOON + 1, kind=Kind.CUSTOM, name="play", page="/a", visitor=2),
    event(page="/b", country="FR", browser="Chrome", props='{"plan":"x"}', visitor=3),
]
BUYS = [
    event(kind=Kind.CUSTOM, name="buy", amount=1250, currency="EUR"),
    event(NOON + 1, kind=Kind.CUSTOM, name="buy", amount=-50, currency="EUR"),
    event(NOON + 2, amount=3, currency="JPY"),
    event(NOON + 3, kind=Kind.ENGAGEMENT, amount=9, currency="EUR"),
]


@pytest.mark.parametrize(
    ("name", "rows"),
    [
        (
            "country,browser",
            [("DE", "Chrome", 1, 1), ("DE", "Firefox", 1, 1), ("FR", "Chrome", 1, 1)],
        ),
        ("page,country", [("/a", "DE", 2, 2), ("/b", "DE", 1, 1), ("/b", "FR", 1, 1)]),
        ("event,page", [("buy", "/b", 1, 1), ("play", "/a", 1, 1)]),
        ("prop:plan,browser", [("", "Chrome", 1, 1), ("pro", "Firefox", 1, 1)]),
    ],
)
def test_several_together(engine: Engine, name: str, rows: list[tuple[object, ...]]) -> None:
    """Events have the country of their visit, which is that of its first event."""
    engine.store.append(Batch(EVENTS))
    found = ask(engine, question(breakdowns=(name,))).breakdowns[name]
    assert [(*row.value, row.visitors, row.count) for row in found.rows] == rows
    assert found.total == len(rows)


def test_a_property_of_custom_events_alone(engine: Engine) -> None:
    engine.store.append(Batch(EVENTS))
    found = ask(engine, question(breakdowns=("prop:plan",))).breakdowns
    assert found == {"prop:plan": Breakdown([BreakdownRow("", 1, 1), BreakdownRow("pro", 1, 1)], 2)}


def _buy(at: int, visitor: int, props: str, **fields: Any) -> Event:
    made = {"page": "", "kind": Kind.CUSTOM, "name": "buy", "props": props}
    return event(at, visitor=visitor, **{**made, **fields})


def test_which_properties_events_have(engine: Engine) -> None:
    texts = r"""{"odd":"a \",\"no\":1,","x":",","y":"{","plan-2.b_":"it's, \\"}"""
    events = [
        event(props='{"of":"a pageview"}', visitor=8),
        _buy(NOON, 1, '{"plan":"pro","size":3}'),
        _buy(NOON + 1, 1, '{"plan":"free"}'),
        _buy(NOON, 2, '{"plan":true}', country="FR"),
        _buy(NOON - DAY, 1, texts, day=TODAY - 1),
        # A visitor of another day is another one.
        _buy(NOON - DAY, 1, '{"plan":"pro"}', day=TODAY - 1),
        _buy(NOON, 3, ""),
        _buy(NOON - 2 * DAY, 4, '{"before":1}', day=TODAY - 2),
        _buy(NOON, 5, '{"other":1}', site=OTHER),
    ]
    engine.store.append(Batch(events))
    asked = question(range=Range(TODAY - 1, TODAY), breakdowns=("prop:*",))
    once = [BreakdownRow(name, 1, 1) for name in ("odd", "plan-2.b_", "size", "x", "y")]
    found = ask(engine, asked).breakdowns["prop:*"]
    assert found == Breakdown([BreakdownRow("plan", 3, 4), *once], 6)
    paged = ask(engine, replace(asked, limit=2, offset=1)).breakdowns["prop:*"]
    assert paged == Breakdown(once[:2], 6)


@pytest.mark.parametrize(
    ("chosen", "rows"),
    [
        (Filter("country", Operator.IS, ("FR",)), [("plan", 1, 1)]),
        (Filter("prop:plan", Operator.IS, ("pro",)), [("plan", 1, 1), ("size", 1, 1)]),
        (Filter("event", Operator.IS, ("none",)), []),
    ],
)
def test_properties_are_those_of_what_filters_leave(
    engine: Engine, chosen: Filter, rows: list[tuple[str, int, int]]
) -> None:
    events = [
        _buy(NOON, 1, '{"plan":"pro","size":3}'),
        _buy(NOON + 1, 1, '{"plan":"free"}'),
        _buy(NOON, 2, '{"plan":"x"}', country="FR"),
    ]
    engine.store.append(Batch(events))
    asked = question(breakdowns=("prop:*",), filters=(chosen,))
    found = ask(engine, asked).breakdowns["prop:*"]
    assert found == Breakdown([BreakdownRow(*row) for row in rows], len(rows))


@pytest.mark.parametrize(
    ("order", "first"),
    [
        (Order("value"), ("/b", "FR")),
        (Order("value", descending=False), ("/a", "DE")),
        (Order("pageviews"), ("/a", "DE")),
        (Order("pageviews", descending=False), ("/b", "DE")),
        (Order("events"), ("/a", "DE")),
    ],
)
def test_orders(engine: Engine, order: Order, first: tuple[str, str]) -> None:
    engine.store.append(Batch(EVENTS))
    asked = question(breakdowns=("page,country",), order=order, limit=1)
    found = ask(engine, asked).breakdowns["page,country"]
    assert (found.rows[0].value, found.total) == (first, 3)


@pytest.mark.parametrize(
    ("limit", "offset", "rows"), [(1, 0, 1), (2, 0, 2), (3, 0, 2), (1, 1, 1), (9, 2, 0), (1, 5, 0)]
)
def test_the_number_of_rows_is_that_of_all(
    engine: Engine, limit: int, offset: int, rows: int
) -> None:
    engine.store.append(Batch(EVENTS))
    for span in (Range(TODAY, TODAY), Range(TODAY, TODAY, NOON, NOON + MINUTE)):
        asked = question(breakdowns=("country",), limit=limit, offset=offset, range=span)
        found = ask(engine, asked).breakdowns["country"]
        assert (len(found.rows), found.total) == (rows, 2)


def test_events_of_a_visit_that_began_before_the_range(engine: Engine) -> None:
    engine.store.append(Batch([event(country="DE"), event(NOON + 2 * MINUTE, page="/b")]))
    span = Range(TODAY, TODAY, NOON + MINUTE, NOON + 9 * MINUTE)
    answer = ask(engine, question(range=span, breakdowns=("page,country", "country")))
    assert answer.breakdowns == {
        "page,country": Breakdown([BreakdownRow(("/b", "DE"), 1, 1)], 1),
        "country": Breakdown([BreakdownRow("DE", 1, 0)], 1),
    }


def test_revenue_by_currency_and_only_where_it_is_asked_for(engine: Engine) -> None:
    engine.store.append(Batch(BUYS))
    answer = ask(engine, question(metrics=("revenue",)))
    assert answer.totals.revenue == {"EUR": 1200, "JPY": 3}
    assert answer.series[TODAY,].revenue == {"EUR": 1200, "JPY": 3}
    assert ask(engine).totals.revenue == {}


def test_sums_may_be_larger_than_any_amount(engine: Engine) -> None:
    events = [event(NOON + at, amount=2**62, currency="EUR") for at in range(5)]
    engine.store.append(Batch(events))
    assert ask(engine, question(metrics=("revenue",))).totals.revenue == {"EUR": 5 * 2**62}


def test_a_comparison_is_of_its_own_range(engine: Engine) -> None:
    engine.store.append(Batch([*EVENTS, event(NOON - 24 * 60 * MINUTE, amount=7, currency="JPY")]))
    yesterday = Range(TODAY - 1, TODAY - 1)
    answer = ask(engine, question(metrics=("revenue",), comparison=yesterday))
    counts = Counts(visitors=1, visits=1, pageviews=1, bounces=1, revenue={"JPY": Decimal(7)})
    assert answer.comparison == Comparison(counts, {(TODAY - 1,): counts})
    assert answer.totals.visits == 3
