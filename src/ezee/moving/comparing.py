"""Whether two stores have the same: row counts, and what is answered, to the last digit."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from msgspec.structs import astuple

from ezee.errors import InvalidRequest, SetupError
from ezee.model.calendar import date_of
from ezee.model.dimensions import DIMENSIONS
from ezee.model.metrics import METRICS
from ezee.model.site import ReadableSite
from ezee.moving.copying import Said, drops_of, expired_of, extents, kept_from, patiently
from ezee.stats.parse import MOST_BREAKDOWNS, Parameters
from ezee.stats.run import report
from ezee.store.base import Description, EventStore
from ezee.store.changes import FurnishExpired
from ezee.store.looks import EveryErased, EveryTally, KeptFeatures, KeptPaths, NotCounted

# The embedded engine derives visits a moment after their events, in seconds.
_PATIENCE = 60.0
_REST = 0.5
_DIFFERS = (
    "What was copied is not what is there: {what}. Nothing was changed where the events are. Was "
    "something else at work on either of them, another node perhaps? Start the move again."
)

Ask = Callable[[EventStore], Any]


def compare_rows(source: EventStore, target: EventStore) -> None:
    """Raises ``SetupError`` unless both have as many rows of everything but tallies."""
    if extents(source) != extents(target):
        raise SetupError(_DIFFERS.format(what="the events of some days"))
    if drops_of(source) != drops_of(target):
        raise SetupError(_DIFFERS.format(what="counts of what was dropped"))
    here, there = ({row[:7] for row in each.look(EveryErased())} for each in (source, target))
    if here != there:
        raise SetupError(_DIFFERS.format(what="receipts of erasures"))


def compare_expired(source: EventStore, target: EventStore) -> None:
    """Raises ``SetupError`` unless both keep the same of days whose events have expired."""
    here = kept_from(source)
    is_same = here == kept_from(target) and all(
        _in_order(one) == _in_order(other)
        for site, first in here.items()
        for one, other in zip_longest(
            expired_of(source, site, first), expired_of(target, site, first)
        )
    )
    if not is_same:
        raise SetupError(_DIFFERS.format(what="what is kept of days that have expired"))


def _in_order(days: FurnishExpired | None) -> tuple[Any, ...]:
    if days is None:
        return ()
    return days.kept_from, *(sorted(rows) for rows in astuple(days)[2:])


def compare_tallies(source: EventStore, target: EventStore) -> None:
    """Raises ``SetupError`` unless both have the same tallies."""
    if source.look(EveryTally("")) != target.look(EveryTally("")):
        raise SetupError(_DIFFERS.format(what="counters"))


def compare_answers(
    source: EventStore, target: EventStore, sites: list[ReadableSite], now: int, said: Said
) -> int:
    """Ask both the same of every tracker; returns how many questions that were.

    Raises:
        SetupError: an answer differs.
    """
    asked, expired = 0, kept_from(source)
    for done, site in enumerate(sites):
        said("answers", done, len(sites))
        found = patiently(source.describe, site.key)
        for ask in _questions(found, site, now, expired.get(site.key)):
            if not _is_same(source, target, ask):
                raise SetupError(_DIFFERS.format(what=f"the report of {site.site_id}"))
            asked += 1
    said("answers", len(sites), len(sites))
    return asked


def _is_same(source: EventStore, target: EventStore, ask: Ask) -> bool:
    until = time.monotonic() + _PATIENCE
    while True:
        if _answer(ask, source) == _answer(ask, target):
            return True
        if time.monotonic() > until:
            return False
        time.sleep(_REST)


def _answer(ask: Ask, store: EventStore) -> Any:
    """What is answered, or why not: some things cannot be asked of days that have expired."""
    try:
        return patiently(ask, store)
    except InvalidRequest as refusal:
        return refusal.message


def _questions(
    found: Description, site: ReadableSite, now: int, first_kept: int | None
) -> Iterator[Ask]:
    """What is asked of a tracker of which that was found: everything it has, in several ways; and
    the same of the days alone whose events are kept.
    """
    yield lambda store: _described(store.describe(site.key))
    first, last = found.first_day, found.last_day
    if first is None or last is None:
        return
    reports = [*_reports(first, last)]
    if first_kept is not None and first < first_kept <= last:
        reports += _reports(first_kept, last)
    for parameters in reports:
        yield lambda store, asked=parameters: report(store, site, asked, now)  # type: ignore[misc]
    yield lambda store: store.look(NotCounted(site.key, first, last))
    yield lambda store: store.look(KeptPaths(site.key))
    yield lambda store: sorted(store.look(KeptFeatures(site.key)), key=str)


def _described(found: Description) -> tuple[Any, ...]:
    imports = sorted(found.imports, key=str)
    return found.events, found.bots, found.first_day, found.last_day, imports


def _reports(first: int, last: int) -> Iterator[Parameters]:
    """All there is by month and every dimension, the last 30 days by day beside those before, the
    last day by hour, and what was seen of one kind of device.
    """
    whole = _days(first, last)
    everything = [("metrics", ",".join(METRICS)), ("limit", "1000")]
    names = list(DIMENSIONS)
    for start in range(0, len(names), MOST_BREAKDOWNS):
        dimensions = [("dimension", name) for name in names[start : start + MOST_BREAKDOWNS]]
        yield [*whole, ("interval", "month"), *everything, *dimensions]
    yield [*_days(max(first, last - 29), last), ("interval", "day"), ("compare", "previous")]
    yield [*_days(last, last), ("interval", "hour"), ("dimension", "page"), *everything]
    of_phones = [("filter", "device:is:mobile"), ("dimension", "page,source")]
    yield [*whole, ("interval", "month"), *of_phones, *everything]


def _days(first: int, last: int) -> list[tuple[str, str]]:
    return [("from", str(date_of(first))), ("to", str(date_of(last)))]
