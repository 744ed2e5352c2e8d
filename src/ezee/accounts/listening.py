"""Hearing of changes in an account database on a server, whichever node makes them.

A thread of its own listens to what the triggers of ``row_security`` tell at each commit, so nobody
who asks waits for the server. PostgreSQL loses none of that while a connection lives, but one may
die without a word, as where a firewall forgets it: so the server has to answer every beat.
https://www.postgresql.org/docs/15/sql-notify.html
"""

from __future__ import annotations

import select
import threading
import time
from contextlib import closing
from typing import Any

import structlog

from ezee.accounts import row_security
from ezee.accounts.database import Database, connect_alone

# All in seconds. What is lost with a connection is made good after a beat that is not answered:
# with the look of whoever asks, a quarter second later at most, that is less than a second.
BEAT = 0.25
PATIENCE = 0.4
_REST = 0.25
_LISTENING_PATIENCE = 3.0
_LISTEN = f"listen {row_security.CHANNEL}".encode()
_BEAT_STATEMENT = b"select 1"
_log = structlog.get_logger("ezee.accounts")


class Listener:
    """Listens from now on. ``told`` is set when there was, or may have been, a change.

    ``is_away``: the server could not be reached when that was last tried.
    """

    def __init__(self, database: Database, beat: float = BEAT) -> None:
        self.told = threading.Event()
        self.is_away = False
        self._beat = beat
        self._engine = database.engine
        self._failures = (OSError, self._engine.dialect.loaded_dbapi.Error)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accounts-listener", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Listen no more."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._closing.is_set():
            try:
                connection = connect_alone(self._engine)
            except self._failures:
                self.is_away = True
            else:
                with closing(connection):
                    self._listen_until_it_is_lost(connection.pgconn)
            self._closing.wait(_REST)

    def _listen_until_it_is_lost(self, server: Any) -> None:
        try:
            self._listen(server)
        except TimeoutError:
            _log.warning("the account database is silent; connecting anew")
            # Those that wait in the pool came the same way.
            self._engine.dispose()
        except self._failures:
            # It has ended, which whoever uses the pool is told at once.
            pass

    def _listen(self, server: Any) -> None:
        _ask(server, _LISTEN, _LISTENING_PATIENCE)
        self.is_away = False
        # Of what was changed before nobody was told here.
        self.told.set()
        while not self._closing.is_set():
            if not _says_something(server, self._beat):
                _ask(server, _BEAT_STATEMENT, PATIENCE)
            server.consume_input()
            while server.notifies() is not None:
                self.told.set()


def _ask(server: Any, statement: bytes, patience: float) -> None:
    """Have a statement answered.

    Raises:
        TimeoutError: it was not in time.
    """
    until = time.monotonic() + patience
    server.send_query(statement)
    server.flush()
    while True:
        server.consume_input()
        while not server.is_busy():
            if server.get_result() is None:
                return
        if not _says_something(server, until - time.monotonic()):
            raise TimeoutError


def _says_something(server: Any, seconds: float) -> bool:
    """Whether anything comes from the server within so long."""
    poll = select.poll()
    poll.register(server.socket, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))
