"""Local days and hours, at the days on which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ezee.model.calendar import (
    HOUR,
    MINUTE,
    LocalHour,
    date_of,
    day_end,
    day_exists,
    day_of,
    day_start,
    find_zone,
    hour_label,
    hour_start,
    hours_between,
    local_hour,
    read_instant,
    utc_text,
)
from tests.support.clock import instant

# Zone, date, and how many minutes that date has.
DAYS = [
    ("UTC", "2026-03-29", 24 * 60),
    ("Europe/Berlin", "2026-03-29", 23 * 60),
    ("Europe/Berlin", "2026-10-25", 25 * 60),
    ("Europe/Berlin", "2026-10-26", 24 * 60),
    ("America/New_York", "2026-03-08", 23 * 60),
    ("America/New_York", "2026-11-01", 25 * 60),
    ("Australia/Lord_Howe", "2026-04-05", 24 * 60 + 30),
    ("Australia/Lord_Howe", "2026-10-04", 23 * 60 + 30),
    ("America/Sao_Paulo", "2018-11-04", 23 * 60),
    ("America/Sao_Paulo", "2018-02-17", 25 * 60),
    ("America/St_Johns", "2010-11-06", 24 * 60 + 59),
    ("America/St_Johns", "2010-11-07", 24 * 60 + 1),
    ("Pacific/Apia", "2011-12-29", 24 * 60),
    ("Pacific/Apia", "2011-12-30", 0),
    ("Pacific/Apia", "2011-12-31", 24 * 60),
]


def minutes_of(zone: str, text: str) -> list[int]:
    """The instants of every minute that reads that local date: brute force, no arithmetic."""
    wanted, place = date.fromisoformat(text), ZoneInfo(zone)
    first = datetime(wanted.year, wanted.month, wanted.day, tzinfo=UTC) - timedelta(days=2)
    moments = (first + timedelta(minutes=minute) for minute in range(5 * 24 * 60))
    return [
        round(moment.timestamp() * 1000)
        for moment in moments
        if moment.astimezone(place).date() == wanted
    ]


@pytest.mark.parametrize(("zone", "text", "length"), DAYS)
def test_a_day_is_every_minute_that_reads_its_date(zone: str, text: str, length: int) -> None:
    day = day_of(date.fromisoformat(text))
    minutes = minutes_of(zone, text)
    assert len(minutes) == length
    assert all(local_hour(at, zone).day == day for at in minutes)
    assert day_exists(day, zone) == bool(minutes)
    if minutes:
        assert day_start(day, zone) == minutes[0]
        assert day_end(day, zone) == minutes[-1] + MINUTE


@pytest.mark.parametrize(("zone", "text", "length"), DAYS)
def test_the_hours_of_a_day_are_all_met_once(zone: str, text: str, length: int) -> None:
    minutes = minutes_of(zone, text)
    expected = list(dict.fromkeys(local_hour(at, zone) for at in minutes))
    day = day_of(date.fromisoformat(text))
    met = [
        hour
        for hour in hours_between(day_start(day, zone), day_end(day, zone), zone)
        if hour.day == day
    ]
    assert met == expected


def test_a_date_that_never_was_is_empty_and_ends_where_it_begins() -> None:
    day = day_of(date(2011, 12, 30))
    assert day_start(day, "Pacific/Apia") == day_end(day, "Pacific/Apia")
    assert day_end(day, "Pacific/Apia") == day_start(day + 1, "Pacific/Apia")


def test_an_hour_that_comes_twice_is_two_buckets() -> None:
    first = local_hour(instant("2026-10-25T00:30:00+00:00"), "Europe/Berlin")
    second = local_hour(instant("2026-10-25T01:30:00+00:00"), "Europe/Berlin")
    assert (first.day, first.hour) == (second.day, second.hour)
    assert (first.offset, second.offset) == (120, 60)
    assert hour_label(first) == "2026-10-25T02:00+02:00"
    assert hour_label(second) == "2026-10-25T02:00+01:00"


def test_lord_howe_moves_by_half_an_hour() -> None:
    start = instant("2026-04-04T13:00:00+00:00")
    hours = list(hours_between(start, start + 4 * HOUR, "Australia/Lord_Howe"))
    assert [hour_label(hour) for hour in hours] == [
        "2026-04-05T00:00+11:00",
        "2026-04-05T01:00+11:00",
        "2026-04-05T01:00+10:30",
        "2026-04-05T02:00+10:30",
        "2026-04-05T03:00+10:30",
    ]


def test_sao_paulo_has_a_day_without_midnight() -> None:
    day = day_of(date(2018, 11, 4))
    start = day_start(day, "America/Sao_Paulo")
    assert start == instant("2018-11-04T03:00:00+00:00")
    assert local_hour(start, "America/Sao_Paulo") == LocalHour(day, 1, -120)


def test_st_johns_has_a_day_that_comes_back() -> None:
    """At 00:01 on the 7th the clocks of St John's went back to 23:01 on the 6th."""
    sixth, seventh = day_of(date(2010, 11, 6)), day_of(date(2010, 11, 7))
    zone = "America/St_Johns"
    midnight = instant("2010-11-07T02:30:00+00:00")
    assert local_hour(midnight, zone) == LocalHour(seventh, 0, -150)
    assert local_hour(midnight + MINUTE, zone) == LocalHour(sixth, 23, -210)
    assert local_hour(midnight + HOUR, zone) == LocalHour(seventh, 0, -210)
    assert day_start(seventh, zone) == midnight
    assert day_end(sixth, zone) == midnight + HOUR


