"""The store's whole interface: what an engine must do, on one screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import msgspec

from ezee.model.event import Bot, Drops, Event
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.changes import Change
from ezee.store.looks import Look, Row


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
    """Events that become durable together, with the import progress they stand for, if any;
    beside them bots' events, and what was not counted.

    ``tally`` names these drops: sent once more under the same number, they are not added again. It
    is 0 where they cannot come again, as beside the progress of an import.

    ``number`` names the whole batch, 0: it cannot come again. A batch may be sent ``again`` when
    nobody knows whether it was stored: if it was, nothing of it is stored once more. Between the
    two no other numbered batch comes from that sender.

    A batch that has ``moved`` comes from another store, which had all of it: none of its events is
    refused because an older one has its id.
    """

    events: Sequence[Event]
    site: int = 0
    progress: Progress | None = None
    bots: Sequence[Bot] = ()
    drops: Sequence[Drops] = ()
    tally: int = 0
    number: int = 0
    again: bool = False
    moved: bool = False

    @property
    def in_bulk(self) -> bool:
        """Whether others like it will follow at once: it is of an import, or of a move."""
        return self.progress is not None or self.moved


class Description(msgspec.Struct, frozen=True):
    """What an engine says of itself and, where one was named, of a tracker in it.

    The first and the last day are those of which anything was counted; the events of the first
    ones may have expired since.
    """

    engine: str
    version: str
    schema: int
    events: int
    bots: int
    first_day: int | None
    last_day: int | None
    imports: list[Progress]


class EventStore(Protocol):
    """An engine. Calls block, and may come from any thread.

    Every method raises ``Unavailable`` when the engine cannot answer for now. What needs events of
    days of which they have expired raises ``InvalidRequest``.
    """

    def append(self, batch: Batch) -> list[int]:
        """Make a batch durable, wholly or not at all, before returning.

        Returns the indexes of the events that were not stored: those that were already there
        (same tracker, same ``event_id``, received within 24 hours), and those of a day whose
        events have expired. Nor are such bots, whose sender is not told.
        """
        ...

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """Answer a question exactly, from one snapshot that has every event appended before."""
        ...

    def look(self, look: Look) -> list[Row]:
        """Rows of what is kept, from one snapshot that has every event appended before."""
        ...

    def describe(self, site: int | None = None) -> Description:
        """The engine's versions, and how many events (of one tracker) it holds."""
        ...

    def change(self, change: Change) -> int:
        """Change what is stored, durably; returns how many events that were, or tallies."""
        ...

    def close(self) -> None:
        """Let go of everything. What was appended stays."""
        ...


@runtime_checkable
class PromptStore(Protocol):
    """A store whose ``append`` can be waited for in an event loop, without a thread."""

    async def append_soon(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        ...

    async def hang_up(self) -> None:
        """No more comes from this loop."""
        ...
