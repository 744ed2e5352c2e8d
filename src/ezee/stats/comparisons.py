"""The range that another is compared with."""

from __future__ import annotations

from datetime import date

from ezee.model.calendar import (
    HOUR,
    MINUTE,
    LocalHour,
    date_of,
    day_end,
    day_of,
    day_start,
    hour_start,
    local_hour,
)
from ezee.model.query import Range
from ezee.stats.periods import clock_hours, months_before

NAMES = ("previous", "year")


def previous(span: Range, now: int, zone: str, period: str | None) -> Range:
    """The same length just before: of the running day up to the same time of day, of the running
    month the same days of the month before.

    ``period`` tells the running month from the running day on the first of a month.
    """
    if span.start is not None:
        return clock_hours(span.start - 1, span.start, zone)
    today = local_hour(now, zone).day
    if period != "month" and span.first_day == span.last_day == today:
        start = day_start(today - 1, zone)
        return Range(today - 1, today - 1, start, _same_time(today - 1, now, zone))
    if _is_month_up_to(span, today):
        return _moved(span, 1)
    return Range(2 * span.first_day - span.last_day - 1, span.first_day - 1)


def year_before(span: Range, now: int, zone: str) -> Range:
    """The same dates a year before, of 29 February the 28th; of 24 hours, the same hours."""
    if span.start is None:
        return _moved(span, 12)
    hour = local_hour(now, zone)
    day = _months_before(hour.day, 12)
    at = min(_first_at(day, hour.hour * HOUR, zone), day_end(day, zone) - 1)
    return clock_hours(at, hour_start(at, zone) + HOUR, zone)


def _is_month_up_to(span: Range, today: int) -> bool:
    return span.last_day == today and date_of(today).replace(day=1) == date_of(span.first_day)


def _moved(span: Range, months: int) -> Range:
    return Range(_months_before(span.first_day, months), _months_before(span.last_day, months))


def _months_before(day: int, months: int) -> int:
    when: date = months_before(date_of(day), months)
    return day_of(when)


def _same_time(day: int, now: int, zone: str) -> int:
    return _first_at(day, _clock(local_hour(now, zone), now) + now % MINUTE, zone)


def _first_at(day: int, time: int, zone: str) -> int:
    """The first instant (ms) of a local day whose clock shows ``time`` (ms after 00:00) or later;
    the day's end where there is none.
    """
    end = day_end(day, zone)
    for at in range(day_start(day, zone), end, MINUTE):
        hour = local_hour(at, zone)
        shown = _clock(hour, at)
        if hour.day == day and time < shown + MINUTE:
            return at + max(0, time - shown)
    return end


def _clock(hour: LocalHour, at: int) -> int:
    return hour.hour * HOUR + (at // MINUTE + hour.offset) % 60 * MINUTE
