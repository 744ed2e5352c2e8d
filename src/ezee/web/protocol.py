"""HTTP as uvicorn speaks it, but for two things: an answer's head and body leave together, and
whoever wants may have a request, and give an answer, in one piece.

uvicorn writes head and body one after the other, which are two system calls and often two packets
for every answer, and makes a task for every request. Of a pageview's whole cost the one was a
fifth, the other a tenth.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any

from litestar.types import HTTPScope, Send
from uvicorn.config import Config
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import (
    STATUS_LINE,
    HttpToolsProtocol,
    RequestResponseCycle,
)
from uvicorn.server import ServerState

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
        # They hold each other, and nothing but the garbage collector would part them.
        cycle.scope.pop("extensions", None)
        head = STATUS_LINE[status]
        for name, value in protocol.server_state.default_headers:
            head += name + b": " + value + b"\r\n"
        protocol.transport.write_whole(head + rest)  # type: ignore[attr-defined]
        cycle.message_event.set()
        cycle.on_response()
        return True

    def answer_in_pieces(self, work: Callable[[Send], Coroutine[Any, Any, None]]) -> None:
        """Send an answer that ``answer`` has not, through ASGI; ``work`` is handed its ``send``."""
        if self._cycle.response_started:
            return
        protocol = self._protocol
        task = protocol.loop.create_task(work(self._cycle.send))  # type: ignore[arg-type]
        protocol.tasks.add(task)
        task.add_done_callback(protocol.tasks.discard)


Prompt = Callable[[HTTPScope, Whole], bool]
"""Answers a request that is all there, now or later, without a task; False: the application has
to.
"""


def behind(proxies: Sequence[str], prompt: Prompt) -> Prompt:
    """``prompt``, which is told of clients what their proxies say, if those are trusted ones."""
    if not proxies:
        return prompt
    forwarded = ProxyHeadersMiddleware(_nothing, [*proxies])

    def answer(scope: HTTPScope, whole: Whole) -> bool:
        # It waits for nothing, so one step is all of it.
        with suppress(StopIteration):
            forwarded(scope, None, None).send(None)  # type: ignore[arg-type]
        return prompt(scope, whole)

    return answer


async def _nothing(*_: Any) -> None:
    """An application that leaves a request alone."""


class JoinedProtocol(HttpToolsProtocol):
    """uvicorn's protocol on a transport that holds a head back until its body comes.

    A request that came in one piece, as nearly every one does, is offered to ``prompt`` first.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        prompt: Prompt | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._prompt = prompt
        self._due: tuple[RequestResponseCycle, Any] | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See ``asyncio.BaseProtocol.connection_made``."""
        super().connection_made(_JoiningTransport(transport, self.loop))  # type: ignore[arg-type]

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol.data_received``."""
        super().data_received(data)
        if self._due is not None:
            self._begin()

    def on_response_complete(self) -> None:
        """An answer is complete: called by its cycle."""
        super().on_response_complete()
        if self._due is not None:
            self._begin()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        # What else was received with it is read first.
        self._due = cycle, app

    def _begin(self) -> None:
        """Have the request answered whose turn it is."""
        if self._due is None:
            return
        cycle, app = self._due
        self._due = None
        whole = Whole(self, cycle)
        simple = cycle.keep_alive and not cycle.more_body and not cycle.waiting_for_100_continue
        if simple and self._prompt is not None and self._prompt(cycle.scope, whole):  # type: ignore[arg-type]
            return
        cycle.scope["extensions"] = {WHOLE: whole}  # type: ignore[dict-item]
        super()._start_asgi_task(cycle, app)


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
