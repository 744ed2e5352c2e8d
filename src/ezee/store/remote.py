"""The store of a running service, used from another process on the same data folder."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path
from typing import Any

import msgspec

from ezee.errors import Unavailable
from ezee.model.event import Sighting
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store import wire
from ezee.store.base import Batch, Description


class RemoteStore:
    """Speaks ``EventStore`` over the socket in the data folder."""

    def __init__(self, folder: Path) -> None:
        self._lock = threading.Lock()
        self._connection = _connect(folder)

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        duplicates: list[int] = self._call("append", batch)
        return duplicates

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        answer: Answer = self._call("query", wire.Question(site, query))
        return answer

    def is_visiting(self, sighting: Sighting) -> bool:
        """See ``EventStore.is_visiting``."""
        visiting: bool = self._call("is_visiting", sighting)
        return visiting

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        description: Description = self._call("describe", site)
        return description

    def erase(self, site: int) -> int:
        """See ``EventStore.erase``."""
        erased: int = self._call("erase", site)
        return erased

    def close(self) -> None:
        """Hang up; the service keeps its store."""
        self._connection.close()

    def _call(self, method: str, argument: object) -> Any:
        request = msgspec.msgpack.encode([method, argument])
        try:
            with self._lock:
                wire.send(self._connection, request)
                answer = wire.receive(self._connection)
        except OSError as error:
            raise Unavailable("The running service hung up.") from error
        if answer is None:
            raise Unavailable("The running service hung up.")
        ok, value = msgspec.msgpack.decode(answer, type=tuple[bool, msgspec.Raw])
        if not ok:
            raise Unavailable(msgspec.msgpack.decode(value, type=str))
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
