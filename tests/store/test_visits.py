"""Visits are what a plain reading of the events says, in whatever order those came.

``EZEE_TESTS_EXAMPLES=thorough ./test tests/store/test_visits.py`` tries thousands of interleavings.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from enum import Enum, auto
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import Bot, Event, Kind, Population
from ezee.model.query import Interval, Range, StatsQuery
from ezee.store.base import Batch, EventStore, Progress
from ezee.store.changes import Erase, Move, Rejudge
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.host import StoreHost
from ezee.store.remote import RemoteStore
from tests.support.clock import instant
from tests.support.events import NOON, SITE_ID, PatientStore, event, readable
from tests.support.reference import Question, report, visits_of

MINUTE = 60_000
SITE = int(SITE_ID[4:], 16)
OTHER_ID = "ezi_00000000000b"
OTHER = int(OTHER_ID[4:], 16)
ZONE = "Europe/Berlin"
MIDNIGHT = instant("2026-10-25T22:00:00+00:00")
_T = TypeVar("_T")

_COMMON: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}
settings.register_profile("quick", max_examples=25, derandomize=True, **_COMMON)
settings.register_profile("thorough", max_examples=3_000, **_COMMON)
PROFILE = settings.get_profile(os.environ.get("EZEE_TESTS_EXAMPLES", "quick"))


@st.composite
def events(draw: st.DrawFn, population: Population = Population.LIVE) -> Event:
    """Close to the half hour that parts two visits, and to a midnight that parts two days."""
    minutes = draw(st.sampled_from([-60, -30, -29, -1, 0, 1, 15, 29, 30, 31, 45, 59, 60, 61, 90]))
    at = MIDNIGHT + 60 * MINUTE + minutes * MINUTE + draw(st.sampled_from([0, 0, 0, -1, 1]))
    kind = draw(st.sampled_from([Kind.PAGEVIEW, Kind.CUSTOM, Kind.ENGAGEMENT]))
    return event(
        at,
        ZONE,
        received_at=at + draw(st.sampled_from([0, 1, 60 * MINUTE])),
        # Two populations have salts, and so visitors, of their own.
        visitor=draw(st.integers(1, 2)) + 10 * population,
        population=population,
        kind=kind,
        interactive=draw(st.booleans()),
        page=draw(st.sampled_from(["/a", "/b", "/c"])),
        source=draw(st.sampled_from(["x", "y"])),
        country=draw(st.sampled_from(["DE", "FR"])),
    )


class Arrival(NamedTuple):
    """Events and bots that are stored together."""

    events: list[Event]
    bots: list[Event]


class Import(NamedTuple):
    """Some lines of a log."""

    events: list[Event]


class Act(Enum):
    """What else may happen."""

    ASK = auto()
    REOPEN = auto()
    KILL = auto()
    ERASE = auto()
    ERASE_OTHER = auto()
    PARDON = auto()
    """Everybody is judged anew, and found to be a person."""
    CONDEMN = auto()
    """Everybody is judged anew, and found to be a bot."""


Action = Arrival | Import | Act
_ANYWHERE = (Act.ASK, Act.REOPEN, Act.ERASE, Act.ERASE_OTHER, Act.PARDON, Act.CONDEMN)
_ARRIVALS = st.builds(Arrival, st.lists(events(), max_size=4), st.lists(events(), max_size=2))
_IMPORTS = st.builds(Import, st.lists(events(Population.IMPORT), min_size=1, max_size=3))


def interleavings(*acts: Act) -> st.SearchStrategy[list[Action]]:
    """What happens to a store, one after another; it is asked in between as well."""
    return st.lists(_ARRIVALS | _ARRIVALS | _IMPORTS | st.sampled_from(acts), max_size=10)


class Embedded:
    """A store in this process, closed and opened as often as an example likes."""

    # Its questions wait by themselves.
    patience = 0.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.store: EventStore = PatientStore(folder)

    def reopen(self) -> None:
        self.store.close()
        self.store = PatientStore(self._folder)

    def close(self) -> None:
        self.store.close()


class Hosted:
    """A service's store, in a process of its own, that may be killed at any time."""

    patience = 20.0

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open()

    def _open(self) -> None:
        self._host = StoreHost(self._folder)
        self.store: EventStore = RemoteStore(self._folder)

    def reopen(self) -> None:
        self.close()
        self._open()

    def kill(self) -> None:
        """``kill -9``; another takes its place by itself."""
        os.kill(self._host.pid, signal.SIGKILL)
        until_available(self.store.describe)

    def close(self) -> None:
        self.store.close()
        self._host.stop()


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
    with pytest.MonkeyPatch.context() as patch:
        # Between two examples the keeper of visits need not spare the machine.
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        made = Embedded(tmp_path_factory.mktemp("embedded"))
        yield made
        made.close()


