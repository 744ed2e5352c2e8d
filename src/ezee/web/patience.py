"""How long a client is waited for, and how much of it is listened to.

uvicorn waits for ever for the rest of a request and for an answer to be taken, and its parser
reads a head of any size. Here each has an end. What was asked before is still answered.
"""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple

from uvicorn.config import Config
from uvicorn.server import ServerState

from ezee.errors import EzeeError, InvalidRequest, Unavailable
from ezee.web.crowd import Crowd
from ezee.web.errors import answer_json
from ezee.web.protocol import JoinedProtocol, Prompt

# A pixel has the whole event in its address, percent-encoded.
_HEAD_LIMIT = 32 << 10
_FIELDS_LIMIT = 128
_PIPELINE_LIMIT = 32
# Bodies smaller than this are read however much is held for others.
_SMALL_BODY = 16 << 10
# Bytes a second: slower than any telephone's line.
_PACE = 512
# Seconds for a refused client to stop sending, or else it may never see why it was refused.
_LINGER = 2
# Seconds for the request of a client that does not know yet that the service stops.
_LAST_MOMENT = 0.5

_NOT_HTTP = "The request cannot be read as HTTP/1.1."
_HEAD_TOO_LARGE = (
    "The request's address and header fields are more than 32 KiB, or than 128 fields."
)
_PIPELINE_TOO_LONG = "Too many requests were sent ahead of their answers."
_BODY_TOO_SLOW = "The rest of the body did not come in time. Nothing was recorded."


class Patience(NamedTuple):
    """Seconds: for a whole head, and for each stretch of a body and of an answer.

    A stretch is enough for another one when 512 bytes for each of its seconds went through.
    """

    head: float = 10
    body: float = 20
    answer: float = 20


PATIENCE = Patience()


