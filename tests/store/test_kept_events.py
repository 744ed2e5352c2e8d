"""Events as they are kept, page by page."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest

from ezee.model.event import Event, Kind, Population
from ezee.store.base import Batch
from ezee.store.looks import KeptEvents
from tests.store.engines import DAY, OTHER, SITE, TODAY, Engine, bot
from tests.support.clock import instant
from tests.support.events import NOON, event


def pages(engine: Engine, first: int, last: int, limit: int) -> Iterator[list[Event]]:
    after = (0, 0, 0)
    while rows := engine.store.look(KeptEvents(SITE, first, last, after, limit)):
        events = [msgspec.convert(row[:-1], Event, strict=False) for row in rows]
        yield events
        first = events[-1].day
        after = (events[-1].happened_at, events[-1].received_at, int(rows[-1][-1]))


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_the_order_is_that_of_events_whatever_the_page(engine: Engine, limit: int) -> None:
    kept = [
        event(NOON - DAY, received_at=NOON, path="/late"),
        event(NOON, received_at=NOON, path="/1"),
        event(NOON, received_at=NOON, path="/2"),
        event(NOON, received_at=NOON + 1, path="/3"),
        event(NOON + 1, received_at=NOON + 1, path="/4"),
    ]
    # Those with equal times come in the order they are stored in.
    engine.store.append(Batch([kept[4], kept[3], kept[1]]))
    engine.store.append(Batch([kept[2], event(site=OTHER), kept[0]], bots=[bot()]))
    found = list(pages(engine, TODAY - 1, TODAY, limit))
    assert [each for page in found for each in page] == kept
    assert all(len(page) == limit for page in found[:-1])


def test_a_days_events_are_together_though_it_comes_back(engine: Engine) -> None:
    """In St John's, where clocks went back at 00:01, the 6th had an hour within the 7th."""
    zone = "America/St_Johns"
    times = ("6T20:00:00", "7T03:00:00", "7T02:30:30", "7T03:30:00")
    kept = [event(instant(f"2010-11-0{text}+00:00"), zone) for text in times]
    six, seven = kept[0].day, kept[-1].day
    assert [each.day for each in kept] == [six, six, seven, seven]
    engine.store.append(Batch(kept[::-1]))
    for limit in (1, 3, 9):
        found = [each for page in pages(engine, six, seven, limit) for each in page]
        assert found == kept


def test_an_event_comes_as_it_was_stored(engine: Engine) -> None:
    stored = event(
        visitor=2**64 - 1,
        event_id=2**64 - 1,
        kind=Kind.CUSTOM,
        name="buy",
        props='{"a":"ü\\n"}',
        amount=-(2**62),
        currency="EUR",
        interactive=False,
        judged=False,
        verified=True,
        population=Population.IMPORT,
    )
    engine.store.append(Batch([stored]))
    assert list(pages(engine, TODAY, TODAY, 9)) == [[stored]]


@pytest.mark.parametrize(
    ("first", "last", "days"),
    [
        (TODAY, TODAY, [TODAY]),
        (TODAY - 2, TODAY - 1, [TODAY - 1]),
        (TODAY + 1, TODAY + 9, []),
        (TODAY, TODAY - 1, []),
    ],
)
def test_days_are_local_ones_both_included(
    engine: Engine, first: int, last: int, days: list[int]
) -> None:
    engine.store.append(Batch([event(), event(NOON - DAY)]))
    found = [each.day for page in pages(engine, first, last, 9) for each in page]
    assert found == days
