"""Copying from one store to another what the other has not got yet.

What is missing is found by comparing the two, tracker by tracker and day by day: so a copy that was
cut off at any point goes on where it was, and one that is begun again finds nothing to do. Events
of a tracker's day are copied in the order in which they were stored. What arrives is stored in
batches, each wholly or not at all, and under a number by which it counts once however often it is
sent. A day of which too much arrived all the same is erased there and copied anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from ezee.errors import Unavailable
from ezee.model.event import Bot, Drops, Event
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Erase, Furnish, FurnishExpired
from ezee.store.looks import (
    EveryErased,
    EveryTally,
    ExpiredDays,
    Extents,
    KeptDrops,
    KeptFrom,
    KeptRows,
    Row,
)
from ezee.store.spool import new_number

_T = TypeVar("_T")
_TOGETHER = 5_000
_DAYS_TOGETHER = 200
# So many expired days are in memory at a time.
_EXPIRED_TOGETHER = 16
FIRST_DAY = -(2**31)
# How long either store may be away before a move gives up, in seconds.
_PATIENCE = 120.0
_REST = 0.5
_COLUMNS = len(Event.__struct_fields__)

Day = tuple[int, int]
"""A tracker, as events name it, and one of its local days."""
Said = Callable[[str, int, int], None]
"""Told what is being done, how much of it is done, and how much there is in all."""


class Extent(NamedTuple):
    """How much there is of a day; ``mark`` differs where its rows do, but for their texts."""

    events: int = 0
    bots: int = 0
    mark: int = 0

    @property
    def rows(self) -> int:
        """Events and bots' events."""
        return self.events + self.bots


class Lacking(NamedTuple):
    """Some days, how many of their rows are there, and how many are not."""

    days: list[Day]
    there: int
    rows: int


def extents(store: EventStore, moment: str = "") -> dict[Day, Extent]:
    """How much a store has of every day, or had at a moment."""
    rows = cast("list[tuple[int, ...]]", patiently(store.look, Extents(moment)))
    return {(site, day): Extent(*rest) for site, day, *rest in rows}


def copy_events(source: EventStore, target: EventStore, said: Said) -> int:
    """Have every event of the source in the target; returns how many were copied."""
    here, there = extents(source), extents(target)
    there = {**there, **{day: _erase(target, day) for day in _wrong(here, there)}}
    total = sum(each.rows for each in here.values())
    done = sum(each.rows for each in there.values())
    copied = 0
    said("events", done, total)
    for rows in rows_of(source, missing(here, there)):
        store_once(target, to_batch(rows))
        copied += len(rows)
        said("events", done + copied, total)
    return copied


def kept_from(store: EventStore) -> dict[int, int]:
    """The first day whose events were kept, of each tracker of which some have expired."""
    rows = cast("list[tuple[int, int]]", patiently(store.look, KeptFrom()))
    return dict(rows)


def copy_expired(source: EventStore, target: EventStore) -> None:
    """Have what is kept of days whose events have expired in the target, some days at a time.

    Nothing changes the source meanwhile.
    """
    there = kept_from(target)
    for site, first in kept_from(source).items():
        for change in expired_of(source, site, first, there.get(site, FIRST_DAY)):
            patiently(target.change, change)


def expired_of(
    store: EventStore, site: int, before: int, after: int = FIRST_DAY
) -> Iterator[FurnishExpired]:
    """What another store needs to have the same of a tracker's days from one on up to another."""
    asked = ExpiredDays(site, after, before - 1, "days")
    days = cast("list[tuple[int, int]]", patiently(store.look, asked))
    for start in range(0, len(days) or 1, _EXPIRED_TOGETHER):
        some = days[start : start + _EXPIRED_TOGETHER]
        is_last = start + _EXPIRED_TOGETHER >= len(days)
        last = before - 1 if is_last else some[-1][0]
        first = some[0][0] if some else last
        kept = (
            cast("Any", patiently(store.look, ExpiredDays(site, first, last, part)))
            for part in ("rollups", "revenue", "bots")
        )
        yield FurnishExpired(site, last + 1, some, *kept)


