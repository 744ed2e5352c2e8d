"""The embedded event store.

An append is on disk, in the journal, before it returns; whoever reads has it settled before. One
connection writes the tables, under one lock; questions borrow others, and each reads one snapshot.
Four threads work beside: one settles and keeps the visits, one makes day roll-ups, one makes
checkpoints, one compacts.

Locks are taken in this order: ``_appending``, ``_changing``, held by whoever changes, rolls up or
copies what is stored, ``_writing``, ``_deriving``, those within ``OpenFile`` and ``Journal``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from ezee.errors import EzeeError, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.answer import answer
from ezee.store.base import Description
from ezee.store.changes import (
    Change,
    Compact,
    Erase,
    Expire,
    Furnish,
    FurnishExpired,
    HouseChange,
    RollUp,
    RollUpFirst,
    TallyChange,
)
from ezee.store.copies import clear_copies, copies_folder
from ezee.store.duckdb import (
    compaction,
    copies,
    expired,
    expiring,
    furnishing,
    numbers,
    rollups,
    tallies,
    visits,
)
from ezee.store.duckdb.changes import carry_out
from ezee.store.duckdb.checkpoints import Checkpointer, checkpoint
from ezee.store.duckdb.description import condition, describe
from ezee.store.duckdb.dialect import DUCKDB
from ezee.store.duckdb.file import Connection, snapshot, transaction
from ezee.store.duckdb.intake import Intake
from ezee.store.duckdb.roller import Roller
from ezee.store.duckdb.rollups import Arrived, SiteDay
from ezee.store.looks import (
    LOOKS_AT_VISITS,
    Condition,
    CopyOut,
    Look,
    Moment,
    Row,
    TallyLook,
    WrongRollups,
)
from ezee.store.sql import Statement
from ezee.store.tallied import tallied

_T = TypeVar("_T")
_NO_COPY = "The store cannot write a copy into its data folder: the disk may be full."


class DuckDBStore(Intake):
    """The file ``events.duckdb`` in a data folder. One process at a time may open it."""

    # The longest a question waits for the visits of events that were just stored, in seconds.
    _PATIENCE = 1.0

    def __init__(self, folder: Path, memory_limit: str = "384MB", threads: int = 2) -> None:
        super().__init__(folder, memory_limit, threads)
        self._changing = threading.Lock()
        self._deriving = threading.Lock()
        clear_copies(folder)
        self._begin()
        self._keeper = visits.VisitKeeper(self._derive, self._seq)
        self._roller = Roller(self._arrived, self._roll, self._number)
        self._checkpointer = Checkpointer(self._path, self._checkpoint)
        self._compactor = compaction.Compactor(self._compactions_owed, self._compact)

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        self._keeper.wait(self._PATIENCE)

        def work(run: Callable[[Statement], list[Any]]) -> Answer:
            expired.check_question(run, site.key, query)
            return answer(run, DUCKDB, site.key, query)

        return self._read(work)

    def look(self, look: Look) -> list[Row]:
        """See ``EventStore.look``."""
        if isinstance(look, LOOKS_AT_VISITS):
            self._keeper.wait(self._PATIENCE)
        if isinstance(look, WrongRollups):
            return self._verify(look)
        if isinstance(look, TallyLook):
            return self._read(lambda run: run(tallied(look)))
        if isinstance(look, Condition):
            return [self._condition()]
        if isinstance(look, CopyOut):
            return self._copy_out(look)
        if isinstance(look, Moment):
            return [("",)]
        return self._read(lambda run: expired.look(run, look))

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        return self._read(lambda run: describe(run, site))

    def change(self, change: Change) -> int:
        """See ``EventStore.change``; where the events are is ``HousedStore``'s to change."""
        assert not isinstance(change, HouseChange)
        if isinstance(change, TallyChange):
            return self._tally(change)
        if isinstance(change, Furnish | FurnishExpired):
            return self._furnish(change)
        if isinstance(change, RollUp):
            return self._roll_up(
                lambda connection: rollups.waiting(connection, change), anew=change.again
            )
        if isinstance(change, RollUpFirst):
            return self._roll_up(lambda connection: rollups.waiting_first(connection, change))
        if isinstance(change, Expire):
            return self._expire(change)
        if isinstance(change, Compact):
            return self._compact()
        if isinstance(change, Erase):
            # It tells how many visits go.
            self._keeper.wait(self._PATIENCE)
        # No visit is written meanwhile, or those of events that are going would come back.
        with self._changing, self._writing:
            self._settle()
            with self._engine() as file, self._deriving, transaction(file.writer):
                changed = carry_out(file.writer, change)
        if isinstance(change, Erase) and change.is_whole:
            self._keep_from(change.site, None)
        self._roller.look_again()
        return changed

    def close(self) -> None:
        """See ``EventStore.close``."""
        self._compactor.wind_down()
        with suppress(EzeeError):
            self._settle()
        with self._appending, self._writing:
            self._end()
            self._journal.close()
        self._keeper.stop()
        self._roller.stop()
        self._checkpointer.stop()
        self._compactor.stop()

    def _announce(self, latest: int, *, in_bulk: bool = False) -> None:
        if in_bulk:
            self._roller.expect_more()
        self._keeper.announce(latest, in_bulk=in_bulk)

    def _derive(self, latest: int) -> int:
        self._settle()
        with self._engine() as file, self._deriving, file.lend() as connection:
            return visits.derive(connection, latest)

    def _arrived(self, after: int) -> tuple[int, list[Arrived]]:
        with self._engine() as file, file.lend() as connection, snapshot(connection):
            return rollups.arrived(connection, after)

    def _roll(self, days: Sequence[SiteDay], anew: bool) -> None:
        with self._changing, self._engine() as file, file.lend() as connection:
            # A derivation that runs now has not seen that these days are begun.
            with self._deriving:
                rollups.begin(connection, days)
            rollups.roll(connection, days, anew=anew)

    def _number(self) -> bool:
        with (
            self._changing,
            self._engine() as file,
            self._deriving,
            file.lend() as connection,
        ):
            return numbers.catch_up(connection)

    def _expire(self, change: Expire) -> int:
        """Roll up what is to go while events go on being stored; take no more of it; roll up what
        has come meanwhile, and have it go.
        """
        first = RollUpFirst([(change.site, change.kept_from)])
        self._roll_up(lambda connection: rollups.waiting_first(connection, first))
        with self._appending:
            before = self._kept_from.get(change.site, change.kept_from)
            self._keep_from(change.site, max(before, change.kept_from))
        with self._changing, self._writing:
            self._settle()
            with self._engine() as file, self._deriving:
                removed = expiring.carry_out(file.writer, change)
        self._roller.look_again()
        return removed

    def _roll_up(
        self, waiting_in: Callable[[Connection], list[tuple[SiteDay, int]]], *, anew: bool = False
    ) -> int:
        self._settle()
        self._keeper.wait(self._PATIENCE)
        with self._engine() as file, file.lend() as connection:
            waiting = waiting_in(connection)
        for days in rollups.together(waiting):
            self._roll(days, anew)
        return sum(events for _, events in waiting)

    def _tally(self, change: TallyChange) -> int:
        # Somebody waits for it, so it does not wait for what copies or rolls up.
        with self._writing, self._engine() as file, transaction(file.writer):
            return tallies.carry_out(file.writer, change)

    def _furnish(self, change: Furnish | FurnishExpired) -> int:
        if isinstance(change, FurnishExpired):
            with self._appending:
                self._keep_from(change.site, change.kept_from)
        with self._changing, self._writing, self._engine() as file, transaction(file.writer):
            if isinstance(change, FurnishExpired):
                return furnishing.furnish(file.writer, change)
            return tallies.furnish(file.writer, change)

    def _verify(self, look: WrongRollups) -> list[Row]:
        self._settle()
        with self._engine() as file, file.lend() as connection, snapshot(connection):
            return rollups.differences(connection, look.site)

    def _checkpoint(self) -> None:
        # Where another transaction writes, DuckDB refuses.
        with self._changing, self._writing, self._engine() as file, self._deriving:
            checkpoint(file.writer)

    def _compactions_owed(self) -> int:
        with self._engine() as file, file.lend() as connection:
            return compaction.owed(connection)

    def _compact(self) -> int:
        """Have a new file take the place of the open one; returns how many erasures that settles.

        Events are stored while the copy is made, and wait while it is completed.
        """
        with self._changing, self._engine() as file:
            try:
                with file.lend() as connection:
                    compaction.check_room(connection, self._path)
                    copied = compaction.copy(connection, self._path)
                with self._writing, self._deriving:
                    settled = compaction.complete(file.writer, copied)
                    self._replace(file)
            except BaseException:
                with self._writing:
                    compaction.abandon(file.writer, self._path)
                raise
        return settled

    def _read(self, work: Callable[[Callable[[Statement], list[Any]]], _T]) -> _T:
        self._settle()
        file = self._ready()
        try:
            with self._guard(file), file.lend() as connection, snapshot(connection):
                return work(
                    lambda asked: connection.execute(asked.sql, asked.parameters).fetchall()
                )
        except Unavailable:
            if not file.retired:
                raise
        # It was stopped for a compaction; the new file answers.
        return self._read(work)

    def _copy_out(self, look: CopyOut) -> list[Row]:
        folder = copies_folder(self._path.parent, look.name)
        self._keeper.wait(self._PATIENCE)
        try:
            folder.mkdir(parents=True)
            with self._changing:
                return [*self._read(lambda run: copies.write(run, folder))]
        except OSError as error:
            raise Unavailable(_NO_COPY) from error

    def _condition(self) -> Row:
        with self._engine() as file, file.lend() as connection:
            return condition(connection, self._path, self._roller.backlog())
