"""Copies of everything that is stored, apart from any engine: where they lie, how they are read."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ezee.errors import SetupError
from ezee.store.base import Progress
from ezee.store.changes import FurnishExpired

EVENTS = "events.duckdb"
_PREFIX = "copy-"
_NAME = re.compile(r"[A-Za-z0-9-]{1,64}")


def copies_folder(data: Path, name: str) -> Path:
    """Where a copy of that name is made; whoever asked for it takes it from there."""
    if not _NAME.fullmatch(name):
        raise SetupError("A copy is named by letters, digits and hyphens.")
    return data / "tmp" / f"{_PREFIX}{name}"


def clear_copies(data: Path) -> None:
    """Remove what nobody has fetched; the store is just being opened."""
    for left in (data / "tmp").glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)


def rows_in(path: Path) -> int:
    """How many rows a table's file has. Raises ``ValueError`` when it cannot be read."""
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    return copies.count(path)


def load_events(data: Path, folder: Path, version: int) -> dict[str, int]:
    """Make the event file of a data folder out of a copy; returns the rows of each table.

    Raises ``ValueError`` when what was loaded is not what the copy has.
    """
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    return copies.load(data / EVENTS, folder, version)


class CopyOfRows(Protocol):
    """A copy that is made of rows; see ``write_rows``."""

    def add(self, table: str, rows: Sequence[Sequence[Any]]) -> None:
        """Rows of a table, with all of its columns."""

    def add_events(self, rows: Sequence[Sequence[Any]]) -> None:
        """Events and bots' events, rows of ``looks.KeptRows``."""

    def add_imports(self, site: int, progress: Sequence[Progress]) -> None:
        """How far the imports of a tracker are."""

    def add_erased(self, rows: Sequence[Sequence[Any]]) -> None:
        """Receipts of erasures, rows of ``looks.EveryErased``."""

    def furnish(self, change: FurnishExpired) -> None:
        """What is kept of days whose events have expired."""

    def finish(self) -> dict[str, int]:
        """Write every table; returns how many rows each has. Raises ``ValueError`` on failure."""


@contextmanager
def write_rows(folder: Path) -> Iterator[CopyOfRows]:
    """Make a copy of the newest schema in a folder, of rows that come from elsewhere."""
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    writer = copies.Writer(folder)
    try:
        yield writer
    finally:
        writer.close()


def newest_schema() -> int:
    """The newest version of the event file's schema."""
    from ezee.store.duckdb import schema  # noqa: PLC0415 - as in store.open

    return schema.VERSION


def schema_of(data: Path) -> int:
    """The version of the schema that a folder's event file has, 0 where there is none.

    Nobody may have it open. Raises ``SetupError`` when it cannot be read.
    """
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    return copies.version(data / EVENTS)


def rows_of(data: Path) -> dict[str, int]:
    """How many rows each table of a folder's event file has. Nobody may have it open."""
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    return copies.rows(data / EVENTS)


def migrate(data: Path) -> None:
    """Bring a folder's event file to the newest schema. Nobody may have it open.

    Raises ``ValueError`` when a step fails; what was done before it stays.
    """
    from ezee.store.duckdb import copies  # noqa: PLC0415 - as in store.open

    copies.migrate(data / EVENTS)
