"""Visits are what a plain reading of the events says, in whatever order those came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ezee.model.event import Event, Kind
from ezee.model.query import Interval, Range, StatsQuery
from ezee.store.base import Batch
from ezee.store.changes import Erase
from ezee.store.duckdb.engine import FILE_NAME
from ezee.store.duckdb.visits import VisitKeeper
from tests.support.clock import instant
from tests.support.events import NOON, SITE_ID, PatientStore, event, readable
from tests.support.reference import Question, report, visits_of

MINUTE = 60_000
SITE = int(SITE_ID[4:], 16)
ZONE = "Europe/Berlin"
MIDNIGHT = instant("2026-10-25T22:00:00+00:00")


@st.composite
def events(draw: st.DrawFn) -> Event:
    """Close to the half hour that parts two visits, and to a midnight that parts two days."""
    minutes = draw(st.sampled_from([-60, -30, -29, -1, 0, 1, 15, 29, 30, 31, 45, 59, 60, 61, 90]))
    at = MIDNIGHT + 60 * MINUTE + minutes * MINUTE + draw(st.sampled_from([0, 0, 0, -1, 1]))
    kind = draw(st.sampled_from([Kind.PAGEVIEW, Kind.CUSTOM, Kind.ENGAGEMENT]))
    return event(
        at,
        ZONE,
        received_at=at + draw(st.sampled_from([0, 1, 60 * MINUTE])),
        visitor=draw(st.integers(1, 2)),
        kind=kind,
        interactive=draw(st.booleans()),
        page=draw(st.sampled_from(["/a", "/b", "/c"])),
        source=draw(st.sampled_from(["x", "y"])),
        country=draw(st.sampled_from(["DE", "FR"])),
    )


_REOPEN = "reopen"
_ASK = "ask"
_ACTIONS = st.lists(
    st.lists(events(), min_size=1, max_size=4) | st.sampled_from([_ASK, _REOPEN]), max_size=8
)


class Reopened:
    """A store that is closed and opened as often as an example likes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = PatientStore(folder)

    def reopen(self) -> None:
        self.store.close()
        self.store = PatientStore(self.folder)


@pytest.fixture(scope="module")
def reopened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reopened]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        made = Reopened(tmp_path_factory.mktemp("visits"))
        yield made
        made.store.close()


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(actions=_ACTIONS)
def test_visits_are_those_of_a_plain_reading(
    reopened: Reopened, actions: list[list[Event] | str]
) -> None:
    reopened.store.change(Erase(SITE))
    stored: list[Event] = []
    for action in actions:
        if isinstance(action, list):
            reopened.store.append(Batch(action))
            stored += action
        elif action == _REOPEN:
            reopened.reopen()
        else:
            _check(reopened.store, stored)
    _check(reopened.store, stored)


def _check(store: PatientStore, stored: list[Event]) -> None:
    first, last = date(2026, 10, 24), date(2026, 10, 27)
    question = Question(
        first,
        last,
        now=MIDNIGHT + 86_400_000,
        interval="day",
        dimensions=("entry_page", "exit_page", "source", "country"),
        limit=100,
    )
    expected = report(stored, ZONE, question)
    days = [(day - date(1970, 1, 1)).days for day in (first, last)]
    query = StatsQuery(Range(*days), Interval.DAY, (), question.dimensions, limit=100)
    answer = store.query(readable(ZONE), query)
    visits = visits_of(stored, ZONE)
    totals = answer.totals
    assert (totals.visits, totals.bounces) == (len(visits), sum(v.bounce for v in visits))
    assert totals.duration == sum(visit.duration for visit in visits)
    assert (totals.visitors, totals.pageviews, totals.events) == tuple(
        expected["totals"][name] for name in ("visitors", "pageviews", "events")
    )
    for name, rows in expected["breakdowns"].items():
        found = [(row.value, row.visitors, row.count) for row in answer.breakdowns[name].rows]
        assert found == [tuple(row.values()) for row in rows], name


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()


