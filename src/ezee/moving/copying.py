"""Copying from one store to another what the other has not got yet.

What is missing is found by comparing the two, tracker by tracker and day by day: so a copy that was
cut off at any point goes on where it was, and one that is begun again finds nothing to do. Events
of a tracker's day are copied in the order in which they were stored. What arrives is stored in
batches, each wholly or not at all, and under a number by which it counts once however often it is
sent. A day of which too much arrived all the same is erased there and copied anew.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar, cast

import msgspec

from ezee.errors import Unavailable
from ezee.model.event import Bot, Drops, Event
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Erase, Furnish
from ezee.store.looks import EveryErased, EveryTally, Extents, KeptDrops, KeptRows, Row
from ezee.store.spool import new_number

_T = TypeVar("_T")
_TOGETHER = 5_000
_DAYS_TOGETHER = 200
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
    for look in missing(here, there):
        rows = patiently(source.look, look)
        store_once(target, to_batch(rows))
        copied += len(rows)
        said("events", done + copied, total)
    return copied


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


def missing(
    here: Mapping[Day, Extent], there: Mapping[Day, Extent], moment: str = ""
) -> Iterator[KeptRows]:
    """What is to be read of what is here to have it there; small days go together."""
    together: list[Day] = []
    size = 0
    for day, wanted in here.items():
        has = there.get(day, Extent()).rows
        if has == wanted.rows:
            continue
        if has or wanted.rows > _TOGETHER:
            for skip in range(has, wanted.rows, _TOGETHER):
                yield KeptRows([day], skip, min(_TOGETHER, wanted.rows - skip), moment)
            continue
        if size + wanted.rows > _TOGETHER or len(together) == _DAYS_TOGETHER:
            yield KeptRows(together, 0, size, moment)
            together, size = [], 0
        together.append(day)
        size += wanted.rows
    if together:
        yield KeptRows(together, 0, size, moment)


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
