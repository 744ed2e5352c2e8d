"""The named periods, as local days of the tracker's zone. All include today."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date

from ezee.model.calendar import (
    DAY,
    HOUR,
    MINUTE,
    date_of,
    day_end,
    day_of,
    hour_start,
    local_hour,
)
from ezee.model.query import Interval, Range

DEFAULT = "30d"
NAMES = (
    "today",
    "yesterday",
    "24h",
    "7d",
    "30d",
    "90d",
    "month",
    "last_month",
    "year",
    "12mo",
    "all",
)


def named(period: str, now: int, zone: str, first_event_day: int | None) -> Range:
    """The range of a named period at the instant ``now`` (ms); the name must be in ``NAMES``."""
    today = local_hour(now, zone).day
    if period == "24h":
        return clock_hours(now, hour_start(now, zone) + HOUR, zone)
    if period == "all":
        return Range(today if first_event_day is None else min(first_event_day, today), today)
    return _DAYS[period](today)


def default_interval(span: Range) -> Interval:
    """Hours up to 2 days, days up to 100, else months."""
    days = span.last_day - span.first_day + 1
    if span.start is not None or days <= 2:
        return Interval.HOUR
    return Interval.DAY if days <= 100 else Interval.MONTH


def is_closed(span: Range, now: int, zone: str) -> bool:
    """Whether its last day ended 24 hours ago: no sender may add to it any more."""
    return now >= day_end(span.last_day, zone) + DAY


def clock_hours(at: int, end: int, zone: str) -> Range:
    """The 24 clock hours up to that of the instant ``at``, which has an end (ms).

    Each is whole: where clocks moved by half an hour, they are 23.5 elapsed ones.
    """
    start = at - at % MINUTE
    hours = {local_hour(at, zone)}
    while len(hours | {before := local_hour(start - MINUTE, zone)}) <= 24:
        hours.add(before)
        start -= MINUTE
    days = [hour.day for hour in hours]
    return Range(min(days), max(days), start, end)


def _last(days: int) -> Callable[[int], Range]:
    return lambda today: Range(today - days + 1, today)


def _yesterday(today: int) -> Range:
    return Range(today - 1, today - 1)


def _month(today: int) -> Range:
    return Range(day_of(date_of(today).replace(day=1)), today)


def _last_month(today: int) -> Range:
    last = day_of(date_of(today).replace(day=1)) - 1
    return Range(day_of(date_of(last).replace(day=1)), last)


def _year(today: int) -> Range:
    return Range(day_of(date_of(today).replace(month=1, day=1)), today)


def _twelve_months(today: int) -> Range:
    first = months_before(date_of(today).replace(day=1), 11)
    return Range(day_of(first), today)


def months_before(when: date, months: int) -> date:
    """The same day so many months before, clipped to the month's end."""
    index = when.year * 12 + when.month - 1 - months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(when.day, monthrange(year, month + 1)[1]))


_DAYS: dict[str, Callable[[int], Range]] = {
    "today": _last(1),
    "yesterday": _yesterday,
    "7d": _last(7),
    "30d": _last(30),
    "90d": _last(90),
    "month": _month,
    "last_month": _last_month,
    "year": _year,
    "12mo": _twelve_months,
}
