"""A store that notes what it is asked, and how long that takes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description, EventStore, PromptStore
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
        with self._noted(batch) as duplicates:
            duplicates.extend(self._store.append(batch))
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

    @contextmanager
    def _noted(self, batch: Batch) -> Iterator[list[int]]:
        """The block adds the duplicates to the list."""
        vitals = self._vitals
        duplicates: list[int] = []
        try:
            with vitals.commit_seconds.timed():
                yield duplicates
        except BaseException:
            vitals.commit_failures += 1
            raise
        vitals.commit_events.note(len(batch.events) + len(batch.bots))
        vitals.events["counted", ""] += len(batch.events) - len(duplicates)
        vitals.events["bot", "bot"] += len(batch.bots)


class NotedPromptStore(NotedStore):
    """The same for a ``PromptStore``."""

    def __init__(self, store: EventStore, prompt: PromptStore, vitals: Vitals) -> None:
        super().__init__(store, vitals)
        self._prompt = prompt

    async def append_soon(self, batch: Batch) -> list[int]:
        """See ``PromptStore.append_soon``."""
        with self._noted(batch) as duplicates:
            duplicates.extend(await self._prompt.append_soon(batch))
        return duplicates

    async def hang_up(self) -> None:
        """See ``PromptStore.hang_up``."""
        await self._prompt.hang_up()


def noted(store: EventStore, vitals: Vitals) -> NotedStore:
    """The store, with an eye on it."""
    if isinstance(store, PromptStore):
        return NotedPromptStore(store, store, vitals)
    return NotedStore(store, vitals)
