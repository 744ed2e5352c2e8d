"""The embedded event store.

One connection writes, under one lock; questions borrow others, and each reads one snapshot. An
append is one transaction, and DuckDB has it on disk (write-ahead log, fsync) before ``commit``
returns. Four threads work beside: one keeps the visits, one makes day roll-ups, one makes
checkpoints, one compacts.

After some failures (a checkpoint that fills the disk, an fsync that fails) DuckDB refuses
everything until the file is opened anew. Whoever comes next does that; while it cannot be done
every call raises ``Unavailable``, and the next tries again. What was acknowledged is in the log.

Locks are taken in this order: ``_changing``, held by whoever changes, rolls up or copies what is
stored, ``_writing``, ``_deriving``, those within ``OpenFile``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import structlog

from ezee.errors import EzeeError, SetupError, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.answer import answer
from ezee.store.base import Batch, Description, Progress
from ezee.store.changes import Change, Compact, Erase, RollUp, TallyChange
from ezee.store.duckdb import compaction, rollups, schema, tallies, visits
from ezee.store.duckdb.batches import (
    Sifted,
    is_stored,
    last_number,
    sift,
    write_drops,
    write_number,
    write_progress,
)
from ezee.store.duckdb.changes import carry_out
from ezee.store.duckdb.checkpoints import NEVER, Checkpointer
from ezee.store.duckdb.dialect import DUCKDB
from ezee.store.duckdb.file import OpenFile, snapshot, transaction
from ezee.store.duckdb.roller import Roller
from ezee.store.duckdb.rollups import Arrived, SiteDay
from ezee.store.duckdb.sizes import log_of, resident, size_of
from ezee.store.kept import statement_of
from ezee.store.looks import (
    LOOKS_AT_VISITS,
    Condition,
    Look,
    Row,
    TallyLook,
    WrongRollups,
)
from ezee.store.sql import Statement
from ezee.store.tallied import tallied

FILE_NAME = "events.duckdb"

_T = TypeVar("_T")
_log = structlog.get_logger("ezee.store")


class DuckDBStore:
    """The file ``events.duckdb`` in a data folder. One process at a time may open it."""

    # The longest a question waits for the visits of events that were just stored, in seconds.
    _PATIENCE = 1.0

    def __init__(self, folder: Path, memory_limit: str = "512MB", threads: int = 2) -> None:
        self._path = folder / FILE_NAME
        self._spilled = folder / "tmp"
        self._config: dict[str, Any] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "checkpoint_threshold": NEVER,
            "temp_directory": str(self._spilled),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._changing = threading.Lock()
        self._writing = threading.RLock()
        self._deriving = threading.Lock()
        self._closed = False
        self._seq = 0
        self._file: OpenFile | None = self._open()
        self._keeper = visits.VisitKeeper(self._derive, self._seq)
        self._roller = Roller(self._arrived, self._roll)
        self._checkpointer = Checkpointer(self._path, self._checkpoint)
        self._compactor = compaction.Compactor(self._is_compaction_owed, self._compact)

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        with self._writing:
            with self._engine() as file:
                if is_stored(file.writer, batch):
                    return []
                sifted = sift(file.writer, batch, self._seq)
            if sifted.latest > self._seq or batch.drops or batch.progress is not None:
                self._store(sifted, batch)
            return sifted.duplicates

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        self._keeper.wait(self._PATIENCE)
        return self._read(lambda run: answer(run, DUCKDB, site.key, query))

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
        return self._read(lambda run: run(statement_of(look)))

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        return self._read(lambda run: self._describe(run, site))

    def change(self, change: Change) -> int:
        """See ``EventStore.change``."""
        if isinstance(change, TallyChange):
            return self._tally(change)
        if isinstance(change, RollUp):
            return self._roll_up(change)
        if isinstance(change, Compact):
            return self._compact()
        if isinstance(change, Erase):
            # It tells how many visits go.
            self._keeper.wait(self._PATIENCE)
        # No visit is written meanwhile, or those of events that are going would come back.
        with (
            self._changing,
            self._writing,
            self._engine() as file,
            self._deriving,
            transaction(file.writer),
        ):
            changed = carry_out(file.writer, change)
        self._roller.look_again()
        return changed

    def close(self) -> None:
        """See ``EventStore.close``."""
        with self._writing:
            self._closed = True
            file, self._file = self._file, None
            if file is not None:
                file.close()
        self._keeper.stop()
        self._roller.stop()
        self._checkpointer.stop()
        self._compactor.stop()

    def _open(self) -> OpenFile:
        compaction.clear(self._path)
        compaction.clear_spilled(self._spilled)
        file = OpenFile(self._path, self._config)
        try:
            schema.migrate(file.writer)
            # Numbers are not given out twice, though an erasure may have taken the highest.
            self._seq = max(self._seq, last_number(file.writer))
        except duckdb.Error as error:
            file.close()
            raise Unavailable from error
        except EzeeError:
            file.close()
            raise
        return file

    def _ready(self) -> OpenFile:
        """The open file, opened anew where a failure has ended its last life."""
        file = self._file
        if file is not None:
            return file
        with self._writing:
            if self._closed:
                raise Unavailable
            if self._file is None:
                try:
                    self._file = self._open()
                except SetupError as error:
                    raise Unavailable from error
                _log.info("event store opened anew")
            return self._file

    @contextmanager
    def _engine(self) -> Iterator[OpenFile]:
        """The open file for one piece of work; its failures become ours.

        Whatever the work has borrowed or locked must be given back within the block: a failure
        may end with closing the file, which waits for that.
        """
        file = self._ready()
        with self._guard(file):
            yield file

    @contextmanager
    def _guard(self, file: OpenFile) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            self._give_up(file, error)
            raise Unavailable from error

    def _give_up(self, file: OpenFile, error: duckdb.Error) -> None:
        """Close the file when the failure has made it unusable."""
        if self._closed or file.retired:
            return
        # The engine's own message may quote values; only its kind is written.
        _log.error("event store failed", kind=type(error).__name__)
        if file.is_usable():
            return
        with self._writing:
            if self._file is file:
                self._file = None
                file.close()

    def _store(self, sifted: Sifted, batch: Batch) -> None:
        try:
            with self._engine() as file, transaction(file.writer):
                if sifted.events:
                    file.append("events", sifted.events)
                if sifted.bots:
                    file.append("bots", sifted.bots)
                if batch.drops:
                    write_drops(file.writer, batch)
                if batch.progress is not None:
                    write_progress(file.writer, batch.site, batch.progress)
                if batch.number:
                    write_number(file.writer, batch)
        except Unavailable:
            # A commit may fail after its last byte was written: opened anew, the file tells.
            # To refuse what is there would have it sent, and counted, again.
            self._ready()
            if self._seq < sifted.latest or not (sifted.events or sifted.bots):
                raise
        self._seq = sifted.latest
        if sifted.events:
            self._keeper.announce(sifted.latest)

    def _derive(self, latest: int) -> None:
        with self._engine() as file, self._deriving, file.lend() as connection:
            visits.derive(connection, latest)

    def _arrived(self, after: int) -> tuple[int, list[Arrived]]:
        with self._engine() as file, file.lend() as connection, snapshot(connection):
            return rollups.arrived(connection, after)

    def _roll(self, days: Sequence[SiteDay]) -> None:
        with self._changing, self._engine() as file, file.lend() as connection:
            # A derivation that runs now has not seen that these days are begun.
            with self._deriving:
                rollups.begin(connection, days)
            rollups.roll(connection, days)

    def _roll_up(self, change: RollUp) -> int:
        self._keeper.wait(self._PATIENCE)
        with self._engine() as file, file.lend() as connection:
            waiting = rollups.waiting(connection, change)
        for days in rollups.together(waiting):
            self._roll(days)
        return sum(events for _, events in waiting)

    def _tally(self, change: TallyChange) -> int:
        # Somebody waits for it, so it does not wait for what copies or rolls up.
        with self._writing, self._engine() as file, transaction(file.writer):
            return tallies.carry_out(file.writer, change)

    def _verify(self, look: WrongRollups) -> list[Row]:
        with self._engine() as file, file.lend() as connection, snapshot(connection):
            return rollups.differences(connection, look.site)

    def _checkpoint(self) -> None:
        # Where another transaction writes, DuckDB refuses.
        with self._changing, self._writing, self._engine() as file, self._deriving:
            file.writer.execute("checkpoint")

    def _is_compaction_owed(self) -> bool:
        with self._engine() as file, file.lend() as connection:
            return compaction.is_owed(connection)

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

    def _replace(self, file: OpenFile) -> None:
        file.retired = True
        self._file = None
        # Which moves what its log holds into it.
        file.close()
        compaction.take_over(self._path)
        self._file = self._open()

    def _read(self, work: Callable[[Callable[[Statement], list[Any]]], _T]) -> _T:
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

    def _condition(self) -> Row:
        with self._engine() as file, file.lend() as connection:
            done = schema.version(connection)
        sizes = (size_of(self._path), size_of(log_of(self._path)))
        return (done, schema.VERSION, *self._roller.backlog(), resident(), *sizes)

    def _describe(self, run: Callable[[Statement], list[Any]], site: int | None) -> Description:
        where, parameters = ("", ()) if site is None else ("where site = ?", (site,))
        events, first_day, last_day = run(
            Statement(f"select count(*), min(day), max(day) from events {where}", parameters)
        )[0]
        bots = run(Statement(f"select count(*) from bots {where}", parameters))[0][0]
        imports = run(
            Statement(
                "select head_size, head, lines, bytes, tail, salts, finished, unjudged "
                f"from imports {where} order by salts",
                parameters,
            )
        )
        return Description(
            engine="duckdb",
            version=duckdb.__version__,
            schema=schema.VERSION,
            events=events,
            bots=bots,
            first_day=first_day,
            last_day=last_day,
            imports=[Progress(*row) for row in imports],
        )
