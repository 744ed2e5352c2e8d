"""Every number of a report equals that of a plain reading of metrics: for any events at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ezee.model.dimensions import DIMENSIONS
from ezee.model.event import Event, Kind
from ezee.stats.run import report
from ezee.store.base import Batch
from ezee.store.changes import Erase
from ezee.store.duckdb.visits import VisitKeeper
from tests.support import reference
from tests.support.clock import instant
from tests.support.events import PatientStore, event, readable
from tests.support.reference import Question, local

MINUTE = 60_000
HOUR = 60 * MINUTE

# A zone and an instant close to one of its odd days.
PLACES = [
    ("UTC", "2026-03-10T12:00:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00:00+00:00"),
    ("Europe/Berlin", "2026-03-29T01:00:00+00:00"),
    ("America/New_York", "2026-11-01T06:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
    ("America/St_Johns", "2010-11-07T02:31:00+00:00"),
    ("Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    ("Asia/Kathmandu", "2026-02-28T18:15:00+00:00"),
]
_PLACE_AND_TIME = st.sampled_from(PLACES)
_MINUTES = st.integers(-3 * 24 * 60, 2 * 24 * 60) | st.integers(-90, 90)
_TEXTS = st.sampled_from(["", "a", "b", "Ä"])
_VISIT_TEXTS = (
    *("source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term"),
    *("utm_content", "country", "browser", "os", "device", "screen", "language"),
)


class Case(NamedTuple):
    """Events in the order they are stored, and a question about them."""

    zone: str
    around: int
    events: list[Event]
    parameters: list[tuple[str, str]]
    question: Question


@st.composite
def cases(draw: st.DrawFn) -> Case:
    zone, text = draw(_PLACE_AND_TIME)
    around = instant(text)
    events = [_draw_event(draw, zone, around) for _ in range(draw(st.integers(0, 14)))]
    question, parameters = draw(questions(zone, around))
    return Case(zone, around, events, parameters, question)


def _draw_event(draw: st.DrawFn, zone: str, around: int) -> Event:
    """Anything may come before or after anything: what is stored next need not be next."""
    at = around + draw(_MINUTES) * MINUTE + draw(st.sampled_from([0, 0, 1, 999, 59_999]))
    kind = draw(st.sampled_from([Kind.PAGEVIEW, Kind.PAGEVIEW, Kind.CUSTOM, Kind.ENGAGEMENT]))
    return event(
        at,
        zone,
        received_at=at + draw(st.sampled_from([0, 0, 1, 5 * MINUTE, 20 * HOUR])),
        visitor=draw(st.integers(1, 3)),
        kind=kind,
        name="" if kind is Kind.PAGEVIEW else draw(st.sampled_from(["buy", "Sign up", "äh"])),
        page=draw(st.sampled_from(["/", "/a", "/B", ""])),
        interactive=draw(st.booleans()),
        verified=draw(st.booleans()),
        **{name: draw(_TEXTS) for name in _VISIT_TEXTS},
    )


@st.composite
def questions(draw: st.DrawFn, zone: str, around: int) -> tuple[Question, list[tuple[str, str]]]:
    now = around + draw(st.integers(-3000, 3000)) * MINUTE + draw(st.integers(0, 59_999))
    first, last, start, end, parameters = draw(periods(zone, now))
    interval = draw(st.sampled_from(_intervals(first, last, start)))
    dimensions = draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), unique=True, max_size=4))
    order = draw(st.sampled_from(["-visitors", "visitors", "value", "-value", "-visits", "events"]))
    limit, offset = draw(st.sampled_from([1, 2, 10])), draw(st.sampled_from([0, 0, 1]))
    verified = draw(st.sampled_from([False, False, True]))
    parameters = [
        *parameters,
        ("interval", interval),
        *(("dimension", name) for name in dimensions),
        *(("order", order), ("limit", str(limit)), ("offset", str(offset))),
        *([("verified", "1")] if verified else []),
    ]
    names = tuple(dimensions) or DEFAULTS
    asked = Question(first, last, now, interval, start, end, names, order, limit, offset, verified)
    return asked, parameters


DEFAULTS = ("page", "source", "country", "browser", "os", "device", "event")


def _intervals(first: date, last: date, start: int | None) -> list[str]:
    days = (last - first).days + 1
    if start is not None:
        return ["minute", "hour", "hour", "day"]
    if days == 1:
        return ["minute", "hour", "hour", "day"]
    return ["hour", "day", "day", "week", "month"] if days <= 3 else ["day", "week", "month"]


@st.composite
def periods(
    draw: st.DrawFn, zone: str, now: int
) -> tuple[date, date, int | None, int | None, list[tuple[str, str]]]:
    today = local(now, zone).date()
    name = draw(st.sampled_from(["today", "yesterday", "24h", "7d", "30d", "month", "dates"]))
    if name == "dates":
        first = today + timedelta(days=draw(st.integers(-4, 0)))
        last = first + timedelta(days=draw(st.integers(0, 3)))
        last = min(last, today)
        return first, last, None, None, [("from", str(first)), ("to", str(last))]
    if name == "24h":
        start, end = _last_24_hours(now, zone)
        days = {local(at, zone).date() for at in range(start, end, MINUTE)}
        return min(days), max(days), start, end, [("period", "24h")]
    first, last = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "7d": (today - timedelta(days=6), today),
        "30d": (today - timedelta(days=29), today),
        "month": (today.replace(day=1), today),
    }[name]
    return first, last, None, None, [("period", name)]


def _last_24_hours(now: int, zone: str) -> tuple[int, int]:
    """The instants of the 24 distinct clock hours that end with the current one."""
    hours: list[str] = []
    start = at = now // MINUTE * MINUTE
    while len(hours) <= 24:
        start, label = at + MINUTE, f"{local(at, zone):%d %H %z}"
        if label not in hours:
            hours.append(label)
        at -= MINUTE
    end = now // MINUTE * MINUTE
    offset = local(now, zone).utcoffset()
    assert offset is not None
    ahead = round(offset.total_seconds() * 1000)
    while (end + ahead) % HOUR:
        end += MINUTE
    if end <= now:
        end += HOUR
    return start, end


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    with pytest.MonkeyPatch.context() as patch:
        # Between two examples the keeper of visits need not spare the machine.
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        opened = PatientStore(tmp_path_factory.mktemp("exact"))
        yield opened
        opened.close()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(case=cases(), split=st.integers(0, 14))
def test_a_report_is_what_a_plain_reading_says(store: PatientStore, case: Case, split: int) -> None:
    site = readable(case.zone)
    store.change(Erase(site.key))
    for part in (case.events[:split], case.events[split:]):
        store.append(Batch(part))
    got = report(store, site, case.parameters, case.question.now)
    expected = reference.report(case.events, case.zone, case.question)
    assert got["totals"] == expected["totals"]
    # After them come buckets that are yet to begin, where a sender's clock is ahead.
    begun = len(expected["timeseries"])
    assert got["timeseries"][:begun] == expected["timeseries"]
    assert all(row["visitors"] or row["visits"] for row in got["timeseries"][begun:])
    assert got["breakdowns"] == expected["breakdowns"]
    assert got["rows"] == expected["rows"]
    _reconcile(got, case.question)


def _reconcile(got: dict[str, Any], question: Question) -> None:
    """What metrics says must add up, adds up."""
    totals = got["totals"]
    whole = question.interval in {"day", "week", "month"}
    for name in ("visits", "pageviews", *(("visitors",) if whole else ())):
        assert sum(row[name] for row in got["timeseries"]) == totals[name]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(case=cases())
def test_breakdowns_sum_to_the_totals(store: PatientStore, case: Case) -> None:
    site = readable(case.zone)
    store.change(Erase(site.key))
    store.append(Batch(case.events))
    chosen = [pair for pair in case.parameters if pair[0] in {"period", "from", "to"}]
    chosen += [("verified", "1")] if case.question.verified else []
    every = [("dimension", name) for name in DIMENSIONS]
    got = report(store, site, [*chosen, *every, ("limit", "1000")], case.question.now)
    for name, dimension in DIMENSIONS.items():
        rows = got["breakdowns"][name]
        assert sum(row[dimension.count] for row in rows) == got["totals"][dimension.count], name
        assert got["rows"][name] == len(rows)
