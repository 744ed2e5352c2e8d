"""All rows of an account database, as lines of JSON, and back into an empty one.

The lines are the same for SQLite and PostgreSQL, so what was written by one is read by the other.
Tables are taken as they are there, whatever their version: a copy says which that is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts import row_security
from ezee.accounts.database import Database
from ezee.accounts.migrations import NEWEST
from ezee.errors import SetupError, Unavailable

# What salts of visitors are made from is in no copy, or it would outlive its day there; nor is
# what waits for minutes alone.
NEVER_COPIED = frozenset({"nonces", "steps"})
_VERSION = "alembic_version"
_AT_ONCE = 500


class Line(msgspec.Struct, frozen=True, array_like=True):
    """A row of a table."""

    table: str
    values: dict[str, Any]


class Written(msgspec.Struct, frozen=True):
    """What a copy has: the version of the schema, rows by table, and the trackers among them."""

    revision: str
    rows: dict[str, int]
    trackers: frozenset[str]


def write(database: Database, file: BinaryIO) -> Written:
    """Write every row, from one snapshot.

    Raises:
        Unavailable: the database does not answer.
    """
    try:
        with database.engine.connect() as connection:
            _begin_snapshot(connection)
            return _write(connection, file)
    except SQLAlchemyError as error:
        raise Unavailable("The account database does not answer right now.") from error


def read(file: BinaryIO) -> Iterator[Line]:
    """The rows of a copy. Raises ``ValueError`` when a line cannot be read."""
    decoder = msgspec.json.Decoder(Line)
    for line in file:
        yield decoder.decode(line)


def load(connection: sa.Connection, lines: Iterable[Line], revision: str) -> dict[str, int]:
    """Make the tables as they were at that revision, in an empty database, and fill them.

    It is done in the connection's transaction. Returns how many rows each table has then.

    Raises:
        SetupError: the database is not empty, or the revision is of a newer version.
    """
    if revision > NEWEST:
        raise SetupError("The copy was made by a newer version of ezee: use that one.")
    if sa.inspect(connection).get_table_names():
        raise SetupError("The account database has tables already. Name an empty one.")
    return _fill(connection, lines, revision)


def replace(connection: sa.Connection, lines: Iterable[Line], revision: str) -> None:
    """Put the rows of a copy, and tables as at its revision, in the place of all there is.

    It is done in the connection's transaction, as the role that owns the tables.
    """
    from ezee.accounts import migrating  # noqa: PLC0415 - see there

    migrating.downgrade(connection)
    _fill(connection, lines, revision)


def count(connection: sa.Connection) -> dict[str, int]:
    """How many rows each table has."""
    counted = sa.select(sa.func.count())
    return {
        str(table.name): connection.scalar(counted.select_from(table)) or 0
        for table in _tables(connection)
    }


def see_everyone(connection: sa.Connection) -> None:
    """Have the transaction see everybody's rows."""
    if connection.dialect.name == "postgresql":
        row_security.name_viewer(connection, row_security.EVERYONE)


def _fill(connection: sa.Connection, lines: Iterable[Line], revision: str) -> dict[str, int]:
    from ezee.accounts import migrating  # noqa: PLC0415 - see there

    migrating.upgrade(connection, revision)
    see_everyone(connection)
    tables = _tables(connection)
    by_table: dict[str, list[dict[str, Any]]] = {table.name: [] for table in tables}
    for line in lines:
        by_table[line.table].append(line.values)
    for table in tables:
        rows = by_table[table.name]
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(table.insert(), rows[start : start + _AT_ONCE])
    return count(connection)


def _write(connection: sa.Connection, file: BinaryIO) -> Written:
    encode, rows, trackers = msgspec.json.Encoder().encode, Counter[str](), set()
    revision = connection.scalar(sa.text(f"select version_num from {_VERSION}"))  # noqa: S608
    for table in _tables(connection):
        rows[str(table.name)] = 0
        for row in connection.execute(table.select()).mappings():
            # The library's names are texts of a kind of its own.
            values = {str(name): value for name, value in row.items()}
            file.write(encode(Line(str(table.name), values)) + b"\n")
            rows[table.name] += 1
            if table.name == "trackers":
                trackers.add(str(row["site_id"]))
    return Written(str(revision or ""), dict(rows), frozenset(trackers))


def _tables(connection: sa.Connection) -> list[sa.Table]:
    """Those of users' data, each after those that it refers to."""
    found = sa.MetaData()
    found.reflect(connection)
    return [
        table
        for table in found.sorted_tables
        if table.name != _VERSION and table.name not in NEVER_COPIED
    ]


def _begin_snapshot(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execution_options(isolation_level="REPEATABLE READ")
        row_security.name_viewer(connection, row_security.EVERYONE)
    else:
        # The driver begins nothing for a select by itself.
        connection.exec_driver_sql("begin")
