"""The open event file: the connection that writes, and a pool of those that read.

One life of the file lasts from its opening to its close, or to the failure that makes DuckDB
refuse everything until it is opened anew. DuckDB shares one instance among all connections to a
file, so a new life begins only when every connection of the old one is closed: hence the pool
knows them all.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from ezee.errors import SetupError, Unavailable

Connection = duckdb.DuckDBPyConnection


class OpenFile:
    """The connections to one open file. ``writer`` is for one thread at a time, by arrangement.

    ``retired`` is set before it is closed because another takes its place: whoever reads and is
    stopped then asks that one.

    Raises:
        SetupError: another process has the file open. Unavailable: it cannot be opened now.
    """

    # How often a reader is told once more to stop, in seconds: it may have been between statements.
    _PATIENCE = 0.1
    # No other thread runs while rows are handed over, each of which takes some 10 µs.
    _AT_ONCE = 100

    def __init__(self, path: Path, config: dict[str, Any]) -> None:
        try:
            self._root = duckdb.connect(path, config=config)
        except duckdb.Error as error:
            if isinstance(error, duckdb.IOException) and "lock" in str(error).lower():
                raise SetupError(f"Another process has {path} open.") from error
            raise Unavailable from error
        self.writer = self._root.cursor()
        self._appenders: dict[str, duckdb.Appender] = {}
        self._changed = threading.Condition()
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._closing = False
        self.retired = False

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection for one thread, until the block ends.

        Raises:
            Unavailable: the file is being closed.
        """
        connection = self._take()
        try:
            yield connection
        finally:
            with self._changed:
                self._lent.discard(connection)
                self._idle.append(connection)
                self._changed.notify_all()

    def append(self, table: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Append to a table, in the writer's open transaction.

        The appender is kept: to make one costs as much as to append a hundred rows.
        """
        appender = self._appenders.pop(table, None) or self.writer.appender(table)
        try:
            for start in range(0, len(rows), self._AT_ONCE):
                appender.append_rows(rows[start : start + self._AT_ONCE])
            appender.flush()
        except BaseException:
            # What it may still hold must not come with the next rows.
            appender.clear()
            raise
        self._appenders[table] = appender

    def is_usable(self) -> bool:
        """Whether DuckDB still answers: after a failure it calls fatal it refuses everything."""
        try:
            with self.lend() as connection:
                connection.execute("select 1")
        except (duckdb.Error, Unavailable):
            return False
        return True

    def close(self) -> None:
        """Stop whoever reads, and close every connection. Never raises; may be called again."""
        with self._changed:
            self._closing = True
            while self._lent:
                for connection in self._lent:
                    connection.interrupt()
                self._changed.wait(self._PATIENCE)
            connections = [*self._idle, self.writer, self._root]
            self._idle.clear()
            self._appenders.clear()
        for connection in connections:
            with suppress(duckdb.Error):
                connection.close()

    def _take(self) -> Connection:
        with self._changed:
            if self._closing:
                raise Unavailable
            connection = self._idle.pop() if self._idle else self._root.cursor()
            self._lent.add(connection)
            return connection


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """What the block does becomes durable as a whole when it ends, or not at all."""
    connection.execute("begin")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        _roll_back(connection)
        raise


@contextmanager
def snapshot(connection: Connection) -> Iterator[None]:
    """Every statement in the block sees the same events."""
    connection.execute("begin")
    try:
        yield
    finally:
        _roll_back(connection)


def _roll_back(connection: Connection) -> None:
    # A commit that failed has rolled back by itself, and says so.
    with suppress(duckdb.Error):
        connection.execute("rollback")
