"""The buckets of a series, and their labels."""

from __future__ import annotations

from datetime import date

import pytest

from ezee.model.calendar import day_of
from ezee.model.query import Interval, Range
from ezee.stats.buckets import clock_label, count, day_label, labels, parse_day, range_label
from ezee.stats.periods import named
from tests.support.clock import instant

LATER = instant("2040-01-01T00:00:00+00:00")


def days(first: str, last: str | None = None) -> Range:
    return Range(day_of(date.fromisoformat(first)), day_of(date.fromisoformat(last or first)))


@pytest.mark.parametrize(
    ("zone", "text", "number"),
    [
        ("UTC", "2026-03-10", 24),
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-04-05", 25),
        ("Australia/Lord_Howe", "2026-10-04", 24),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/St_Johns", "2010-11-06", 25),
        ("America/St_Johns", "2010-11-07", 25),
        ("Pacific/Apia", "2011-12-30", 0),
    ],
)
def test_a_day_has_the_hours_it_has(zone: str, text: str, number: int) -> None:
    found = labels(days(text), Interval.HOUR, zone, LATER)
    assert len(found) == number
    assert len(set(found.values())) == number
    assert all(label.startswith(text) for label in found.values())


def test_the_hour_that_comes_twice_is_told_apart() -> None:
    found = list(labels(days("2026-10-25"), Interval.HOUR, "Europe/Berlin", LATER).values())
    assert found[1:5] == [
        "2026-10-25T01:00+02:00",
        "2026-10-25T02:00+02:00",
        "2026-10-25T02:00+01:00",
        "2026-10-25T03:00+01:00",
    ]


def test_minutes_are_labelled_to_the_minute() -> None:
    found = list(labels(days("2026-03-10"), Interval.MINUTE, "Asia/Kathmandu", LATER).values())
    assert len(found) == 1440
    assert (found[0], found[-1]) == ("2026-03-10T00:00+05:45", "2026-03-10T23:59+05:45")


def test_a_day_that_was_skipped_is_no_bucket() -> None:
    found = labels(days("2011-12-29", "2011-12-31"), Interval.DAY, "Pacific/Apia", LATER)
    assert list(found.values()) == ["2011-12-29", "2011-12-31"]


@pytest.mark.parametrize(
    ("interval", "last"),
    [(Interval.HOUR, "2026-03-10T12:00+00:00"), (Interval.MINUTE, "2026-03-10T12:34+00:00")],
)
def test_the_running_bucket_is_the_last(interval: Interval, last: str) -> None:
    now = instant("2026-03-10T12:34:56+00:00")
    assert list(labels(days("2026-03-10"), interval, "UTC", now).values())[-1] == last


def test_weeks_begin_on_mondays_the_first_clipped() -> None:
    found = labels(days("2026-10-21", "2026-11-03"), Interval.WEEK, "UTC", LATER)
    assert list(dict.fromkeys(found.values())) == ["2026-10-21", "2026-10-26", "2026-11-02"]


def test_months() -> None:
    found = labels(days("2025-12-31", "2026-02-01"), Interval.MONTH, "UTC", LATER)
    assert list(dict.fromkeys(found.values())) == ["2025-12", "2026-01", "2026-02"]


@pytest.mark.parametrize("interval", [Interval.DAY, Interval.WEEK, Interval.MONTH])
@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-25", "2026-10-26"), ("2026-01-31", "2026-02-01"), ("2024-12-30", "2026-01-04")],
)
def test_the_count_is_that_of_the_labels(interval: Interval, first: str, last: str) -> None:
    span = days(first, last)
    assert count(span, interval) == len(set(labels(span, interval, "UTC", LATER).values()))


@pytest.mark.parametrize(("interval", "number"), [(Interval.HOUR, 24), (Interval.MINUTE, 1440)])
def test_hours_and_minutes_are_counted_cheaply(interval: Interval, number: int) -> None:
    now = instant("2026-03-10T12:34:56+00:00")
    assert count(days("2026-03-10"), interval) == number
    assert count(named("24h", now, "UTC", None), interval) == number


def test_day_labels() -> None:
    span = days("2026-10-25", "2026-11-30")
    day = day_of(date(2026, 11, 5))
    assert [day_label(day, interval, span) for interval in list(Interval)[2:]] == [
        "2026-11-05",
        "2026-11-02",
        "2026-11",
    ]


def test_clock_labels() -> None:
    at = instant("2026-03-10T06:22:00+00:00")
    day = day_of(date(2026, 3, 10))
    assert clock_label((day, 12, 345)) == "2026-03-10T12:00+05:45"
    assert clock_label((day, 12, 345, at)) == "2026-03-10T12:07+05:45"


def test_the_range_is_labelled_as_its_buckets_are() -> None:
    assert range_label(days("2026-10-25", "2026-10-26"), "UTC") == ("2026-10-25", "2026-10-26")
    now = instant("2026-10-25T12:34:56+00:00")
    assert range_label(named("24h", now, "Europe/Berlin", None), "Europe/Berlin") == (
        "2026-10-24T15:00+02:00",
        "2026-10-25T13:00+01:00",
    )


@pytest.mark.parametrize(
    "text",
    ["", "2026-10-32", "2026-W01-1", "20261025", "2026-10-25T00:00", "1969-12-31", "9999-12-31"],
)
def test_what_is_no_day(text: str) -> None:
    assert parse_day(text) is None


@pytest.mark.parametrize("text", ["1970-01-01", "2024-02-29", "9998-12-31"])
def test_what_is_a_day(text: str) -> None:
    assert parse_day(text) == day_of(date.fromisoformat(text))
