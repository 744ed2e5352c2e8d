"""The named periods, at ordinary and at odd moments."""

from __future__ import annotations

from datetime import date

import pytest

from ezee.model.calendar import date_of, day_of, hour_label, local_hour, utc_text
from ezee.model.query import Interval, Range
from ezee.stats.periods import NAMES, default_interval, is_closed, months_before, named
from tests.support.clock import instant

NOW = instant("2026-03-31T22:30:00+00:00")


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", "2026-04-01", "2026-04-01"),
        ("yesterday", "2026-03-31", "2026-03-31"),
        ("7d", "2026-03-26", "2026-04-01"),
        ("30d", "2026-03-03", "2026-04-01"),
        ("90d", "2026-01-02", "2026-04-01"),
        ("month", "2026-04-01", "2026-04-01"),
        ("last_month", "2026-03-01", "2026-03-31"),
        ("year", "2026-01-01", "2026-04-01"),
        ("12mo", "2025-05-01", "2026-04-01"),
        ("all", "2024-02-29", "2026-04-01"),
    ],
)
def test_a_period_is_days_of_the_trackers_zone(period: str, first: str, last: str) -> None:
    """At half past ten in the evening UTC it is tomorrow in Berlin."""
    span = named(period, NOW, "Europe/Berlin", day_of(date(2024, 2, 29)))
    assert (str(date_of(span.first_day)), str(date_of(span.last_day))) == (first, last)
    assert (span.start, span.end) == (None, None)


def test_every_named_period_includes_what_it_must() -> None:
    today = local_hour(NOW, "UTC").day
    for name in set(NAMES) - {"yesterday", "last_month"}:
        assert named(name, NOW, "UTC", None).last_day == today, name


def test_all_of_a_tracker_without_events_is_today() -> None:
    today = local_hour(NOW, "UTC").day
    assert named("all", NOW, "UTC", None) == Range(today, today)


def test_all_does_not_begin_after_today() -> None:
    today = local_hour(NOW, "UTC").day
    assert named("all", NOW, "UTC", today + 1) == Range(today, today)


@pytest.mark.parametrize(
    ("zone", "now", "start", "hours"),
    [
        ("UTC", "2026-03-10T12:34:56+00:00", "2026-03-09T13:00:00.000Z", 24.0),
        ("UTC", "2026-03-10T12:00:00+00:00", "2026-03-09T13:00:00.000Z", 24.0),
        ("Asia/Kolkata", "2026-03-10T12:34:56+00:00", "2026-03-09T13:30:00.000Z", 24.0),
        ("Europe/Berlin", "2026-10-25T12:34:56+00:00", "2026-10-24T13:00:00.000Z", 24.0),
        ("Australia/Lord_Howe", "2026-04-05T00:10:00+00:00", "2026-04-04T01:00:00.000Z", 23.5),
        ("Australia/Lord_Howe", "2026-10-04T00:10:00+00:00", "2026-10-03T01:30:00.000Z", 23.5),
    ],
)
def test_24h_is_whole_clock_hours(zone: str, now: str, start: str, hours: float) -> None:
    span = named("24h", instant(now), zone, None)
    assert span.start is not None
    assert span.end is not None
    assert utc_text(span.start) == start
    assert (span.end - span.start) / 3_600_000 == hours
    assert span.start < instant(now) < span.end
    buckets = {local_hour(at, zone) for at in range(span.start, span.end, 60_000)}
    assert len(buckets) == 24
    assert hour_label(local_hour(span.start, zone))[14:16] == "00"


@pytest.mark.parametrize(
    ("days", "interval"),
    [
        (1, Interval.HOUR),
        (2, Interval.HOUR),
        (3, Interval.DAY),
        (100, Interval.DAY),
        (101, Interval.MONTH),
    ],
)
def test_the_default_interval(days: int, interval: Interval) -> None:
    assert default_interval(Range(1000, 999 + days)) is interval


def test_the_default_interval_of_24h_is_the_hour() -> None:
    assert default_interval(named("24h", NOW, "UTC", None)) is Interval.HOUR


@pytest.mark.parametrize(
    ("when", "months", "expected"),
    [
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
        (date(2024, 3, 31), 1, date(2024, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2026, 11, 30), 0, date(2026, 11, 30)),
    ],
)
def test_months_before_are_clipped_to_the_months_end(
    when: date, months: int, expected: date
) -> None:
    assert months_before(when, months) == expected


def test_a_range_is_closed_24_hours_after_its_last_day() -> None:
    day = day_of(date(2026, 10, 25))
    end = instant("2026-10-26T00:00:00+01:00") + 24 * 60 * 60_000
    assert is_closed(Range(day - 3, day), end, "Europe/Berlin")
    assert not is_closed(Range(day - 3, day), end - 1, "Europe/Berlin")
