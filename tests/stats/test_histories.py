"""Whatever happens to a tracker, roll-ups, events and a plain reading tell the same numbers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from operator import neg
from typing import NamedTuple
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.errors import InvalidRequest
from ezee.model.calendar import local_hour
from ezee.model.event import Event, Population
from ezee.stats.run import report
from ezee.store.base import Batch, Progress
from ezee.store.changes import Erase, Expire, Move, Regroup, Rejudge, RollUp
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.looks import WrongRollups
from ezee.store.sql import EVENTS_ALONE
from tests.stats.test_rolled import BROUGHT_UP, parameters_of, rolled_cases
from tests.support import reference
from tests.support.cases import HOUR, PLACES, Case, cases
from tests.support.clock import instant
from tests.support.events import PatientStore, event, readable
from tests.support.examples import examples
from tests.support.reference import Question, assert_in_time, local


class Erased(NamedTuple):
    """The events of some days go; those of one path alone, where it is named."""

    before: int
    after: int
    path: str | None


class Expired(NamedTuple):
    """The events before some day go, and what they add up to stays."""

    before: int


class Regrouped(NamedTuple):
    """A path is shown as another page."""

    path: str
    page: str


class Judged(NamedTuple):
    """What looks like a stored event is a program's from now on; with None all is people's."""

    like: int | None


class Older(NamedTuple):
    """The next so many events happened so many days before, and come late: one by one as people's
    do that were offline, or in bulk as the lines of a log.
    """

    events: int
    days: int
    imported: bool


Step = int | Older | RollUp | Erased | Expired | Regrouped | Judged


class History:
    """A tracker to which things happen, in the store and in a list of events beside it."""

    def __init__(self, store: PatientStore, zone: str, around: int, coming: list[Event]) -> None:
        self._store, self._zone = store, zone
        self.site = readable(zone)
        self._around = around
        self._coming = coming
        self._lines = 0
        self._stored: list[Event] = []
        self._of_programs: list[bool] = []
        self.kept_from = 0
        store.change(Erase(self.site.key))

    def people(self) -> list[Event]:
        """What is to be counted, in the order in which it was stored."""
        return [
            each for each, is_bot in zip(self._stored, self._of_programs, strict=True) if not is_bot
        ]

    def happen(self, step: Step) -> None:
        match step:
            case int():
                self.come(self._next(step))
            case Older():
                self._come_older(step)
            case RollUp():
                self._store.change(step)
            case Erased():
                self._erase(step)
            case Expired():
                self._expire(step)
            case Regrouped():
                self._store.change(Regroup(self.site.key, [(step.path, step.page)]))
                self._stored = [
                    replace(each, page=step.page)
                    if each.path == step.path and self._is_kept(each)
                    else each
                    for each in self._stored
                ]
            case Judged():
                self._judge(step)

    def _next(self, number: int) -> list[Event]:
        coming, self._coming = self._coming[:number], self._coming[number:]
        return coming

    def _come_older(self, step: Older) -> None:
        coming = [moved_back(each, self._zone, step.days) for each in self._next(step.events)]
        if not step.imported:
            for each in coming:
                self.come([each])
            return
        # Visitors of logs are told apart by salts of their own.
        lines = [
            replace(each, population=Population.IMPORT, visitor=each.visitor + 10)
            for each in coming
        ]
        self._lines += len(lines)
        done = Progress(
            1, "head", self._lines, self._lines, "tail", 7, finished=False, unjudged=False
        )
        self.come(lines, Batch(lines, self.site.key, done))

    def come(self, coming: list[Event], batch: Batch | None = None) -> None:
        """These events are stored, whatever else is coming; not those of days that have expired.
        They come by themselves, unless in a ``batch`` that tells more.
        """
        refused = self._store.append(Batch(coming) if batch is None else batch)
        assert refused == [at for at, each in enumerate(coming) if not self._is_kept(each)]
        kept = [each for each in coming if self._is_kept(each)]
        self._stored += kept
        self._of_programs += [False] * len(kept)

    def _is_kept(self, one: Event) -> bool:
        return one.day >= self.kept_from

    def _expire(self, step: Expired) -> None:
        day = self._day(self._around) + step.before
        self._store.change(Expire(self.site.key, day))
        self.kept_from = max(self.kept_from, day)

    def _erase(self, step: Erased) -> None:
        middle = self._day(self._around)
        first, last = middle - step.before, middle + step.after
        if step.path is not None:
            # Of days that have expired no path can be erased.
            first = max(first, self.kept_from)
        self._store.change(Erase(self.site.key, first, last, step.path))
        left = [
            (each, is_bot)
            for each, is_bot in zip(self._stored, self._of_programs, strict=True)
            if not first <= self._day(each.happened_at) <= last
            or (step.path is not None and step.path not in {each.path, each.page})
        ]
        self._stored = [each for each, _ in left]
        self._of_programs = [is_bot for _, is_bot in left]

    def _judge(self, step: Judged) -> None:
        people = [each for each in self.people() if self._is_kept(each)]
        if step.like is None:
            bots = (at for at, is_bot in enumerate(self._of_programs) if is_bot)
            chosen = [at for at in bots if self._is_kept(self._stored[at])]
            moves = {_features(self._stored[at]): ("headless", "") for at in chosen}
        elif people:
            like = _features(people[step.like % len(people)])
            moves = {like: ("", "headless")}
            chosen = [at for at, each in enumerate(self._stored) if _features(each) == like]
        else:
            return
        named = [Move(of[0], old, "", *of[1:], new, "") for of, (old, new) in moves.items()]
        self._store.change(Rejudge(self.site.key, named))
        for at in chosen:
            self._of_programs[at] = step.like is not None

    def _day(self, at: int) -> int:
        return local(at, self._zone).date().toordinal() - 719_163


def moved_back(one: Event, zone: str, days: int) -> Event:
    """The event, had it happened so many times 24 hours before; it is received when it was."""
    at = one.happened_at - days * 24 * HOUR
    day, hour, offset = local_hour(at, zone)
    return replace(one, happened_at=at, day=day, hour=hour, utc_offset=offset)


def _features(of: Event) -> tuple[int, str, int, str, str, int, str]:
    """What is kept of an event to judge it by."""
    return of.day, of.browser, of.version, of.os, of.device, of.hints, of.referrer


_ROLLED_CASES = rolled_cases().map(lambda case: case._replace(parameters=parameters_of(case)))
_PATHS = st.sampled_from(["/", "/a", "/B", ""])
_DAYS = st.integers(0, 2)
_LONG_AGO = st.sampled_from([28, 90, 366])
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.integers(1, 14),
    st.integers(1, 14),
    st.builds(Older, st.integers(1, 7), st.integers(0, 3) | _LONG_AGO, st.booleans()),
    st.builds(Older, st.integers(1, 7), st.integers(0, 3) | _LONG_AGO, st.booleans()),
    st.builds(RollUp, st.just(readable().key), again=st.booleans()),
    st.builds(RollUp, st.just(readable().key)),
    st.builds(Erased, _DAYS | _DAYS | _LONG_AGO, _DAYS, st.none() | _PATHS),
    st.builds(Expired, st.integers(-2, 1) | _LONG_AGO.map(neg)),
    st.builds(Regrouped, _PATHS, _PATHS),
    st.builds(Judged, st.none() | st.integers(0, 13)),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        opened = PatientStore(tmp_path_factory.mktemp("histories"))
        yield opened
        opened.close()


@examples(25)
@given(
    case=cases() | _ROLLED_CASES,
    steps=st.lists(STEPS, max_size=8),
    last=st.integers(0, 3),
    brought_up=st.booleans(),
)
def test_three_ways_of_counting_agree(
    store: PatientStore, case: Case, steps: list[Step], last: int, brought_up: bool
) -> None:
    """Events come, late, in bulk, in any order, are rolled up, erased, regrouped, judged again."""
    # What is left comes late, to days that are rolled up by then; all but a few of it together.
    coming = [replace(each, path=each.page) for each in case.events]
    history = History(store, case.zone, case.around, coming)
    with BROUGHT_UP if brought_up else nullcontext():
        for step in (*steps, len(coming), RollUp(history.site.key)):
            history.happen(step)
    history.come(coming[:last])
    assert_all_agree(history, store, case.question, case.parameters, case.zone)


def assert_all_agree(
    history: History,
    store: PatientStore,
    question: Question,
    parameters: list[tuple[str, str]],
    zone: str,
) -> None:
    """Roll-ups and what has come since, events alone, and a plain reading of them. What needs
    events that have expired is refused.
    """
    if history.kept_from:
        assert_kept_agree(history, store, question, parameters, zone)
        return
    rolled = report(store, history.site, parameters, question.now)
    with patch("ezee.store.answer.plan", lambda *_: EVENTS_ALONE):
        raw = report(store, history.site, parameters, question.now)
    assert rolled == raw
    expected = reference.report(history.people(), zone, question)
    assert_in_time(rolled, expected)
    assert rolled["breakdowns"] == expected["breakdowns"]
    assert rolled["rows"] == expected["rows"]
    assert store.look(WrongRollups(history.site.key)) == []


def assert_kept_agree(
    history: History,
    store: PatientStore,
    question: Question,
    parameters: list[tuple[str, str]],
    zone: str,
) -> None:
    """What roll-ups tell is what a plain reading says of all that ever was, expired or not."""
    assert store.look(WrongRollups(history.site.key)) == []
    expected = reference.report(history.people(), zone, question)
    site = replace(history.site, kept_from=history.kept_from)
    try:
        told = report(store, history.site, parameters, question.now)
    except InvalidRequest:
        # The store and whoever asks it refuse the same.
        with pytest.raises(InvalidRequest):
            report(store, site, parameters, question.now)
        return
    assert report(store, site, parameters, question.now) == told
    assert_in_time(told, expected)
    assert told["breakdowns"] == expected["breakdowns"]
    assert told["rows"] == expected["rows"]


@examples(25)
@given(
    case=_ROLLED_CASES,
    steps=st.lists(STEPS.filter(lambda step: not isinstance(step, Expired)), max_size=5),
    before=st.integers(-1, 2),
)
def test_what_is_told_before_events_expire_is_told_after(
    store: PatientStore, case: Case, steps: list[Step], before: int
) -> None:
    """Whatever happened up to then, and whatever is tried with those days afterwards."""
    coming = [replace(each, path=each.page) for each in case.events]
    history = History(store, case.zone, case.around, coming)
    for step in (*steps, len(coming)):
        history.happen(step)
    # Its days before the first that is kept are all that is asked of: nothing changes them.
    asked = case.parameters
    told = report(store, history.site, asked, case.question.now)
    history.happen(Expired(before))
    try:
        again = report(store, history.site, asked, case.question.now)
    except InvalidRequest:
        return
    assert again == told
    for step in (RollUp(history.site.key, again=True), Judged(0), Judged(None)):
        history.happen(step)
    assert_kept_agree(history, store, case.question, asked, case.zone)


@pytest.mark.parametrize(("zone", "around"), PLACES)
def test_odd_days_that_expire(store: PatientStore, zone: str, around: str) -> None:
    """Around each odd moment: days are told as before, and closed to what comes late."""
    middle = instant(around)
    times = [middle + minutes * 60_000 for minutes in range(-36 * 60, 36 * 60, 97)]
    events = [
        event(at, zone, visitor=1 + number % 3, page=f"/{number % 3}", country="ab"[number % 2])
        for number, at in enumerate(times)
    ]
    history = History(store, zone, middle, events[::2] + events[1::2])
    today = local(middle, zone).date()
    first, now = local(middle - 48 * HOUR, zone).date(), middle + 26 * HOUR
    asked = Question(first, today, now, "day", dimensions=("page", "country"), limit=100)
    parameters = [
        *(("from", str(first)), ("to", str(today)), ("interval", "day")),
        *(("dimension", name) for name in asked.dimensions),
        ("limit", "100"),
    ]
    for step in (len(events) // 2, Expired(-1), len(events), Expired(0), Expired(1)):
        history.happen(step)
        assert_all_agree(history, store, asked, parameters, zone)


@pytest.mark.parametrize(("zone", "around"), PLACES)
@pytest.mark.parametrize("path", [None, "/a"])
def test_odd_days_that_are_erased_and_filled_again(
    store: PatientStore, zone: str, around: str, path: str | None
) -> None:
    """Around each odd moment: half of the events are rolled up, some go, the others come late."""
    middle = instant(around)
    times = [middle + minutes * 60_000 for minutes in range(-36 * 60, 36 * 60, 53)]
    events = [
        event(at, zone, visitor=1 + number % 3, path=path, page=path, country="ab"[number % 2])
        for number, at in enumerate(times)
        for path in [("/", "/a", "/B")[number % 4 % 3]]
    ]
    coming = events[::2] + events[1::2]
    history = History(store, zone, middle, coming)
    half = len(coming) // 2
    roll_up = RollUp(history.site.key)
    for step in (half, roll_up, Erased(0, 0, path), half // 2, roll_up, len(coming)):
        history.happen(step)
    for days in (0, 2):
        today = local(middle, zone).date()
        first = local(middle - days * 24 * HOUR, zone).date()
        now = middle + 26 * HOUR
        interval = "day" if days else "hour"
        asked = Question(first, today, now, interval, dimensions=("page", "country"), limit=100)
        parameters = [
            *(("from", str(first)), ("to", str(today)), ("interval", interval)),
            *(("dimension", name) for name in asked.dimensions),
            ("limit", "100"),
        ]
        assert_all_agree(history, store, asked, parameters, zone)
