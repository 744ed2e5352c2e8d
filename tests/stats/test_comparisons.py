"""What a range is compared with, at ordinary and at odd moments."""

from __future__ import annotations

from datetime import date

import pytest

from ezee.model.calendar import date_of, day_of, hour_label, local_hour, utc_text
from ezee.model.query import Range
from ezee.stats.comparisons import previous, year_before
from ezee.stats.periods import named
from tests.support.clock import instant

NOW = instant("2026-11-23T13:45:10.500+00:00")


def days(first: str, last: str) -> Range:
    return Range(day_of(date.fromisoformat(first)), day_of(date.fromisoformat(last)))


def dates(span: Range) -> tuple[str, str]:
    return str(date_of(span.first_day)), str(date_of(span.last_day))


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("yesterday", "2026-11-21", "2026-11-21"),
        ("7d", "2026-11-10", "2026-11-16"),
        ("30d", "2026-09-25", "2026-10-24"),
        ("month", "2026-10-01", "2026-10-23"),
        ("last_month", "2026-08-31", "2026-09-30"),
        ("year", "2025-02-08", "2025-12-31"),
        ("12mo", "2024-12-08", "2025-11-30"),
    ],
)
def test_previous_is_the_same_length_just_before(period: str, first: str, last: str) -> None:
    before = previous(named(period, NOW, "UTC", None), NOW, "UTC", period)
    assert dates(before) == (first, last)
    assert (before.start, before.end) == (None, None)


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        ("2026-03-31", "2026-02-01", "2026-02-28"),
        ("2028-03-30", "2028-02-01", "2028-02-29"),
        ("2026-01-15", "2025-12-01", "2025-12-15"),
        ("2026-03-01", "2026-02-01", "2026-02-01"),
    ],
)
def test_a_running_month_ends_with_the_month_before(today: str, first: str, last: str) -> None:
    now = instant(f"{today}T12:00:00+00:00")
    assert dates(previous(named("month", now, "UTC", None), now, "UTC", "month")) == (first, last)


def test_dates_up_to_today_are_a_running_month_as_well() -> None:
    assert dates(previous(days("2026-11-01", "2026-11-23"), NOW, "UTC", None)) == (
        "2026-10-01",
        "2026-10-23",
    )


@pytest.mark.parametrize(
    ("zone", "now", "start", "end"),
    [
        (
            "UTC",
            "2026-11-23T13:45:10.500+00:00",
            "2026-11-22T00:00:00.000Z",
            "2026-11-22T13:45:10.500Z",
        ),
        # Yesterday had no 02:30, and its 03:00 came at once.
        (
            "Europe/Berlin",
            "2026-03-30T02:30:15+02:00",
            "2026-03-28T23:00:00.000Z",
            "2026-03-29T01:00:00.000Z",
        ),
        # Yesterday had 02:30 twice, of which the first counts.
        (
            "Europe/Berlin",
            "2026-10-26T02:30:15+01:00",
            "2026-10-24T22:00:00.000Z",
            "2026-10-25T00:30:15.000Z",
        ),
        # Yesterday began at one o'clock.
        (
            "America/Sao_Paulo",
            "2018-11-05T00:20:00-02:00",
            "2018-11-04T03:00:00.000Z",
            "2018-11-04T03:00:00.000Z",
        ),
        (
            "UTC",
            "2026-11-23T00:00:00+00:00",
            "2026-11-22T00:00:00.000Z",
            "2026-11-22T00:00:00.000Z",
        ),
    ],
)
def test_a_running_day_ends_at_the_same_time(zone: str, now: str, start: str, end: str) -> None:
    at = instant(now)
    for period in ("today", None):
        before = previous(named("today", at, zone, None), at, zone, period)
        assert before.start is not None
        assert before.end is not None
        assert (utc_text(before.start), utc_text(before.end)) == (start, end)
        assert before.first_day == before.last_day == local_hour(at, zone).day - 1


def test_a_day_that_never_was_has_nothing_to_compare_with() -> None:
    now = instant("2011-12-31T12:00:00+14:00")
    before = previous(named("today", now, "Pacific/Apia", None), now, "Pacific/Apia", "today")
    assert before.start == before.end


@pytest.mark.parametrize(
    ("zone", "now", "previous_first", "year_first", "year_last"),
    [
        (
            "UTC",
            "2026-11-23T13:45:00+00:00",
            "2026-11-21T14:00+00:00",
            "2025-11-22T14:00+00:00",
            "2025-11-23T13:00+00:00",
        ),
        (
            "Europe/Berlin",
            "2026-10-25T12:00:00+01:00",
            "2026-10-23T14:00+02:00",
            "2025-10-24T13:00+02:00",
            "2025-10-25T12:00+02:00",
        ),
        (
            "Australia/Lord_Howe",
            "2026-10-04T12:00:00+11:00",
            "2026-10-02T13:00+10:30",
            "2025-10-03T13:00+10:30",
            "2025-10-04T12:00+10:30",
        ),
        (
            "UTC",
            "2028-02-29T12:00:00+00:00",
            "2028-02-27T13:00+00:00",
            "2027-02-27T13:00+00:00",
            "2027-02-28T12:00+00:00",
        ),
    ],
)
def test_24_clock_hours(
    zone: str, now: str, previous_first: str, year_first: str, year_last: str
) -> None:
    at = instant(now)
    span = named("24h", at, zone, None)
    before, year = previous(span, at, zone, "24h"), year_before(span, at, zone)
    assert before.end == span.start
    assert before.start is not None
    assert hour_label(local_hour(before.start, zone)) == previous_first
    assert year.start is not None
    assert year.end is not None
    assert hour_label(local_hour(year.start, zone)) == year_first
    assert hour_label(local_hour(year.end - 1, zone)) == year_last


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-11-01", "2026-11-23", ("2025-11-01", "2025-11-23")),
        ("2028-02-29", "2028-02-29", ("2027-02-28", "2027-02-28")),
        ("2028-02-28", "2028-03-01", ("2027-02-28", "2027-03-01")),
        ("2029-02-28", "2029-02-28", ("2028-02-28", "2028-02-28")),
    ],
)
def test_the_same_dates_a_year_before(first: str, last: str, expected: tuple[str, str]) -> None:
    assert dates(year_before(days(first, last), NOW, "UTC")) == expected