def copy_rest(source: EventStore, target: EventStore, sites: Sequence[int]) -> None:
    """Have counts of drops, progress of imports and receipts of erasures in the target as well.

    Nothing changes the source meanwhile.
    """
    lacking = _lacking_drops(source, target)
    if lacking:
        store_once(target, Batch((), drops=lacking, moved=True, tally=new_number()))
    for site in sites:
        known = patiently(target.describe, site).imports
        for progress in patiently(source.describe, site).imports:
            if progress not in known:
                store_once(target, Batch((), site=site, progress=progress))
    receipts = patiently(source.look, EveryErased())
    target.change(Furnish(erased=cast("Any", receipts)))


def copy_tallies(source: EventStore, target: EventStore) -> None:
    """Have tallies in the target as they are in the source, which nothing changes meanwhile."""
    target.change(Furnish(cast("Any", source.look(EveryTally("")))))


def store_once(target: EventStore, batch: Batch) -> None:
    """Append a batch, which is stored once however often that has to be tried."""
    batch = msgspec.structs.replace(batch, number=new_number())
    tries = iter((False,))

    def append() -> None:
        target.append(msgspec.structs.replace(batch, again=next(tries, True)))

    patiently(append)


def patiently(call: Callable[..., _T], *arguments: object) -> _T:
    """What a call comes to, however often the store is away in between.

    Raises:
        Unavailable: it was for too long.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return call(*arguments)
        except Unavailable:
            if time.monotonic() > until:
                raise
        time.sleep(_REST)


def _wrong(here: Mapping[Day, Extent], there: Mapping[Day, Extent]) -> Iterator[Day]:
    """Days of the target that cannot become those of the source by adding to them."""
    for day, has in there.items():
        wanted = here.get(day, Extent())
        is_more = has.events > wanted.events or has.bots > wanted.bots
        if is_more or (has[:2] == wanted[:2] and has.mark != wanted.mark):
            yield day


def _erase(target: EventStore, day: Day) -> Extent:
    patiently(target.change, Erase(day[0], day[1], day[1]))
    return Extent()


def missing(here: Mapping[Day, Extent], there: Mapping[Day, Extent]) -> Iterator[Lacking]:
    """What is to be read of what is here to have it there; small days go together."""
    together: list[Day] = []
    size = 0
    for day, wanted in here.items():
        has = there.get(day, Extent()).rows
        if has == wanted.rows:
            continue
        if has or wanted.rows > _TOGETHER:
            yield Lacking([day], has, wanted.rows - has)
            continue
        if size + wanted.rows > _TOGETHER or len(together) == _DAYS_TOGETHER:
            yield Lacking(together, 0, size)
            together, size = [], 0
        together.append(day)
        size += wanted.rows
    if together:
        yield Lacking(together, 0, size)


def rows_of(store: EventStore, lacking: Iterable[Lacking], moment: str = "") -> Iterator[list[Row]]:
    """The rows of ``KeptRows``, so many at a time. Of a day each begins after the last of those
    before.
    """
    for days, skip, rows in lacking:
        left, start, after = rows, skip, 0
        while left > 0:
            limit = min(_TOGETHER, left)
            read = patiently(store.look, KeptRows(days, start, limit, moment, after))
            if not read:
                break
            yield read
            left, start, after = left - len(read), 0, int(read[-1][-1])


def to_batch(rows: Sequence[Row]) -> Batch:
    """Rows of ``KeptRows`` as a batch that has moved."""
    events: list[Event] = []
    bots: list[Bot] = []
    for row in rows:
        event = msgspec.convert(row[:_COLUMNS], Event, strict=False)
        rule, category, token = map(str, row[_COLUMNS : _COLUMNS + 3])
        if rule:
            bots.append(Bot(event, rule, category, token, len(events)))
        else:
            events.append(event)
    return Batch(events, bots=bots, moved=True)


def drops_of(store: EventStore, moment: str = "") -> dict[tuple[int, int, str], int]:
    """Counts of what was dropped, by tracker, day and reason."""
    rows = patiently(store.look, KeptDrops(moment))
    return {(int(site), int(day), str(reason)): int(count) for site, day, reason, count in rows}


def _lacking_drops(source: EventStore, target: EventStore) -> list[Drops]:
    there = drops_of(target)
    lacking = {key: count - there.get(key, 0) for key, count in drops_of(source).items()}
    return [Drops(*key, count) for key, count in lacking.items() if count]