@pytest.mark.parametrize(
    ("zone", "at", "expected"),
    [
        ("UTC", "2026-03-10T12:59:59.999+00:00", "2026-03-10T12:00:00+00:00"),
        ("Asia/Kolkata", "2026-03-10T12:20:00+00:00", "2026-03-10T11:30:00+00:00"),
        ("Asia/Kathmandu", "2026-03-10T12:20:00+00:00", "2026-03-10T12:15:00+00:00"),
    ],
)
def test_hours_begin_where_the_zone_begins_them(zone: str, at: str, expected: str) -> None:
    assert hour_start(instant(at), zone) == instant(expected)


def test_hours_between_meets_a_first_hour_that_begins_off_the_quarter() -> None:
    start = instant("2026-03-10T11:59:00+00:00")
    assert [hour.hour for hour in hours_between(start, start + HOUR, "UTC")] == [11, 12]


def test_hours_between_meets_a_last_hour_that_has_just_begun() -> None:
    """23:01 came back at St John's; a report at 23:03 has that bucket."""
    midnight = instant("2010-11-07T02:30:00+00:00")
    hours = hours_between(midnight - HOUR, midnight + 3 * MINUTE, "America/St_Johns")
    assert [hour_label(hour) for hour in hours] == [
        "2010-11-06T23:00-02:30",
        "2010-11-07T00:00-02:30",
        "2010-11-06T23:00-03:30",
    ]


def test_hours_between_nothing_is_nothing() -> None:
    assert list(hours_between(1000, 1000, "UTC")) == []


def test_days_are_numbered_from_1970() -> None:
    assert day_of(date(1970, 1, 1)) == 0
    assert date_of(day_of(date(2026, 10, 25))) == date(2026, 10, 25)


@pytest.mark.parametrize(
    ("bucket", "minute", "label"),
    [
        (LocalHour(0, 0, 0), 0, "1970-01-01T00:00+00:00"),
        (LocalHour(0, 23, -210), 7, "1970-01-01T23:07-03:30"),
        (LocalHour(0, 5, 345), 0, "1970-01-01T05:00+05:45"),
    ],
)
def test_hours_are_labelled_with_their_offset(bucket: LocalHour, minute: int, label: str) -> None:
    assert hour_label(bucket, minute) == label


@pytest.mark.parametrize(
    "name", ["", "Nowhere/Town", "/etc/localtime", "../UTC", "Europe/../UTC", "x" * 65, "\0"]
)
def test_what_is_no_zone(name: str) -> None:
    assert find_zone(name) is None


def test_a_zone_is_found_by_its_name() -> None:
    assert find_zone("America/St_Johns") == ZoneInfo("America/St_Johns")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-10-25T14:00:00Z", "2026-10-25T14:00:00.000Z"),
        ("2026-10-25T14:00:00.1239+02:00", "2026-10-25T12:00:00.123Z"),
        ("2026-10-25T14:00", "2026-10-25T14:00:00.000Z"),
        ("2026-10-25", "2026-10-25T00:00:00.000Z"),
        ("1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"),
        ("3000-01-01T00:00:00Z", "3000-01-01T00:00:00.000Z"),
    ],
)
def test_instants_are_read_and_written(text: str, expected: str) -> None:
    at = read_instant(text)
    assert at is not None
    assert utc_text(at) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "12:00", "1761400800", "1e9"])
def test_what_is_no_instant(text: str) -> None:
    assert read_instant(text) is None
