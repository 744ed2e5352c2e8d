"""Connections to the account database that is a file of the data folder.

SQLite needs room on the disk to open a file that keeps a log, be it to read it alone: for the log,
and for an index of it that its connections share. A service that was stopped has left neither. On
a full disk the file is read as it lies there then, and nothing can be written; whoever comes next
tries again as usual.
"""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy import event

# What SQLite calls it where there is no room for what it opens beside the file:
# https://sqlite.org/rescode.html
_NO_ROOM = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}

# How often, and with how many seconds between, a new file is turned to write-ahead logging.
_TRIES = 100
_PAUSE = 0.05


class AsItLies(sqlite3.Connection):
    """Reads the file as it lies there, without a log of changes, and cannot write.

    It is for one transaction: nobody tells it of what others write once they have room.
    """


def make_engine(url: str) -> sa.Engine:
    """An engine for the file that an SQLAlchemy URL names."""
    engine = sa.create_engine(url)
    event.listen(engine, "do_connect", _connect)
    event.listen(engine, "checkin", _let_go)
    return engine


def _connect(_: Any, __: Any, arguments: list[Any], options: dict[str, Any]) -> sqlite3.Connection:
    """A connection as SQLAlchemy's own would be, prepared."""
    connection: sqlite3.Connection = sqlite3.connect(*arguments, **options)
    try:
        _prepare(connection)
    except sqlite3.OperationalError as error:
        connection.close()
        path = Path(arguments[0])
        if error.sqlite_errorcode & 0xFF not in _NO_ROOM or not _is_whole(path):
            raise
        return _as_it_lies(path, options)
    except BaseException:
        connection.close()
        raise
    return connection


def _is_whole(path: Path) -> bool:
    """Whether all that was ever committed is in the file itself."""
    log = path.with_name(f"{path.name}-wal")
    try:
        return path.stat().st_size > 0 and (not log.exists() or log.stat().st_size == 0)
    except OSError:
        return False


def _as_it_lies(path: Path, options: dict[str, Any]) -> AsItLies:
    # https://sqlite.org/uri.html#uriimmutable
    address = f"file:{quote(str(path))}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, factory=AsItLies, **options)


def _let_go(connection: object, record: Any) -> None:
    """Nobody is given such a connection a second time: called by SQLAlchemy's pool."""
    if isinstance(connection, AsItLies):
        record.invalidate()


def _prepare(connection: sqlite3.Connection) -> None:
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
