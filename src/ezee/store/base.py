"""The store's whole interface: what an engine must do, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import msgspec

from ezee.model.event import Event, Sighting
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite


class Progress(msgspec.Struct, frozen=True):
    """How far an import of one file into one tracker has come.

    A file is known by its first ``head_size`` bytes; ``lines`` and ``bytes`` (uncompressed) are
    done, and ``tail`` is the digest of the bytes just before that place.
    """

    head_size: int
    head: str
    lines: int
    bytes: int
    tail: str
    salts: int
    finished: bool
    unjudged: bool


class Batch(msgspec.Struct, frozen=True):
    """Events that become durable together, with the import progress they stand for, if any."""

    events: Sequence[Event]
    site: int = 0
    progress: Progress | None = None


class Description(msgspec.Struct, frozen=True):
    """What an engine says of itself and, where one was named, of a tracker in it."""

    engine: str
    version: str
    schema: int
    events: int
    first_day: int | None
    last_day: int | None
    imports: list[Progress]


class EventStore(Protocol):
    """An engine. Calls block, and may come from any thread.

    Every method raises ``Unavailable`` when the engine cannot answer for now.
    """

    def append(self, batch: Batch) -> list[int]:
        """Make a batch durable, wholly or not at all, before returning.

        Returns the indexes of the events that were already there: same tracker, same
        ``event_id``, received within 24 hours. They were not stored again.
        """
        ...

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """Answer a question exactly, from one snapshot that has every event appended before."""
        ...

    def is_visiting(self, sighting: Sighting) -> bool:
        """Whether an event then would belong to a visit that is there already."""
        ...

    def describe(self, site: int | None = None) -> Description:
        """The engine's versions, and how many events (of one tracker) it holds."""
        ...

    def erase(self, site: int) -> int:
        """Remove every event of a tracker; returns how many there were."""
        ...

    def close(self) -> None:
        """Let go of everything. What was appended stays."""
        ...
