"""The buckets of a time series: which there are, what each is called, what falls into it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import MAXYEAR, date, timedelta

from ezee.model.calendar import (
    HOUR,
    MINUTE,
    LocalHour,
    date_of,
    day_end,
    day_exists,
    day_of,
    day_start,
    hour_label,
    hours_between,
    local_hour,
)
from ezee.model.query import Interval, Range

MOST = 1_500
FIRST_DATE = date(1970, 1, 1)
# The last year that there is has none after it to look for its end in.
LAST_DATE = date(MAXYEAR - 1, 12, 31)

Key = tuple[int, ...]


def labels(span: Range, interval: Interval, zone: str, now: int) -> dict[Key, str]:
    """Each bucket of the range and its label, in order; no hour or minute that is yet to begin.

    Keys are those of ``model.result.Answer.series``. Several days share a week's or a month's
    label.
    """
    if interval is Interval.MINUTE:
        keys: list[Key] = [(*local_hour(at, zone), at) for at in _minutes(span, zone, now)]
        return {key: clock_label(key) for key in keys}
    if interval is Interval.HOUR:
        start, end = _instants(span, zone, now)
        return {
            tuple(hour): hour_label(hour)
            for hour in hours_between(start, end, zone)
            # A day that comes back has an end of the day before within it.
            if span.first_day <= hour.day <= span.last_day
        }
    days = [day for day in range(span.first_day, span.last_day + 1) if day_exists(day, zone)]
    return {(day,): day_label(day, interval, span) for day in days}


def clock_label(key: Key) -> str:
    """The label of an hour's or minute's bucket from its key alone."""
    day, hour, offset = key[:3]
    minute = (key[3] // MINUTE + offset) % 60 if len(key) > 3 else 0
    return hour_label(LocalHour(day, hour, offset), minute)


def count(span: Range, interval: Interval) -> int:
    """About how many buckets that is, told cheaply; exact for days and above."""
    days = span.last_day - span.first_day + 1
    if interval is Interval.MONTH:
        first, last = date_of(span.first_day), date_of(span.last_day)
        return (last.year - first.year) * 12 + last.month - first.month + 1
    if interval is Interval.WEEK:
        first, last = date_of(span.first_day), date_of(span.last_day)
        return (_monday(last) - _monday(first)).days // 7 + 1
    if interval is Interval.DAY:
        return days
    hours = days * 24 if span.start is None or span.end is None else (span.end - span.start) // HOUR
    return hours if interval is Interval.HOUR else hours * 60


def day_label(day: int, interval: Interval, span: Range) -> str:
    """``2026-10-25`` for days, likewise the Monday of a week (clipped), ``2026-10`` for months."""
    when = date_of(day)
    if interval is Interval.MONTH:
        return f"{when:%Y-%m}"
    if interval is Interval.WEEK:
        return str(max(_monday(when), date_of(span.first_day)))
    return str(when)


def range_label(span: Range, zone: str) -> tuple[str, str]:
    """What the answer calls the first and the last bucket of a range."""
    if span.start is None or span.end is None:
        return str(date_of(span.first_day)), str(date_of(span.last_day))
    # At midnight, the running day has nothing yet to be compared with.
    last = max(span.start, span.end - 1)
    return hour_label(local_hour(span.start, zone)), hour_label(local_hour(last, zone))


def _monday(when: date) -> date:
    return when - timedelta(days=when.weekday())


def _instants(span: Range, zone: str, now: int) -> tuple[int, int]:
    start = day_start(span.first_day, zone) if span.start is None else span.start
    end = day_end(span.last_day, zone) if span.end is None else span.end
    # The running hour is a bucket; those after it are not yet.
    return start, min(end, now - now % MINUTE + MINUTE)


def _minutes(span: Range, zone: str, now: int) -> Iterator[int]:
    start, end = _instants(span, zone, now)
    for at in range(start, end, MINUTE):
        if span.first_day <= local_hour(at, zone).day <= span.last_day:
            yield at


def parse_day(text: str) -> int | None:
    """The day number of ``2026-10-25``, or None when that is no date between the first and last."""
    when = _date(text)
    return day_of(when) if when is not None and FIRST_DATE <= when <= LAST_DATE else None


def expected_day(text: str) -> str:
    """What a text must be that ``parse_day`` does not read."""
    if _date(text) is None:
        return "must be a date such as 2026-10-25"
    return f"must be a date from {FIRST_DATE} to {LAST_DATE}"


def _date(text: str) -> date | None:
    try:
        when = date.fromisoformat(text)
    except ValueError:
        return None
    # fromisoformat also reads week dates such as 2026-W01-1.
    return when if len(text) == 10 and text[7] == "-" else None
