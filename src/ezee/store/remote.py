"""A store that another process has open, used by way of the socket in the data folder."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec

from ezee.errors import InvalidRequest, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store import wire
from ezee.store.base import Batch, Description
from ezee.store.changes import Change
from ezee.store.line import Line
from ezee.store.looks import Look, Row


class RemoteStore:
    """Speaks ``EventStore`` over the socket in the data folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._idle = [_connect(folder)]
        self._lock = threading.Lock()
        self._line: Line | None = None

    async def append_soon(self, batch: Batch) -> list[int]:
        """See ``PromptStore.append_soon``."""
        line = self._line
        if line is None or not line.is_open:
            line = await self._open_line()
        answer = await line.exchange(msgspec.msgpack.encode(["append", batch]))
        duplicates: list[int] = _read("append", answer)
        return duplicates

    async def hang_up(self) -> None:
        """See ``PromptStore.hang_up``."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        duplicates: list[int] = self._call("append", batch)
        return duplicates

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        answer: Answer = self._call("query", wire.Question(site, query))
        return answer

    def look(self, look: Look) -> list[Row]:
        """See ``EventStore.look``."""
        rows: list[Row] = self._call("look", look)
        return rows

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        description: Description = self._call("describe", site)
        return description

    def change(self, change: Change) -> int:
        """See ``EventStore.change``."""
        changed: int = self._call("change", change)
        return changed

    def close(self) -> None:
        """Hang up; whoever has the store open keeps it."""
        with self._lock:
            for connection in self._idle:
                connection.close()
            self._idle.clear()

    def _call(self, method: str, argument: object) -> Any:
        return _read(method, self._exchange(msgspec.msgpack.encode([method, argument])))

    async def _open_line(self) -> Line:
        try:
            line = await Line.to(_connect(self._folder))
        except OSError as error:
            raise Unavailable from error
        if self._line is not None and self._line.is_open:
            # Somebody else was faster.
            line.close()
            return self._line
        self._line = line
        return line

    def _exchange(self, request: bytes) -> bytes:
        """One request, one answer, on a connection that nobody else is using."""
        try:
            connection = self._borrow()
            try:
                wire.send(connection, request)
                answer = wire.receive(connection)
            except OSError:
                connection.close()
                raise
        except OSError as error:
            self.close()
            raise Unavailable from error
        if answer is None:
            # Its process has ended; every other connection to it is as dead.
            connection.close()
            self.close()
            raise Unavailable
        with self._lock:
            self._idle.append(connection)
        return answer

    def _borrow(self) -> socket.socket:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _connect(self._folder)


def _read(method: str, answer: bytes) -> Any:
    ok, value = msgspec.msgpack.decode(answer, type=tuple[bool, msgspec.Raw])
    if not ok:
        failure = msgspec.msgpack.decode(value, type=wire.Failure)
        if failure.wrong:
            raise InvalidRequest(failure.message, failure.details)
        raise Unavailable(failure.message)
    return msgspec.msgpack.decode(value, type=wire.ANSWERS[method], strict=False)


def _connect(folder: Path) -> socket.socket:
    """Raises ``OSError`` when no service listens there."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(wire.address(handle))
    except OSError:
        connection.close()
        raise
    finally:
        os.close(handle)
    return connection
