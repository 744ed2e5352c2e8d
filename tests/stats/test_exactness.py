"""Every number of a report equals that of a plain reading of metrics: for any events at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.errors import InvalidRequest
from ezee.model.dimensions import DIMENSIONS, dimension, parts_of, scope_of
from ezee.stats.periods import NAMES
from ezee.stats.run import report
from ezee.store.base import Batch
from ezee.store.changes import Erase, RollUp
from ezee.store.duckdb.visits import VisitKeeper
from tests.support import reference
from tests.support.cases import (
    HOUR,
    MINUTE,
    PERIODS,
    PLACES,
    TOGETHER,
    Asked,
    Case,
    beside_the_period,
    cases,
)
from tests.support.clock import instant
from tests.support.compared import compared
from tests.support.events import PatientStore, event, readable
from tests.support.examples import examples
from tests.support.reference import Question, assert_in_time, local

# A day of each kind there is: its minutes, in how many pieces they are, and when it first begins.
ODD_DAYS = [
    ("Europe/Berlin", "2026-10-25", 25 * 60, 1, "00:00"),
    ("Europe/Berlin", "2026-03-29", 23 * 60, 1, "00:00"),
    ("America/New_York", "2026-11-01", 25 * 60, 1, "00:00"),
    ("America/New_York", "2026-03-08", 23 * 60, 1, "00:00"),
    ("Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30, 1, "00:00"),
    ("Australia/Lord_Howe", "2026-10-04", 24 * 60 - 30, 1, "00:00"),
    # No midnight.
    ("America/Sao_Paulo", "2018-11-04", 23 * 60, 1, "01:00"),
    ("America/Sao_Paulo", "2018-02-17", 25 * 60, 1, "00:00"),
    # Clocks went back at 00:01: the day before came back, and this day began twice.
    ("America/St_Johns", "2010-11-06", 25 * 60 - 1, 2, "00:00"),
    ("America/St_Johns", "2010-11-07", 24 * 60 + 1, 2, "00:00"),
    # It never was.
    ("Pacific/Apia", "2011-12-30", 0, 0, ""),
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    with pytest.MonkeyPatch.context() as patch:
        # Between two examples the keeper of visits need not spare the machine.
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        opened = PatientStore(tmp_path_factory.mktemp("exact"))
        yield opened
        opened.close()


@pytest.mark.parametrize(("zone", "day", "minutes", "pieces", "begins"), ODD_DAYS)
def test_every_kind_of_odd_day_is_among_the_fixed_cases(
    zone: str, day: str, minutes: int, pieces: int, begins: str
) -> None:
    """And is as odd as it is said to be, by the clock alone."""
    noon = instant(f"{day}T12:00:00+00:00")
    around = range(noon - 60 * HOUR, noon + 60 * HOUR, MINUTE)
    there = [at for at in around if str(local(at, zone).date()) == day]
    assert len(there) == minutes
    whole = set(there)
    assert sum(at - MINUTE not in whole for at in there) == pieces
    assert not there or f"{local(there[0], zone):%H:%M}" == begins
    near = [abs(instant(at) - noon) <= 36 * HOUR for place, at in PLACES if place == zone]
    assert any(near)


def test_every_period_is_drawn() -> None:
    assert {*PERIODS} == {*NAMES, "dates"}


@examples(100)
@given(case=cases(), split=st.integers(0, 14))
def test_a_report_is_what_a_plain_reading_says(store: PatientStore, case: Case, split: int) -> None:
    site = readable(case.zone)
    store.change(Erase(site.key))
    for part in (case.events[:split], case.events[split:]):
        store.append(Batch(part))
    got = report(store, site, case.parameters, case.question.now)
    expected = reference.report(case.events, case.zone, case.question)
    assert got["breakdowns"] == expected["breakdowns"]
    assert got["rows"] == expected["rows"]
    assert_in_time(got, expected)
    _reconcile(got, case.question)


def _reconcile(got: dict[str, Any], question: Question) -> None:
    """What metrics says must add up, adds up."""
    totals = got["totals"]
    whole = question.interval in {"day", "week", "month"}
    for name in ("visits", "pageviews", "events", *(("visitors",) if whole else ())):
        if name in (question.metrics or ("visitors", "visits", "pageviews")):
            assert sum(row[name] for row in got["timeseries"]) == totals[name]


@examples(40)
@given(
    case=cases(),
    compare=st.sampled_from(["previous", "year", "dates"]),
    rolled=st.integers(0, 14),
)
def test_a_comparison_is_what_a_plain_reading_of_its_range_says(
    store: PatientStore, case: Case, compare: str, rolled: int
) -> None:
    site = readable(case.zone)
    store.change(Erase(site.key))
    store.append(Batch(case.events[:rolled]))
    store.change(RollUp(site.key))
    store.append(Batch(case.events[rolled:]))
    period = dict(case.parameters).get("period", "")
    if period == "all":
        with pytest.raises(InvalidRequest, match="compare"):
            report(store, site, [*case.parameters, ("compare", "year")], case.question.now)
        return
    if compare == "dates":
        day = local(case.around, case.zone).date()
        before, text = replace(case.question, first=day, last=day, start=None, end=None), ""
        text = f"{day}..{day}"
    else:
        before, text = compared(case.question, case.zone, period, compare), compare
    got = report(store, site, [*case.parameters, ("compare", text)], case.question.now)
    assert got["totals"] == reference.report(case.events, case.zone, case.question)["totals"]
    assert_in_time(got["comparison"], reference.report(case.events, case.zone, before))


@examples(12)
@given(case=cases())
def test_breakdowns_sum_to_the_totals(store: PatientStore, case: Case) -> None:
    site = readable(case.zone)
    store.change(Erase(site.key))
    store.append(Batch(case.events))
    kept = {"period", "from", "to", "verified", "filter"}
    chosen = [pair for pair in case.parameters if pair[0] in kept]
    every = [("dimension", name) for name in (*DIMENSIONS, *TOGETHER)]
    for part in (every[:20], every[20:]):
        got = report(store, site, [*chosen, *part, ("limit", "1000")], case.question.now)
        for name, rows in got["breakdowns"].items():
            count = scope_of(dimension(each) for each in parts_of(name)).value
            assert sum(row[count] for row in rows) == got["totals"][count], name
            assert got["rows"][name] == len(rows)


_A_DAY_AND_A_HALF = range(-36 * 60, 36 * 60, 47)


@pytest.mark.parametrize(("zone", "around"), PLACES)
@pytest.mark.parametrize("asked", [(), (("country", "is", ("a",)), ("page", "is_not", ("/",)))])
@pytest.mark.parametrize("rolled", [False, True])
def test_odd_days_hour_by_hour(
    store: PatientStore, zone: str, around: str, asked: tuple[Asked, ...], rolled: bool
) -> None:
    """Three visitors throughout a day and a half on either side of an odd moment."""
    middle = instant(around)
    events = [
        event(
            middle + minutes * MINUTE,
            zone,
            visitor=1 + minutes % 3,
            page="/a" if minutes % 2 else "/",
            country="a" if minutes % 5 else "b",
        )
        for minutes in _A_DAY_AND_A_HALF
    ]
    site = readable(zone)
    store.change(Erase(site.key))
    store.append(Batch(events))
    if rolled:
        store.change(RollUp(site.key))
    for now in (middle - 1, middle + 90 * MINUTE, middle + 26 * HOUR):
        today = local(now, zone).date()
        question = Question(today, today, now, "hour", dimensions=("page", "country"))
        question = replace(question, filters=asked)
        parameters = [
            ("period", "today"),
            ("compare", "previous"),
            *beside_the_period(question, ()),
        ]
        got = report(
            store, site, [*parameters, ("dimension", "page"), ("dimension", "country")], now
        )
        expected = reference.report(events, zone, question)
        assert got["breakdowns"] == expected["breakdowns"]
        assert_in_time(got, expected)
        before = compared(question, zone, "today", "previous")
        assert_in_time(got["comparison"], reference.report(events, zone, before))
