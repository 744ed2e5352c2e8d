"""A real store that is away when a test says so."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from ezee.errors import Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description, EventStore
from ezee.store.changes import Change
from ezee.store.looks import Look, Row


class Way(Enum):
    """What becomes of a batch on its way to the store."""

    THERE = auto()
    NOT_THERE = auto()
    """It does not arrive."""
    UNHEARD = auto()
    """It arrives, and the answer does not."""


class Gate:
    """A store behind a network. ``way`` is asked anew for each batch."""

    def __init__(self, store: EventStore, way: Callable[[], Way] = lambda: Way.THERE) -> None:
        self.store = store
        self.way = way
        self.sent: list[Batch] = []

    def append(self, batch: Batch) -> list[int]:
        way = self.way()
        if way is Way.NOT_THERE:
            raise Unavailable
        duplicates = self.store.append(batch)
        if way is Way.UNHEARD:
            raise Unavailable
        self.sent.append(batch)
        return duplicates

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        self._pass()
        return self.store.query(site, query)

    def look(self, look: Look) -> list[Row]:
        self._pass()
        return self.store.look(look)

    def describe(self, site: int | None = None) -> Description:
        self._pass()
        return self.store.describe(site)

    def change(self, change: Change) -> int:
        self._pass()
        return self.store.change(change)

    def close(self) -> None:
        self.store.close()

    def _pass(self) -> None:
        if self.way() is not Way.THERE:
            raise Unavailable
