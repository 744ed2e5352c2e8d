"""Everything that is stored, as Parquet files, and back.

A file for each table, under the table's name. Parquet is read by every version of DuckDB, and by
others; the engine's own file is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from msgspec.structs import astuple

from ezee.errors import SetupError
from ezee.model.event import Event
from ezee.store.base import Progress
from ezee.store.changes import FurnishExpired
from ezee.store.duckdb import furnishing, schema
from ezee.store.duckdb.file import Connection, transaction
from ezee.store.sql import Statement

_TABLES = """
select table_name from duckdb_tables()
where database_name = current_database() and schema_name = 'main' order by table_name
"""
_COLUMNS = """
select column_name, data_type from duckdb_columns()
where database_name = current_database() and schema_name = 'main' and table_name = ?
order by column_index
"""
# Parquet has no integers of 128 bits: they would be rounded.
_AS_TEXT = {"HUGEINT", "UHUGEINT"}
_ROWS_OF_A_GROUP = 100_000
_FLAGS = [Event.__struct_fields__.index(name) for name in ("interactive", "judged", "verified")]
# Visits are derived where the copy is restored.
_NO_VISIT = 0

Run = Callable[[Statement], list[Any]]


def write(run: Run, folder: Path) -> list[tuple[str, int]]:
    """Write every table; returns their names and how many rows each has.

    ``run`` answers from one snapshot.
    """
    return [
        (table, _write_table(run, table, folder / f"{table}.parquet"))
        for (table,) in run(Statement(_TABLES, ()))
    ]


class Writer:
    """A copy that is made of rows, table by table, in a file beside it that is gone afterwards."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / ".rows.duckdb"
        self._connection = duckdb.connect(self._path, config=_CONFIG)
        schema.migrate(self._connection)

    def add(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of a table, with all of its columns."""
        if rows:
            with self._connection.appender(table) as appender:
                appender.append_rows(rows)

    def add_events(self, rows: Sequence[Sequence[Any]]) -> None:
        """Events and bots' events, rows of ``looks.KeptRows``."""
        events, bots = [], []
        for row in rows:
            *columns, rule, category, token, seq = row
            for place in _FLAGS:
                columns[place] = bool(columns[place])
            if rule:
                bots.append((*columns, rule, category, token, seq))
            else:
                events.append((*columns, seq, _NO_VISIT))
        self.add("events", events)
        self.add("bots", bots)

    def add_imports(self, site: int, progress: Sequence[Progress]) -> None:
        """How far the imports of a tracker are."""
        rows = [astuple(each) for each in progress]
        self.add("imports", [(site, head, size, *rest) for size, head, *rest in rows])

    def add_erased(self, rows: Sequence[Sequence[Any]]) -> None:
        """Receipts of erasures, rows of ``looks.EveryErased``."""
        self.add("erased", [(*row[:-1], bool(row[-1])) for row in rows])

    def furnish(self, change: FurnishExpired) -> None:
        """What is kept of days whose events have expired."""
        furnishing.furnish(self._connection, change)

    def finish(self) -> dict[str, int]:
        """Write every table; returns how many rows each has. Raises ``ValueError`` on failure."""
        try:
            found = write(
                lambda asked: self._connection.execute(asked.sql, asked.parameters).fetchall(),
                self._folder,
            )
        except duckdb.Error as error:
            raise ValueError from error
        return dict(found)

    def close(self) -> None:
        """Remove the file."""
        self._connection.close()
        for path in self._folder.glob(f"{self._path.name}*"):
            path.unlink()


def _write_table(run: Run, table: str, path: Path) -> int:
    columns = run(Statement(_COLUMNS, (table,)))
    names = ", ".join(
        f"{name}::varchar as {name}" if kind in _AS_TEXT else name for name, kind in columns
    )
    ((written,),) = run(
        Statement(
            f"copy (select {names} from {table}) to {_sql_text(path)} "
            f"(format parquet, compression zstd, row_group_size {_ROWS_OF_A_GROUP})",
            (),
        )
    )
    return int(written)


def count(path: Path) -> int:
    """How many rows a Parquet file has.

    Raises:
        ValueError: it is none.
    """
    try:
        with duckdb.connect(config=_CONFIG) as connection:
            row = connection.execute(f"select count(*) from read_parquet({_sql_text(path)})")
            ((rows,),) = row.fetchall()
    except duckdb.Error as error:
        raise ValueError from error
    return int(rows)


def load(path: Path, folder: Path, version: int) -> dict[str, int]:
    """Make an event file of that version of the schema out of Parquet files.

    Returns how many rows each table has.

    Raises:
        ValueError: what was loaded is not what was written.
    """
    try:
        with duckdb.connect(path, config=_CONFIG) as connection:
            schema.migrate(connection, version)
            loaded = {
                table: _load_table(connection, table, folder / f"{table}.parquet")
                for (table,) in connection.execute(_TABLES).fetchall()
            }
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise ValueError from error
    return loaded


def _load_table(connection: Connection, table: str, path: Path) -> int:
    columns = connection.execute(_COLUMNS, [table]).fetchall()
    names = ", ".join(name for name, _ in columns)
    casts = ", ".join(f"{name}::{kind} as {name}" for name, kind in columns)
    source = f"(select {casts} from read_parquet({_sql_text(path)}))"
    with transaction(connection):
        connection.execute(f"delete from {table}")
        connection.execute(f"insert into {table} ({names}) select {names} from {source}")
    totals = [
        connection.execute(
            f"select count(*), coalesce(sum(hash({names})::hugeint), 0) from {rows} as rows"
        ).fetchone()
        for rows in (source, table)
    ]
    if totals[0] != totals[1] or totals[0] is None:
        raise ValueError
    return int(totals[0][0])


def version(path: Path) -> int:
    """The version of an event file's schema, 0 where there is none."""
    with _looked_at(path) as connection:
        return schema.version(connection) if connection is not None else 0


def rows(path: Path) -> dict[str, int]:
    """How many rows each table of an event file has."""
    with _looked_at(path) as connection:
        if connection is None:
            return {}
        return {
            table: int(connection.execute(f"select count(*) from {table}").fetchall()[0][0])
            for (table,) in connection.execute(_TABLES).fetchall()
            if table != "schema_version"
        }


def migrate(path: Path) -> None:
    """Bring an event file to the newest schema. Raises ``ValueError`` when a step fails."""
    if not path.exists():
        return
    try:
        with duckdb.connect(path, config=_CONFIG) as connection:
            schema.migrate(connection)
            connection.execute("checkpoint")
    except duckdb.Error as error:
        raise ValueError("A step failed.") from error


@contextmanager
def _looked_at(path: Path) -> Iterator[Connection | None]:
    """An event file that is not changed by being looked at; None where there is none."""
    if not path.exists():
        yield None
        return
    try:
        with duckdb.connect(path, read_only=True, config=_CONFIG) as connection:
            yield connection
    except duckdb.Error as error:
        raise SetupError("The event file cannot be read.") from error


_CONFIG: dict[str, Any] = {
    "threads": 1,
    "memory_limit": "384MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}


def _sql_text(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"
