"""What is known of a tracker beside its events: each day's numbers, what was not counted, and what
is left of days whose events have expired.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ezee.exports.dropped import table_of_dropped
from ezee.exports.parts import TIMESERIES, ask_for_part
from ezee.exports.reports import table_of_report
from ezee.exports.tables import Table
from ezee.model.calendar import date_of
from ezee.model.dimensions import DIMENSIONS
from ezee.model.metrics import METRICS, REVENUE
from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.stats.dropped import report_dropped
from ezee.stats.run import question
from ezee.store.base import EventStore

# Less than a series may have.
_AT_ONCE = 1_000
_ALL = ("period", "all")
_FILE = ("format", "ndjson")


class Sum(NamedTuple):
    """A table, and what it is called; those of one name are one after another."""

    name: str
    table: Table


def sums_of(store: EventStore, site: ReadableSite, now: int) -> Iterator[Sum]:
    """All of them. ``now`` is ms UTC. Each blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    yield Sum("not-counted", table_of_dropped(report_dropped(store, site, [_ALL], now)))
    span = question(store, site, [_ALL], now).range
    yield from _days(store, site, span, now)
    if span.first_day < site.kept_from:
        for name in DIMENSIONS:
            part = ask_for_part(store, site, [_ALL, _FILE, ("table", name)], now)
            yield Sum(name, table_of_report(store, site, part, now))


def _days(store: EventStore, site: ReadableSite, span: Range, now: int) -> Iterator[Sum]:
    for first in range(span.first_day, span.last_day + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, span.last_day)
        asked = [
            ("from", str(date_of(first))),
            ("to", str(date_of(last))),
            ("interval", "day"),
            ("metrics", ",".join((*METRICS, REVENUE))),
            _FILE,
            ("table", TIMESERIES),
        ]
        part = ask_for_part(store, site, asked, now)
        yield Sum("days", table_of_report(store, site, part, now))
