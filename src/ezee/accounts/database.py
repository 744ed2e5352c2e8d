"""The account database: opening it, bringing its schema up to date, and its sessions."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from ezee.accounts.migrations import NEWEST
from ezee.errors import SetupError, Unavailable

FILE_NAME = "accounts.sqlite"

# How often, and with how many seconds between, a new file is turned to write-ahead logging.
_TRIES = 100
_PAUSE = 0.05


class Database:
    """Hands out sessions. Calls block."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _prepare_sqlite)

    @classmethod
    def in_folder(cls, folder: Path) -> Database:
        """The embedded database of a data folder, its schema up to date."""
        path = folder / FILE_NAME
        database = cls(f"sqlite:///{path}")
        database.migrate()
        path.chmod(0o600)
        return database

    def migrate(self) -> None:
        """Bring the schema up to date.

        Raises:
            SetupError: the database was written by a newer version.
            Unavailable: it cannot be written to now.
        """
        try:
            if self.revision() != NEWEST:
                self._upgrade()
        except OperationalError as error:
            raise Unavailable("The account database cannot be written to right now.") from error
        except SQLAlchemyError as error:
            raise SetupError("The account database cannot be brought up to date.") from error

    def revision(self) -> str:
        """The schema's revision, "" for none."""
        with self.engine.connect() as connection:
            return _revision(connection)

    def _upgrade(self) -> None:
        from ezee.accounts import migrating  # noqa: PLC0415 - see there

        with self.engine.begin() as connection:
            if connection.dialect.name == "sqlite":
                # One process migrates, others wait for it.
                connection.exec_driver_sql("begin immediate")
            if _revision(connection) != NEWEST:
                migrating.upgrade(connection)

    @contextmanager
    def session(self, kind: type[Session] = Session) -> Iterator[Session]:
        """One transaction; committed when the block ends well.

        Only ``policy`` calls this: its sessions know whose rows they may see.
        """
        try:
            with kind(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise Unavailable("The account database does not answer right now.") from error

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(sa.text("select version_num from alembic_version")) or "")


def _prepare_sqlite(connection: Any, _: object) -> None:
    cursor = connection.cursor()
    cursor.execute("pragma busy_timeout = 10000")
    _keep_a_log(cursor)
    cursor.execute("pragma synchronous = full")
    cursor.execute("pragma foreign_keys = on")
    cursor.execute("pragma secure_delete = on")
    cursor.close()


def _keep_a_log(cursor: sqlite3.Cursor) -> None:
    """Turn a new file to write-ahead logging.

    Of several processes that do so at once SQLite lets one, and tells the others at once that the
    file is locked, whatever time they would give it: https://sqlite.org/wal.html
    """
    for left in reversed(range(_TRIES)):
        try:
            cursor.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(_PAUSE)
        else:
            return
