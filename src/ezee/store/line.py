"""A line to the store's process that is spoken from the event loop.

A thread that waited for each answer would have to win the interpreter from the loop several times
for every commit, and the loop is busy: that took longer than the disk.
"""

from __future__ import annotations

import asyncio
import socket
from collections import deque
from typing import cast

from ezee.errors import Unavailable
from ezee.store import wire


class Line(asyncio.Protocol):
    """One connection. Requests are answered in their order."""

    def __init__(self) -> None:
        self._asked: deque[asyncio.Future[bytes]] = deque()
        self._received = bytearray()
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def to(cls, connection: socket.socket) -> Line:
        """A line on an open connection, which becomes its own."""
        connection.setblocking(False)
        _, line = await asyncio.get_running_loop().create_unix_connection(cls, sock=connection)
        return line

    @property
    def is_open(self) -> bool:
        """Whether the other side is there still."""
        return self._transport is not None and not self._transport.is_closing()

    async def exchange(self, request: bytes) -> bytes:
        """One request, one answer.

        Raises:
            Unavailable: the other side has hung up; whether it did what was asked is not known.
        """
        if self._transport is None or self._transport.is_closing():
            raise Unavailable
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._asked.append(answer)
        self._transport.write(wire.frame(request))
        return await answer

    def close(self) -> None:
        """Hang up."""
        if self._transport is not None:
            self._transport.close()

    # What the loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See ``asyncio.BaseProtocol.connection_made``."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol.data_received``."""
        self._received += data
        while (answer := wire.take_frame(self._received)) is not None:
            waiting = self._asked.popleft()
            if not waiting.done():
                waiting.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """See ``asyncio.BaseProtocol.connection_lost``."""
        for waiting in self._asked:
            if not waiting.done():
                waiting.set_exception(Unavailable())
        self._asked.clear()
