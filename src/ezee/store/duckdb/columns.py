"""What a table's columns can hold, as types that are checked while something is read."""

from __future__ import annotations

from typing import Annotated, Any

from msgspec import Meta

from ezee.store.duckdb.file import Connection


def row_types(connection: Connection, table: str) -> Any:
    """The type of one row of a table."""
    rows = connection.execute(
        "select data_type from duckdb_columns() where table_name = ? "
        "and database_name = current_database() order by column_index",
        [table],
    ).fetchall()
    return tuple[tuple(_KINDS[kind] for (kind,) in rows)]  # type: ignore[misc]


def defaults(connection: Connection, table: str) -> tuple[Any, ...]:
    """What rows have in each column that was added after they were written, else None."""
    rows = connection.execute(
        "select column_default from duckdb_columns() where table_name = ? "
        "and database_name = current_database() order by column_index",
        [table],
    ).fetchall()
    texts = ", ".join(text or "null" for (text,) in rows)
    return tuple(connection.execute(f"select {texts}").fetchall()[0])


_KINDS: dict[str, Any] = {
    "BIGINT": Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)],
    "BOOLEAN": bool,
    "INTEGER": Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)],
    "SMALLINT": Annotated[int, Meta(ge=-(2**15), le=2**15 - 1)],
    # MessagePack has no larger one.
    "UBIGINT": Annotated[int, Meta(ge=0)],
    "UTINYINT": Annotated[int, Meta(ge=0, le=2**8 - 1)],
    "VARCHAR": str,
}