class PatientProtocol(JoinedProtocol):
    """uvicorn's protocol with an end to each wait."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        patience: Patience,
        crowd: Crowd,
        prompt: Prompt | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop, prompt)
        self._patience = patience
        self._crowd = crowd
        self._let_in = False
        # Of the request that is being read.
        self._in_body = False
        self._unheard = 0  # Bytes since it, or a piece of its body, was last understood.
        self._body_came = 0  # Bytes of it since the timer was started.
        self._held = 0
        self._reading: asyncio.TimerHandle | None = None
        self._timed_body = False
        self._taking: asyncio.TimerHandle | None = None
        self._why: EzeeError | None = None
        self._leaving = False
        self._refused = False
        self._last_word: EzeeError | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """See ``asyncio.BaseProtocol.connection_made``."""
        super().connection_made(transport)
        try:
            self._crowd.enter(self._address)
        except EzeeError as error:
            self._refused = True
            self.transport.write(_bytes_of(error))
            self._close()
            return
        self._let_in = True
        self._start_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """See ``asyncio.BaseProtocol.connection_lost``."""
        super().connection_lost(exc)
        self._stop_reading()
        self._stop_taking()
        self._let_go()
        if self._let_in:
            self._let_in = False
            self._crowd.leave(self._address)

    def eof_received(self) -> bool:  # type: ignore[override]
        """A client that has said all it wanted still hears the answer."""
        if self.scheme == "https" or self._refused or self._in_body or not self._is_answering():
            return False
        self.cycle.keep_alive = False
        return True

    # What comes in.

    def data_received(self, data: bytes) -> None:
        """See ``asyncio.Protocol.data_received``."""
        if self._refused:
            return
        self._unheard += len(data)
        super().data_received(data)
        self._wait_for_more()

    def _wait_for_more(self) -> None:
        """The timer runs while, and only while, a request is on its way."""
        if self._refused:
            return
        if not (self._in_body or self._unheard):
            if self._reading is not None:
                self._stop_reading()
        elif self._unheard > _HEAD_LIMIT or len(self.headers or ()) > _FIELDS_LIMIT:
            self._refuse(InvalidRequest(_HEAD_TOO_LARGE))
        elif self._reading is None or self._timed_body != self._in_body:
            self._start_reading()

    def on_headers_complete(self) -> None:
        """A head is complete: called by the parser."""
        if len(self.headers) > _FIELDS_LIMIT or (
            self._unheard > _HEAD_LIMIT and self._head_size() > _HEAD_LIMIT
        ):
            self._stop_parsing(InvalidRequest(_HEAD_TOO_LARGE))
        if len(self.pipeline) >= _PIPELINE_LIMIT:
            self._stop_parsing(InvalidRequest(_PIPELINE_TOO_LONG))
        super().on_headers_complete()
        self._in_body = True
        if self._leaving:
            self.cycle.keep_alive = False

    def on_body(self, body: bytes) -> None:
        """A piece of a body: called by the parser."""
        size = len(body)
        self._unheard = 0
        self._body_came += size
        self._held += size
        if not self._crowd.hold(size) and self._held > _SMALL_BODY:
            self._stop_parsing(Unavailable())
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete: called by the parser."""
        self._unheard = 0
        self._in_body = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002
        """What was sent cannot be read on; uvicorn's sentence for it is not ours."""
        self._refuse(self._why or InvalidRequest(_NOT_HTTP))

    def _stop_parsing(self, why: EzeeError) -> None:
        self._why = why
        raise why

    def _head_size(self) -> int:
        fields = sum(len(name) + len(value) + 4 for name, value in self.headers)
        return len(self.url) + fields

    # Waiting for a request.

    def _start_reading(self) -> None:
        self._stop_reading()
        self._timed_body, self._body_came = self._in_body, 0
        seconds = self._patience.body if self._in_body else self._patience.head
        self._reading = self.loop.call_later(seconds, self._has_read)

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def _has_read(self) -> None:
        """The time for a head, or for a stretch of a body, is up."""
        self._reading = None
        # A pause is ours. And a body that is no longer wanted gets one stretch, not another.
        keeps_pace = self._body_came >= self._patience.body * _PACE
        if self.flow.read_paused or (self._in_body and keeps_pace and self._is_answering()):
            self._start_reading()
        else:
            self._refuse(InvalidRequest(_BODY_TOO_SLOW) if self._in_body else None)

    # Leaving.

    def shutdown(self) -> None:
        """The service stops: what is being answered, or is on its way, is answered, then no more.

        An idle client may just be sending. It has a moment more; closed at once, its connection
        would be reset with the request in it.
        """
        self._leaving = True
        if self._is_answering():
            self.cycle.keep_alive = False
        elif not self._refused:
            self.loop.call_later(_LAST_MOMENT, self._leave_if_idle)

    def _leave_if_idle(self) -> None:
        on_its_way = self._is_answering() or self._in_body or self._unheard
        if not (on_its_way or self._refused):
            self._close()

    # Refusing.

    def _is_answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _refuse(self, why: EzeeError | None) -> None:
        """Listen no longer. What was asked before is answered first, then ``why`` is told."""
        self._refused = True
        self._stop_reading()
        if self._in_body:
            if not self.pipeline:
                self._refuse_body(why)
                return
            self.pipeline.popleft()
        elif not self._is_answering():
            self._tell(why)
            return
        self._last_word = why

    def _refuse_body(self, why: EzeeError | None) -> None:
        """The request that is being read is being answered already: its reader is told first."""
        is_open = not self.cycle.response_started
        self.cycle.disconnected = True
        self.cycle.message_event.set()
        self._tell(why if is_open else None)

    def on_response_complete(self) -> None:
        """An answer is complete: called by its cycle."""
        if self._held:
            self._let_go()
        if self.transport.is_closing():
            self._watch_taking()
        elif self._refused and not self.pipeline:
            self._tell(self._last_word)
            return
        super().on_response_complete()

    def _tell(self, why: EzeeError | None) -> None:
        if why is not None:
            self.transport.write(_bytes_of(why))
        if why is None or not self.transport.can_write_eof():
            self._close()
            return
        # Closed with bytes unread, a connection is reset, and what was told is lost with it.
        self.transport.write_eof()
        self.flow.resume_reading()
        self._reading = self.loop.call_later(_LINGER, self.transport.abort)

    # Waiting for an answer to be taken.

    def pause_writing(self) -> None:
        """The client takes less than it is sent."""
        super().pause_writing()
        self._watch_taking()

    def resume_writing(self) -> None:
        """The client has caught up."""
        super().resume_writing()
        if not self.transport.is_closing():
            self._stop_taking()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more was asked."""
        super().timeout_keep_alive_handler()
        self._watch_taking()

    def _close(self) -> None:
        self.transport.close()
        self._watch_taking()

    def _watch_taking(self) -> None:
        if self._taking is None:
            left = self.transport.get_write_buffer_size()
            self._taking = self.loop.call_later(self._patience.answer, self._has_taken, left)

    def _stop_taking(self) -> None:
        if self._taking is not None:
            self._taking.cancel()
            self._taking = None

    def _has_taken(self, before: int) -> None:
        """A stretch of the time for an answer is up."""
        self._taking = None
        left = self.transport.get_write_buffer_size()
        if before - left >= self._patience.answer * _PACE:
            self._watch_taking()
        else:
            self.transport.abort()

    # The crowd.

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _let_go(self) -> None:
        self._crowd.release(self._held)
        self._held = 0


def _bytes_of(error: EzeeError) -> bytes:
    """A whole answer, as it goes over the line."""
    answer = answer_json(error)
    headers = {**answer.headers, "content-length": str(len(answer.body)), "connection": "close"}
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    phrase = HTTPStatus(answer.status).phrase
    return f"HTTP/1.1 {answer.status} {phrase}\r\n{fields}\r\n".encode() + answer.body