@pytest.fixture(scope="module")
def hosted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hosted]:
    made = Hosted(tmp_path_factory.mktemp("hosted"))
    yield made
    made.close()


@settings(PROFILE)
@given(actions=interleavings(*_ANYWHERE))
def test_visits_are_those_of_a_plain_reading(embedded: Embedded, actions: list[Action]) -> None:
    live_through(embedded, actions)


@settings(PROFILE, max_examples=max(4, PROFILE.max_examples // 30))
@given(actions=interleavings(*Act))
def test_no_kill_makes_a_difference(hosted: Hosted, actions: list[Action]) -> None:
    live_through(hosted, [*actions, Act.KILL])


def live_through(opened: Embedded | Hosted, actions: list[Action]) -> None:
    """Whatever happens, the running day is right each time it is asked for; in the end it is the
    same as that of a store that got all of its events at once.
    """
    for site in (SITE, OTHER):
        opened.store.change(Erase(site))
    stored = Stored([], [])
    for action in actions:
        match action:
            case Arrival() | Import():
                _append(opened.store, stored, action)
            case Act.ASK:
                check(opened, stored.people())
            case Act.REOPEN:
                opened.reopen()
            case Act.KILL:
                assert isinstance(opened, Hosted)
                opened.kill()
            case _:
                _change(opened.store, stored, action)
    check(opened, stored.people())
    opened.store.append(Batch([replace(each, site=OTHER) for each in stored.people()]))
    check(opened, stored.people(), OTHER_ID)


class Stored(NamedTuple):
    """What a store should hold, in the order in which it was stored, and which of it are bots."""

    events: list[Event]
    is_bot: list[bool]

    def people(self) -> list[Event]:
        """The events that count."""
        return [each for each, bot in zip(self.events, self.is_bot, strict=True) if not bot]


def _append(store: EventStore, stored: Stored, action: Arrival | Import) -> None:
    bots = action.bots if isinstance(action, Arrival) else []
    progress = None
    if isinstance(action, Import):
        lines = len(stored.events)
        progress = Progress(1, "head", lines, lines, "tail", 7, finished=False, unjudged=False)
    kept = [Bot(each, "crawler", "search", "") for each in bots]
    store.append(Batch(action.events, SITE, progress, bots=kept))
    stored.events.extend([*action.events, *bots])
    stored.is_bot.extend([False] * len(action.events) + [True] * len(bots))


def _change(store: EventStore, stored: Stored, act: Act) -> None:
    if act is Act.ERASE_OTHER:
        store.change(Erase(OTHER))
    elif act is Act.ERASE:
        store.change(Erase(SITE))
        stored.events.clear()
        stored.is_bot.clear()
    else:
        rules = ("crawler", "") if act is Act.PARDON else ("", "crawler")
        days = {each.day for each in stored.events}
        moves = [Move(day, rules[0], "", "", 0, "", "", 0, "", rules[1], "search") for day in days]
        store.change(Rejudge(SITE, moves))
        stored.is_bot[:] = [act is Act.CONDEMN] * len(stored.events)


def until_available(call: Callable[[], _T]) -> _T:
    """What it returns once the store is there again."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        with suppress(Unavailable):
            return call()
        time.sleep(0.02)
    return call()


def check(opened: Embedded | Hosted, people: list[Event], site_id: str = SITE_ID) -> None:
    """The report is that of a plain reading, or will be when a busy machine comes to it."""
    end = time.monotonic() + opened.patience
    while time.monotonic() < end:
        with suppress(AssertionError):
            return _check(opened.store, people, site_id)
    return _check(opened.store, people, site_id)


def _check(store: EventStore, people: list[Event], site_id: str) -> None:
    first, last = date(2026, 10, 24), date(2026, 10, 27)
    question = Question(
        first,
        last,
        now=MIDNIGHT + 86_400_000,
        interval="day",
        dimensions=("entry_page", "exit_page", "source", "country"),
        limit=100,
    )
    expected = report(people, ZONE, question)
    days = [(day - date(1970, 1, 1)).days for day in (first, last)]
    query = StatsQuery(Range(*days), Interval.DAY, (), question.dimensions, limit=100)
    answer = store.query(readable(ZONE, site_id), query)
    visits = visits_of(people, ZONE)
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
