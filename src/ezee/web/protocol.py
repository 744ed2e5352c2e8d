"""HTTP as uvicorn speaks it, but for two things: an answer's head and body leave together, and
whoever wants may have a request, and give an answer, in one piece.

uvicorn writes head and body one after the other, which are two system calls and often two packets
for every answer. Of a pageview's whole cost that was a fifth.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)

WHOLE = "ezee.whole"
"""The name of the extension, in a request's scope, that is a ``Whole``."""

_HEAD = b"HTTP/1."


class Whole:
    """One request and its answer, each in one piece.

    What goes through ASGI piece by piece is put together and looked through again for each: a tenth
    of a pageview's whole cost. Both may be refused, and then go that way.
    """

    __slots__ = ("_cycle", "_protocol")

    def __init__(self, protocol: JoinedProtocol, cycle: RequestResponseCycle) -> None:
        self._protocol = protocol
        self._cycle = cycle

    def body(self) -> bytes | None:
        """The request's body; None when it is not all there, or was taken."""
        cycle = self._cycle
        return None if cycle.more_body or cycle.disconnected else bytes(cycle.body)

    def answer(self, status: int, rest: bytes) -> bool:
        """Send an answer: its own header lines, an empty line, its body.

        Returns False when it was not sent, because there is more to be heeded than that.
        """
        cycle, protocol = self._cycle, self._protocol
        if (
            cycle.disconnected
            or cycle.response_started
            or not cycle.keep_alive
            or cycle.more_body
            or protocol.flow.write_paused
        ):
            return False
        cycle.response_started = cycle.response_complete = True
        head = STATUS_LINE[status]
        for name, value in protocol.server_state.default_headers:
            head += name + b": " + value + b"\r\n"
        protocol.transport.write_whole(head + rest)  # type: ignore[attr-defined]
        cycle.message_event.set()
        cycle.on_response()
        return True


class JoinedProtocol(HttpToolsProtocol):
    """uvicorn's protocol on a transport that holds a head back until its body comes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See ``asyncio.BaseProtocol.connection_made``."""
        super().connection_made(_JoiningTransport(transport, self.loop))  # type: ignore[arg-type]

    def on_headers_complete(self) -> None:
        """A head is complete: called by the parser."""
        super().on_headers_complete()
        # Its task begins in the next turn of the loop.
        self.scope["extensions"] = {WHOLE: Whole(self, self.cycle)}  # type: ignore[dict-item]


class _JoiningTransport:
    """A transport that keeps a head for the next write, no longer than one turn of the loop.

    So a head without a body, or one whose body is long in coming, waits for nothing.
    """

    __slots__ = ("_flushing", "_head", "_loop", "_transport", "get_extra_info", "is_closing")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._head = b""
        self._flushing: asyncio.Handle | None = None
        self.get_extra_info = transport.get_extra_info
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        if self._head:
            data = self._head + data
            self._forget_head()
        elif data.startswith(_HEAD):
            self._head = data
            self._flushing = self._loop.call_soon(self._flush)
            return
        self._transport.write(data)

    def write_whole(self, data: bytes) -> None:
        self._flush()
        self._transport.write(data)

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def write_eof(self) -> None:
        self._flush()
        self._transport.write_eof()

    def _flush(self) -> None:
        if self._head:
            head = self._head
            self._forget_head()
            self._transport.write(head)

    def _forget_head(self) -> None:
        self._head = b""
        if self._flushing is not None:
            self._flushing.cancel()
            self._flushing = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
