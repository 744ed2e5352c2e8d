"""The range that another is compared with, once more: found by walking along the clock."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from tests.support.reference import MINUTE, Question, local

HOUR = 60 * MINUTE


def compared(question: Question, zone: str, period: str, how: str) -> Question:
    """The question about the range it is compared with: ``previous`` or ``year``."""
    if how == "year":
        return _a_year_before(question, zone)
    if question.start is not None:
        return hours_up_to(question, zone, question.start, question.start)
    today = local(question.now, zone).date()
    if question.first == question.last == today and period != "month":
        return _yesterday_until_now(question, zone, today - timedelta(days=1))
    if question.last == today and question.first == today.replace(day=1):
        return replace(question, first=_month_before(question.first), last=_month_before(today))
    days = question.last - question.first + timedelta(days=1)
    return replace(question, first=question.first - days, last=question.last - days)


def hours_up_to(question: Question, zone: str, at: int, end: int) -> Question:
    """The question about the 24 distinct clock hours before the minute ``at``, with an end."""
    hours: set[str] = set()
    start = at
    while len(hours | {f"{local(start - MINUTE, zone):%d %H %z}"}) <= 24:
        start -= MINUTE
        hours.add(f"{local(start, zone):%d %H %z}")
    days = {local(minute, zone).date() for minute in range(start, at, MINUTE)}
    return replace(question, first=min(days), last=max(days), start=start, end=end)


def end_of_hour(at: int, zone: str) -> int:
    """When the clock hour around an instant ends, were its offset constant."""
    offset = local(at, zone).utcoffset() or timedelta()
    return at - (at + round(offset.total_seconds() * 1000)) % HOUR + HOUR


def _yesterday_until_now(question: Question, zone: str, day: date) -> Question:
    now = f"{local(question.now, zone):%H:%M}"
    minutes = list(_minutes_of(day, zone))
    later = [at for at in minutes if f"{local(at, zone):%H:%M}" >= now]
    end = later[0] if later else max(minutes, default=0) + MINUTE
    if later and f"{local(end, zone):%H:%M}" == now:
        end += question.now % MINUTE
    return replace(question, first=day, last=day, start=min(minutes, default=end), end=end)


def _a_year_before(question: Question, zone: str) -> Question:
    if question.start is None:
        first, last = _year_before(question.first), _year_before(question.last)
        return replace(question, first=first, last=last)
    now = local(question.now, zone)
    minutes = list(_minutes_of(_year_before(now.date()), zone))
    at = next((at for at in minutes if local(at, zone).hour >= now.hour), minutes[-1])
    return hours_up_to(question, zone, at + MINUTE, end_of_hour(at, zone))


def _minutes_of(day: date, zone: str) -> Iterator[int]:
    midnight = round(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp() * 1000)
    for at in range(midnight - 30 * HOUR, midnight + 60 * HOUR, MINUTE):
        if local(at, zone).date() == day:
            yield at


def _month_before(day: date) -> date:
    last = day.replace(day=1) - timedelta(days=1)
    return last.replace(day=min(day.day, monthrange(last.year, last.month)[1]))


def _year_before(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)
