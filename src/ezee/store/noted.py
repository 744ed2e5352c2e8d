"""A store that notes what it is asked, and how long that takes."""

from __future__ import annotations

from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description, EventStore
from ezee.store.changes import Change
from ezee.store.looks import Look, Row
from ezee.vitals import Vitals


class NotedStore:
    """Any other ``EventStore``, with an eye on it."""

    def __init__(self, store: EventStore, vitals: Vitals) -> None:
        self._store = store
        self._vitals = vitals

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        vitals = self._vitals
        try:
            with vitals.commit_seconds.timed():
                duplicates = self._store.append(batch)
        except BaseException:
            vitals.commit_failures += 1
            raise
        vitals.commit_events.note(len(batch.events) + len(batch.bots))
        vitals.events["counted", ""] += len(batch.events) - len(duplicates)
        vitals.events["bot", "bot"] += len(batch.bots)
        return duplicates

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        with self._vitals.asked_seconds["query"].timed():
            return self._store.query(site, query)

    def look(self, look: Look) -> list[Row]:
        """See ``EventStore.look``."""
        with self._vitals.asked_seconds["look"].timed():
            return self._store.look(look)

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        with self._vitals.asked_seconds["describe"].timed():
            return self._store.describe(site)

    def change(self, change: Change) -> int:
        """See ``EventStore.change``."""
        with self._vitals.asked_seconds["change"].timed():
            return self._store.change(change)

    def close(self) -> None:
        """See ``EventStore.close``."""
        self._store.close()
