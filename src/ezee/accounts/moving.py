"""Accounts move house: from the data folder to PostgreSQL, and back, while a service runs on them.

While rows are copied nobody can change them; they can be read all the time. What was copied is
read back and compared, row by row. Then the old house is closed: it can be read still, and what
would change it is refused. Only then ``accounts.address``, a file of the data folder, says where
the accounts are, and a running service goes after them (``following``).

Killed at any point, the same command goes on: a house that is closed cannot have changed, so where
the other one has the same rows nothing is left to do but to say so.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import msgspec
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts import copies
from ezee.accounts.database import FILE_NAME, MOVED, Database
from ezee.accounts.tables import Nonce, Table
from ezee.durable import sync
from ezee.errors import EzeeError, SetupError, Unavailable
from ezee.settings import ACCOUNTS_ADDRESS, FOLDER, Settings

_DIFFERS = "What was copied is not what is there. Nothing was changed where the accounts are."
_NO_OWNER = "Name the role that owns the tables as well, with --owner or EZEE_ACCOUNTS_OWNER."
_FAILED = "The accounts could not be copied. Nothing was changed where they are."


def move_to_server(settings: Settings, url: str, owner_url: str) -> dict[str, int]:
    """Move the accounts of a data folder to an empty PostgreSQL database.

    Returns the number of rows by table. Blocks.

    Raises:
        SetupError: that database cannot be used, is not empty, or has not got what was written.
        Unavailable: one of the two does not answer.
    """
    if settings.accounts:
        raise SetupError("The accounts are in PostgreSQL already.")
    if not owner_url:
        raise SetupError(_NO_OWNER)
    source = Database.of(settings)
    try:
        with _failures(), source.engine.connect() as lock:
            lock.exec_driver_sql("begin immediate")
            found = _copy_to_server(source, lock, url, owner_url)
            for statement in _closing_triggers():
                lock.exec_driver_sql(statement)
            lock.commit()
        with _failures():
            _write(settings.data / ACCOUNTS_ADDRESS, url)
    finally:
        source.close()
    return found


def move_to_folder(settings: Settings) -> dict[str, int]:
    """Move the accounts from PostgreSQL to the data folder; as ``move_to_server``.

    A database of earlier days that is there keeps its rows, under a name of its own.
    """
    if not settings.accounts:
        raise SetupError("The accounts are in the data folder already.")
    if not settings.accounts_owner:
        raise SetupError(_NO_OWNER)
    source, owner = Database.of(settings), Database(settings.accounts_owner)
    made = settings.data / f"{FILE_NAME}.moving"
    _remove(made)
    try:
        with _failures(), owner.engine.begin() as lock:
            tables = ", ".join(Table.metadata.tables)
            # Which reading goes on beside.
            lock.exec_driver_sql(f"lock table {tables} in exclusive mode")
            found = _copy(source, f"sqlite:///{made}")
            target = Database(f"sqlite:///{made}")
            try:
                _compare(source, target)
            finally:
                target.close()
            _close(lock, str(source.engine.url.username))
        with _failures():
            _take_place(settings.data, made)
    finally:
        owner.close()
        source.close()
        _remove(made)
    return found


def _copy_to_server(
    source: Database, lock: sa.Connection, url: str, owner_url: str
) -> dict[str, int]:
    found = copies.count(lock) if _is_closed(lock) else {}
    if not found or not _is_there(source, url):
        found = _copy(source, owner_url)
    # The service's role can use it, or else nobody moves.
    target = Database.at(url, owner_url)
    try:
        _compare(source, target)
    finally:
        target.close()
    return found


def _is_closed(folder: sa.Connection) -> bool:
    """Whether a move was killed when all was done but to say so."""
    closed = "select count(*) from sqlite_schema where type = 'trigger' and name like 'moved%'"
    return bool(folder.exec_driver_sql(closed).scalar())


def _is_there(source: Database, url: str) -> bool:
    try:
        target = Database.at(url)
    except SetupError:
        return False
    try:
        return _rows(source) == _rows(target)
    finally:
        target.close()


def _close(lock: sa.Connection, service: str) -> None:
    """Let the service's role change nothing any more; nonces would outlive their day there."""
    tables = ", ".join(Table.metadata.tables)
    role = lock.dialect.identifier_preparer.quote_identifier(service)
    lock.exec_driver_sql(f"delete from {Nonce.__tablename__}")  # noqa: S608
    lock.exec_driver_sql(f"revoke insert, update, delete on {tables} from {role}")


def _copy(source: Database, url: str) -> dict[str, int]:
    """All rows, into an empty database; returns how many by table."""
    target = Database(url)
    try:
        with tempfile.TemporaryFile() as file:
            written = copies.write(source, file)
            file.seek(0)
            with target.engine.begin() as connection:
                return copies.load(connection, copies.read(file), written.revision)
    finally:
        target.close()


def _compare(source: Database, target: Database) -> None:
    """Raises ``SetupError`` unless both have the same rows."""
    if _rows(source) != _rows(target):
        raise SetupError(_DIFFERS)


def _rows(database: Database) -> list[bytes]:
    with tempfile.TemporaryFile() as file:
        copies.write(database, file)
        file.seek(0)
        return sorted(_in_order(file))


def _in_order(file: BinaryIO) -> Iterator[bytes]:
    for line in copies.read(file):
        yield msgspec.json.encode(line, order="deterministic")


def _closing_triggers() -> list[str]:
    return [
        f"create trigger if not exists moved_{table}_{change} before {change} on {table} "
        f"begin select raise(abort, '{MOVED}'); end"
        for table in Table.metadata.tables
        for change in ("insert", "update", "delete")
    ]


def _take_place(folder: Path, made: Path) -> None:
    """The new file is the accounts' from now on, and the folder says so."""
    made.chmod(0o600)
    path = folder / FILE_NAME
    if path.exists():
        path.replace(folder / f"{FILE_NAME}.before")
    for suffix in ("-wal", "-shm"):
        path.with_name(FILE_NAME + suffix).unlink(missing_ok=True)
    made.replace(path)
    _write(folder / ACCOUNTS_ADDRESS, FOLDER)


def _write(path: Path, text: str) -> None:
    """All of it at once: a running service looks at it all the time."""
    part = path.with_name(f"{path.name}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    sync(path.parent)


def _remove(made: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            made.with_name(made.name + suffix).unlink()


@contextmanager
def _failures() -> Iterator[None]:
    try:
        yield
    except EzeeError:
        raise
    except sa.exc.OperationalError as error:
        raise Unavailable("One of the two account databases does not answer.") from error
    except (SQLAlchemyError, ValueError, KeyError, OSError) as error:
        raise SetupError(_FAILED) from error
