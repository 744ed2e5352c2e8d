"""In which order the events of a batch are stored, and which of them are new: every engine's."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from ezee.model.event import Bot, Event
from ezee.store.base import Batch


def in_order(batch: Batch) -> Iterable[tuple[int, Event | Bot]]:
    """Events and bots as they came, each with the place of the event that is, or comes, there."""
    return _merged(batch) if batch.bots else enumerate(batch.events)


def _merged(batch: Batch) -> Iterator[tuple[int, Event | Bot]]:
    bots = deque(batch.bots)
    for index, event in enumerate(batch.events):
        while bots and bots[0].place <= index:
            yield index, bots.popleft()
        yield index, event
    for bot in bots:
        yield len(batch.events), bot


def is_new(event: Event, known: set[tuple[int, int]]) -> bool:
    """Whether the event's id was not seen before; from now on it was."""
    if not event.event_id:
        return True
    key = (event.site, event.event_id)
    if key in known:
        return False
    known.add(key)
    return True
