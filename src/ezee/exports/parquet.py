"""Tables as Parquet, written by DuckDB in the process that exports.

Parquet ends with what it consists of, so the whole file is made before its first byte is handed
out. It is made in the machine's folder for temporary files, which ``TMPDIR`` may name: a full one
keeps no event from being stored.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ezee.errors import Unavailable
from ezee.exports.scratch import scratch
from ezee.exports.tables import Pieces, Table

if TYPE_CHECKING:
    import duckdb

_ROWS_OF_A_GROUP = 100_000
_PIECE = 1 << 18
_CONFIG: dict[str, Any] = {
    "threads": 1,
    "memory_limit": "256MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_FAILED = "The Parquet file could not be made: there may be no room left for temporary files."


def write_parquet(table: Table) -> Pieces:
    """A Parquet file. Pieces are empty while it is being made.

    Raises:
        Unavailable: it cannot be made now.
    """
    try:
        with scratch() as folder:
            made = folder / "export.parquet"
            yield from _make(made, table)
            with made.open("rb") as file:
                while piece := file.read(_PIECE):
                    yield piece
    except OSError as error:
        raise Unavailable(_FAILED) from error


def _make(path: Path, table: Table) -> Pieces:
    # Loading the engine takes longer than most exports as text.
    import duckdb  # noqa: PLC0415

    try:
        with duckdb.connect(path.with_name("rows.duckdb"), config=_CONFIG) as connection:
            yield from _gather(connection, table)
            connection.table("rows").write_parquet(
                str(path), compression="zstd", row_group_size=_ROWS_OF_A_GROUP
            )
    except duckdb.Error as error:
        raise Unavailable(_FAILED) from error


def _gather(connection: duckdb.DuckDBPyConnection, table: Table) -> Pieces:
    """Put every row where DuckDB has them all, in a file beside."""
    columns = ", ".join(f'"{name}" {kind}' for name, kind in table.columns.items())
    connection.execute(f"create table rows ({columns})")
    connection.execute("begin")
    appender = connection.appender("rows")
    for page in table.pages:
        appender.append_rows(page)
        appender.flush()
        yield b""
    connection.execute("commit")
