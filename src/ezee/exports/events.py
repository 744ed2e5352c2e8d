"""The events of a tracker as they are stored, as a table. ``docs/export.md`` tells its columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter

import msgspec

from ezee.exports.tables import Row, Table
from ezee.model.calendar import date_of, utc_text
from ezee.model.currency import exponent_of
from ezee.model.event import Event, Population
from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.store.base import EventStore
from ezee.store.looks import KeptEvents

# Few enough that a page costs the service that reads it about a tenth of a second of work, half of
# it writing CSV, and its store some thirty milliseconds.
PAGE = 5_000
_BEFORE_ALL = (0, 0, 0)

_TEXTS = (
    *("path", "page", "title", "referrer", "source", "channel"),
    *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
    *("country", "region", "city", "browser", "os", "device", "screen", "language", "props"),
)
_POPULATIONS = {int(each): each.name.lower() for each in Population}
_FLAGS = ("interactive", "verified", "judged")
_AS_STORED = attrgetter(*_TEXTS, "version", *_FLAGS)

COLUMNS = {
    "time": "timestamp with time zone",
    "received_at": "timestamp with time zone",
    "day": "date",
    "hour": "utinyint",
    "utc_offset": "smallint",
    "visitor": "varchar",
    "name": "varchar",
    # The widest amount has 19 digits, the finest currency 3 decimals.
    "amount": "decimal(22, 3)",
    "currency": "varchar",
    **dict.fromkeys(_TEXTS, "varchar"),
    "version": "smallint",
    **dict.fromkeys(_FLAGS, "boolean"),
    "population": "varchar",
}


def table_of_events(store: EventStore, site: ReadableSite, span: Range) -> Table:
    """The counted events of some local days, day by day, those of a day in the order of events.

    Each page is one snapshot: what is stored meanwhile is there if its place comes later. Where
    days expire before they were read, the next page raises ``Unavailable``.
    """
    return Table(COLUMNS, _pages(store, site, span))


def _pages(store: EventStore, site: ReadableSite, span: Range) -> Iterator[Sequence[Row]]:
    # To find a page costs what the days have in which it is looked for.
    first_day, days, after = span.first_day, 1, _BEFORE_ALL
    while first_day <= span.last_day:
        last_day = min(first_day + days - 1, span.last_day)
        kept = store.look(KeptEvents(site.key, first_day, last_day, after, PAGE))
        events = [msgspec.convert(row[:-1], Event, strict=False) for row in kept]
        yield [_row(event) for event in events]
        if len(kept) < PAGE:
            first_day, days, after = last_day + 1, 2 * days, _BEFORE_ALL
        else:
            last = events[-1]
            after = (last.happened_at, last.received_at, int(kept[-1][-1]))
            first_day, days = last.day, 1


def _row(event: Event) -> Row:
    return (
        utc_text(event.happened_at),
        utc_text(event.received_at),
        _date(event.day),
        event.hour,
        event.utc_offset,
        f"{event.visitor:016x}",
        event.name or "pageview",
        _amount(event),
        event.currency,
        *_AS_STORED(event),
        _POPULATIONS[event.population],
    )


@lru_cache(maxsize=64)
def _date(day: int) -> str:
    return str(date_of(day))


def _amount(event: Event) -> Decimal | None:
    exponent = exponent_of(event.currency)
    return None if exponent is None else Decimal(event.amount).scaleb(-exponent)