def totals(store: PatientStore, *batches: list[Event]) -> tuple[int, int, int]:
    """Visits, bounces and milliseconds of what was stored batch by batch."""
    day = NOON // 86_400_000
    counts = None
    for batch in batches:
        store.append(Batch(batch))
        query = StatsQuery(Range(day, day), Interval.DAY, (), ())
        counts = store.query(readable(), query).totals
    assert counts is not None
    return counts.visits, counts.bounces, counts.duration


def at(minutes: float, **fields: Any) -> Event:
    return event(NOON + round(minutes * MINUTE), **fields)


def custom(minutes: float, *, interactive: bool = True) -> Event:
    return at(minutes, kind=Kind.CUSTOM, name="buy", interactive=interactive)


def engagement(minutes: float) -> Event:
    return at(minutes, kind=Kind.ENGAGEMENT, name="engagement")


def test_thirty_minutes_part_two_visits(store: PatientStore) -> None:
    assert totals(store, [at(0), event(NOON + 30 * MINUTE - 1)]) == (1, 0, 30 * MINUTE - 1)
    assert totals(store, [event(NOON + 60 * MINUTE - 1)]) == (2, 1, 30 * MINUTE - 1)


def test_a_late_event_joins_two_visits(store: PatientStore) -> None:
    assert totals(store, [at(0), at(50)]) == (2, 2, 0)
    assert totals(store, [at(25)]) == (1, 0, 50 * MINUTE)


def test_a_late_event_begins_a_visit_anew(store: PatientStore) -> None:
    assert totals(store, [at(20, page="/b")], [at(0, page="/a")]) == (1, 0, 20 * MINUTE)
    day = NOON // 86_400_000
    query = StatsQuery(Range(day, day), Interval.DAY, (), ("entry_page", "exit_page"))
    found = store.query(readable(), query).breakdowns
    assert [found[name].rows[0].value for name in query.breakdowns] == ["/a", "/b"]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([at(0)], (1, 1, 0)),
        ([at(0), at(1)], (1, 0, MINUTE)),
        ([at(0), custom(1)], (1, 0, MINUTE)),
        ([at(0), custom(1, interactive=False)], (1, 1, MINUTE)),
        ([at(0), engagement(1)], (1, 1, MINUTE)),
        ([custom(0)], (1, 0, 0)),
        ([custom(0, interactive=False)], (1, 0, 0)),
        ([engagement(0)], (0, 0, 0)),
        ([engagement(0), at(10)], (1, 1, 0)),
        ([at(0), engagement(25), at(50)], (1, 0, 50 * MINUTE)),
        ([at(0), engagement(30)], (1, 1, 0)),
        ([at(0), at(0)], (1, 0, 0)),
    ],
)
def test_what_a_visit_is(
    store: PatientStore, events: list[Event], expected: tuple[int, int, int]
) -> None:
    assert totals(store, events) == expected


def test_a_visit_never_spans_midnight(store: PatientStore) -> None:
    midnight = NOON + 12 * 60 * MINUTE
    store.append(Batch([event(midnight - 1), event(midnight)]))
    day = NOON // 86_400_000
    query = StatsQuery(Range(day, day + 1), Interval.DAY, (), ())
    series = store.query(readable(), query).series
    assert {key: counts.visits for key, counts in series.items()} == {(day,): 1, (day + 1,): 1}


def test_a_visit_without_a_pageview_has_no_pages(store: PatientStore) -> None:
    store.append(Batch([custom(0)]))
    day = NOON // 86_400_000
    query = StatsQuery(Range(day, day), Interval.DAY, (), ("entry_page", "exit_page"))
    found = store.query(readable(), query).breakdowns
    assert [row.value for name in query.breakdowns for row in found[name].rows] == ["", ""]


def test_events_that_were_stored_while_the_service_went_down_get_their_visits(
    tmp_path: Path,
) -> None:
    """As after a crash: events past the watermark, and no visit of theirs."""
    first = PatientStore(tmp_path)
    first.append(Batch([at(0), at(40)]))
    totals(first, [at(41)])
    first.close()
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("delete from visits")
        connection.execute("update state set value = 0 where name = 'visits_up_to'")
    second = PatientStore(tmp_path)
    assert totals(second, []) == (2, 1, MINUTE)
    second.close()
