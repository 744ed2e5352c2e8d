"""Local days and hours, computed here and nowhere else.

No engine does time-zone arithmetic: an event's local day, hour and UTC offset are worked out
when it arrives and stored with it. A *day* is a whole number, days since 1970-01-01.
An *hour* is the triple (day, hour, UTC offset in minutes), so that the hour that comes twice
when clocks go back is two buckets.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = date(1970, 1, 1).toordinal()
# UTC, without saying so.
_BEGIN = datetime(1970, 1, 1)  # noqa: DTZ001


class LocalHour(NamedTuple):
    """One clock hour of a zone. ``offset`` is minutes east of UTC."""

    day: int
    hour: int
    offset: int


def find_zone(name: str) -> ZoneInfo | None:
    """The IANA zone of that name, or None when there is none."""
    # The machine's own copy of the database holds more than zones: "localtime", "posix/UTC".
    if name.startswith(("/", "posix", "right/")) or name == "localtime":
        return None
    if ".." in name or len(name) > 64:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@cache
def zone_names() -> tuple[str, ...]:
    """The zones to choose from, by name: UTC and those of places."""
    places = (name for name in available_timezones() if "/" in name)
    named = (
        name for name in places if not name.startswith(("Etc/", "posix", "right/", "SystemV/"))
    )
    return ("UTC", *sorted(named))


def day_of(when: date) -> int:
    """The day number of a date."""
    return when.toordinal() - _EPOCH


def date_of(day: int) -> date:
    """The date of a day number."""
    return date.fromordinal(day + _EPOCH)


def local_hour(at: int, zone: str) -> LocalHour:
    """The clock hour of ``zone`` that the instant ``at`` (ms) lies in."""
    return _local_hour_of_minute(at // MINUTE, zone)


# By the minute, because offsets may change at any minute: St John's changed at 00:01 until 2011.
@lru_cache(maxsize=8192)
def _local_hour_of_minute(minute: int, zone: str) -> LocalHour:
    local = datetime.fromtimestamp(minute * 60, ZoneInfo(zone))
    return LocalHour(local.toordinal() - _EPOCH, local.hour, _offset_minutes(local))


def _offset_minutes(local: datetime) -> int:
    offset = local.utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def hour_start(at: int, zone: str) -> int:
    """The instant (ms) at which the clock hour around ``at`` began, were the offset constant."""
    offset = local_hour(at, zone).offset * MINUTE
    return (at + offset) // HOUR * HOUR - offset


@lru_cache(maxsize=4096)
def day_end(day: int, zone: str) -> int:
    """The instant (ms) after which ``zone`` never reads that local date again.

    Midnight need not exist, nor be the only one: the search is over instants, not over wall
    times. It looks for the last minute whose local date is ``day`` or earlier.
    """
    low = day * DAY // MINUTE - 26 * 60
    high = low + 4 * 24 * 60
    last = low
    step = 15
    for minute in range(low, high, step):
        if _local_hour_of_minute(minute, zone).day <= day:
            last = minute
    for minute in range(last, last + step):
        if _local_hour_of_minute(minute, zone).day <= day:
            last = minute
    return (last + 1) * MINUTE


def hours_between(start: int, end: int, zone: str) -> Iterator[LocalHour]:
    """Each clock hour that has an instant in [start, end), in order, once."""
    if start >= end:
        return
    seen: set[LocalHour] = set()
    # Whole quarters of an hour meet every bucket there has been since 1995, and the ends those
    # that are cut short.
    quarter = 15 * MINUTE
    quarters = range(start - start % quarter + quarter, end, quarter)
    for at in itertools.chain([start], quarters, [end - 1]):
        bucket = local_hour(at, zone)
        if bucket not in seen:
            seen.add(bucket)
            yield bucket


def day_exists(day: int, zone: str) -> bool:
    """Whether ``zone`` ever had that date (Apia never had 2011-12-30)."""
    noon = day * DAY + 12 * HOUR
    if local_hour(noon - local_hour(noon, zone).offset * MINUTE, zone).day == day:
        return True
    # Told from a clock change near noon by asking for the last minute it could have had.
    end = day_end(day, zone)
    return _local_hour_of_minute(end // MINUTE - 1, zone).day == day


def day_start(day: int, zone: str) -> int:
    """The instant (ms) at which the local date ``day`` first begins."""
    end = day_end(day, zone)
    first = end
    for at in range(end - 50 * HOUR, end, 15 * MINUTE):
        if local_hour(at, zone).day == day:
            first = at
            break
    return _back_to_the_minute(first, day, zone)


def _back_to_the_minute(first: int, day: int, zone: str) -> int:
    while local_hour(first - MINUTE, zone).day == day:
        first -= MINUTE
    return first


def hour_label(bucket: LocalHour, minute: int = 0) -> str:
    """``2026-10-25T14:00+02:00``."""
    sign = "-" if bucket.offset < 0 else "+"
    hours, minutes = divmod(abs(bucket.offset), 60)
    return f"{date_of(bucket.day)}T{bucket.hour:02d}:{minute:02d}{sign}{hours:02d}:{minutes:02d}"


def utc_text(at: int) -> str:
    """An instant as the API writes it: ``2025-10-12T08:14:22.000Z``."""
    when = _BEGIN + timedelta(milliseconds=at)
    return f"{when.isoformat(timespec='milliseconds')}Z"


def read_instant(text: str) -> int | None:
    """Milliseconds UTC of an ISO 8601 time (without an offset: UTC), or None when it is none."""
    try:
        when = datetime.fromisoformat(text)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return (when - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        return None
