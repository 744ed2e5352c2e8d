"""Whether the account database was changed, by this process or another, and which ids are known.

Both are asked for beside every collected event, so they do without SQLAlchemy's sessions: a
connection of their own stays open.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts import row_security
from ezee.accounts.aliases import SITE_NAMED
from ezee.accounts.database import Database
from ezee.accounts.embedded import AsItLies
from ezee.accounts.listening import Listener
from ezee.errors import Unavailable

_NO_ANSWER = "The account database does not answer right now."
# It tells only whether there is such an id, no row of anyone's.
_IS_KNOWN = """
    select exists (select 1 from trackers where site_id = :id)
        or exists (select 1 from self_tests where site_id = :id)
"""


class Watch(Protocol):
    """Watches one account database. Any thread may ask."""

    def changed(self) -> bool:
        """Whether there was, or may have been, a change since this was last asked."""
        ...

    def is_known(self, site_id: str) -> bool:
        """Whether a tracker has that id, or may have.

        Raises:
            Unavailable: the database does not answer.
        """
        ...

    def named(self, protocol: str, name: str) -> str | None:
        """The ``site_id`` of the tracker that a protocol's clients call so, in its one spelling.

        Raises:
            Unavailable: the database does not answer.
        """
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


def watch(database: Database) -> Watch:
    """What watches a database of that kind."""
    return _FileWatch(database) if database.is_embedded else _ServerWatch(database)


class _FileWatch:
    """A file's. It may be asked once more after it was closed, where accounts have just moved."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._lock = threading.Lock()
        self._version = -1
        self._closed = False
        self._connect()

    def changed(self) -> bool:
        # https://www.sqlite.org/pragma.html#pragma_data_version
        with self._lock:
            if self._closed:
                return True
            if isinstance(self.connection, AsItLies):
                # It would not see what others write once they have room.
                self._reconnect()
            before: int = self._version
            (self._version,) = self.connection.execute("pragma data_version").fetchone()
            return self._version != before

    def is_known(self, site_id: str) -> bool:
        with self._lock:
            if self._closed:
                return True
            ((known,),) = self.connection.execute(_IS_KNOWN, {"id": site_id}).fetchall()
        return bool(known)

    def named(self, protocol: str, name: str) -> str | None:
        asked = {"protocol": protocol, "name": name}
        with self._lock:
            if self._closed:
                raise Unavailable(_NO_ANSWER, retry_after=1)
            row = self.connection.execute(SITE_NAMED, asked).fetchone()
        return None if row is None else str(row[0])

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._pooled.close()

    def _connect(self) -> None:
        self._pooled = self._engine.raw_connection()
        connection = self._pooled.driver_connection
        assert isinstance(connection, sqlite3.Connection)
        self.connection = connection
        self._version = -1

    def _reconnect(self) -> None:
        before = self._pooled
        try:
            self._connect()
        except SQLAlchemyError as error:
            raise Unavailable(_NO_ANSWER) from error
        before.close()


class _ServerWatch:
    """Asks what a ``Listener`` was told, so that nobody waits for the server.

    While that is away nothing can change there, so what is in memory holds; once it is back,
    everything may have.
    """

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._listener = Listener(database)

    def changed(self) -> bool:
        told = self._listener.told
        if not told.is_set():
            return False
        told.clear()
        return True

    def is_known(self, site_id: str) -> bool:
        self._refuse_if_away()
        try:
            with self._engine.begin() as connection:
                row_security.name_viewer(connection, row_security.EVERYONE)
                return bool(connection.scalar(sa.text(_IS_KNOWN), {"id": site_id}))
        except SQLAlchemyError as error:
            raise Unavailable(_NO_ANSWER) from error

    def named(self, protocol: str, name: str) -> str | None:
        self._refuse_if_away()
        asked = {"protocol": protocol, "name": name}
        try:
            with self._engine.begin() as connection:
                row_security.name_viewer(connection, row_security.EVERYONE)
                found = connection.scalar(sa.text(SITE_NAMED), asked)
        except SQLAlchemyError as error:
            raise Unavailable(_NO_ANSWER) from error
        return None if found is None else str(found)

    def close(self) -> None:
        self._listener.close()

    def _refuse_if_away(self) -> None:
        # Or each event of a tracker that is not in memory would wait for it anew.
        if self._listener.is_away:
            raise Unavailable(_NO_ANSWER)
