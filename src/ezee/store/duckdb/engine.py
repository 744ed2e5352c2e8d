"""The embedded event store.

One connection writes, under one lock; each reading thread has a cursor of its own and reads one
snapshot per question. An append is one transaction, and DuckDB has it on disk (write-ahead log,
fsync) before ``commit`` returns.

After a failure that DuckDB calls fatal (a full disk, most of all) the file is closed and opened
anew: whatever was acknowledged is in its log, and whatever was not is gone.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import structlog
from msgspec.structs import astuple

from ezee.errors import SetupError, Unavailable
from ezee.model.calendar import DAY
from ezee.model.event import Event
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.answer import answer
from ezee.store.base import Batch, Description, Progress
from ezee.store.duckdb import schema
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.sql import Statement

FILE_NAME = "events.duckdb"

_T = TypeVar("_T")
_log = structlog.get_logger("ezee.store")


class DuckDBStore:
    """The file ``events.duckdb`` in a data folder. One process at a time may open it."""

    # The longest a question waits for the visits of events that were just stored, in seconds.
    _PATIENCE = 1.0

    def __init__(self, folder: Path, memory_limit: str = "512MB", threads: int = 2) -> None:
        self._path = folder / FILE_NAME
        self._config: dict[str, Any] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": str(folder / "tmp"),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._writing = threading.RLock()
        self._cursors = threading.local()
        self._generation = 0
        self._open()

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        with self._writing, self._mended():
            return self._append(batch)

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        self._keeper.wait(self._PATIENCE)
        return self._read(lambda run: answer(run, site.key, query))

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        return self._read(lambda run: self._describe(run, site))

    def erase(self, site: int) -> int:
        """See ``EventStore.erase``."""
        with self._writing, self._mended(), self._keeper.paused():
            return self._transaction(lambda: self._erase(site))

    def close(self) -> None:
        """See ``EventStore.close``."""
        with self._writing:
            self._keeper.stop()
            self._writer.close()
            self._root.close()

    def _open(self) -> None:
        try:
            self._root = duckdb.connect(self._path, config=self._config)
            self._writer = self._root.cursor()
            schema.migrate(self._writer)
            # An erasure may have taken the highest numbers; they are not given out again.
            row = self._writer.execute(
                "select greatest(coalesce(max(seq), 0), (select max(value) from state)) from events"
            ).fetchone()
        except duckdb.IOException as error:
            if "lock" in str(error).lower():
                raise SetupError(f"Another process has {self._path} open.") from error
            raise Unavailable from error
        except duckdb.Error as error:
            raise Unavailable from error
        self._seq = int(row[0]) if row else 0
        self._generation += 1
        self._keeper = VisitKeeper(self._root.cursor, self._seq, _log_failure)

    def _reopen(self) -> None:
        """Open the file anew; until that succeeds every call is told to come back."""
        try:
            self._keeper.stop()
            self._writer.close()
            self._root.close()
        except duckdb.Error as error:
            _log_failure(error)
        self._open()

    @contextmanager
    def _mended(self) -> Iterator[None]:
        """Turn the engine's failures into ours, and get over those that leave it unusable."""
        try:
            yield
        except (duckdb.FatalException, duckdb.ConnectionException, duckdb.InternalException) as e:
            _log_failure(e)
            self._reopen()
            raise Unavailable from e
        except duckdb.Error as error:
            _log_failure(error)
            raise Unavailable from error

    def _append(self, batch: Batch) -> list[int]:
        seq = self._seq

        def write() -> list[int]:
            nonlocal seq
            known = self._known_ids(batch.events)
            duplicates = []
            rows = []
            for index, event in enumerate(batch.events):
                if event.event_id:
                    if (event.site, event.event_id) in known:
                        duplicates.append(index)
                        continue
                    known.add((event.site, event.event_id))
                seq += 1
                rows.append((*astuple(event), seq))
            with self._writer.appender("events") as appender:
                appender.append_rows(rows)
            if batch.progress is not None:
                self._write_progress(batch.site, batch.progress)
            return duplicates

        duplicates = self._transaction(write)
        self._seq = seq
        self._keeper.announce(seq)
        return duplicates

    def _known_ids(self, events: Sequence[Event]) -> set[tuple[int, int]]:
        asked = [event for event in events if event.event_id]
        if not asked:
            return set()
        rows = self._writer.execute(
            "select site, event_id from events where received_at > ? "
            "and event_id in (select unnest(?::ubigint[]))",
            [
                min(event.received_at for event in asked) - DAY,
                [event.event_id for event in asked],
            ],
        ).fetchall()
        return set(rows)

    def _write_progress(self, site: int, progress: Progress) -> None:
        self._writer.execute(
            "delete from imports where site = ? and head = ? and head_size = ? and salts = ?",
            [site, progress.head, progress.head_size, progress.salts],
        )
        self._writer.execute(
            "insert into imports (site, head_size, head, lines, bytes, tail, salts, finished, "
            "unjudged) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [site, *astuple(progress)],
        )

    def _erase(self, site: int) -> int:
        row = self._writer.execute("select count(*) from events where site = ?", [site]).fetchone()
        for table in ("events", "visits", "imports"):
            self._writer.execute(f"delete from {table} where site = ?", [site])
        return int(row[0]) if row else 0

    def _transaction(self, work: Callable[[], _T]) -> _T:
        self._writer.execute("begin")
        try:
            result = work()
            self._writer.execute("commit")
        except BaseException:
            try:
                self._writer.execute("rollback")
            except duckdb.Error as error:
                _log_failure(error)
            raise
        return result

    def _read(self, work: Callable[[Callable[[Statement], list[Any]]], _T]) -> _T:
        cursor = self._cursor()

        def run(statement: Statement) -> list[Any]:
            return cursor.execute(statement.sql, statement.parameters).fetchall()

        try:
            cursor.execute("begin")
            try:
                return work(run)
            finally:
                cursor.execute("rollback")
        except (duckdb.FatalException, duckdb.ConnectionException) as error:
            with self._writing, self._mended():
                raise error
        except duckdb.Error as error:
            _log_failure(error)
            raise Unavailable from error
        raise AssertionError  # pragma: no cover

    def _cursor(self) -> duckdb.DuckDBPyConnection:
        mine = self._cursors
        if getattr(mine, "generation", None) != self._generation:
            mine.cursor = self._root.cursor()
            mine.generation = self._generation
        cursor: duckdb.DuckDBPyConnection = mine.cursor
        return cursor

    def _describe(self, run: Callable[[Statement], list[Any]], site: int | None) -> Description:
        where, parameters = ("", ()) if site is None else ("where site = ?", (site,))
        events, first_day, last_day = run(
            Statement(f"select count(*), min(day), max(day) from events {where}", parameters)
        )[0]
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
            first_day=first_day,
            last_day=last_day,
            imports=[Progress(*row) for row in imports],
        )


def _log_failure(error: duckdb.Error) -> None:
    # The engine's own message may quote values; only its kind is written.
    _log.error("event store failed", kind=type(error).__name__)
