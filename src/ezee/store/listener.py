"""The other end of ``remote``: the running service lends its store to commands."""

from __future__ import annotations

import os
import socket
import socketserver
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec
import structlog

from ezee.errors import EzeeError, InvalidRequest, Unavailable
from ezee.store import wire
from ezee.store.base import EventStore

_log = structlog.get_logger("ezee.store")


class StoreListener:
    """Listens on the socket in the data folder until it is stopped."""

    def __init__(self, folder: Path, store: EventStore) -> None:
        (folder / wire.SOCKET_NAME).unlink(missing_ok=True)
        self._path = folder / wire.SOCKET_NAME
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        before = os.umask(0o177)
        try:
            self._server = _Server(wire.address(handle), store)
        finally:
            os.umask(before)
            os.close(handle)
        self._thread = threading.Thread(
            target=self._server.listen, name="store-listener", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop listening and remove the socket."""
        self._server.hang_up()
        self._thread.join()
        self._server.server_close()
        self._path.unlink(missing_ok=True)


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, path: str, store: EventStore) -> None:
        self.store = store
        self._hung_up = False
        super().__init__(path, _Handler)

    def listen(self) -> None:
        """Until ``hang_up``, which the library's own loop would learn of half a second late."""
        while not self._hung_up:
            self.handle_request()

    def hang_up(self) -> None:
        """Let nobody connect any more, and whoever waits for that wait no longer."""
        self._hung_up = True
        self.socket.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:  # noqa: ARG002
        """Whoever asked has hung up; the library would print a traceback, messages and all."""
        _log.warning("an answer was not taken", kind=type(sys.exception()).__name__)


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        while (request := wire.receive(self.request)) is not None:
            try:
                answer = [True, _call(self.server.store, request)]
            except EzeeError as error:
                answer = [False, _told(error)]
            except Exception as failure:  # noqa: BLE001 - its caller must not wait for ever
                # Its message may quote what a visitor sent; only its kind is written.
                _log.error("store call failed", kind=type(failure).__name__)
                answer = [False, _told(Unavailable())]
            wire.send(self.request, msgspec.msgpack.encode(answer))


def _told(error: EzeeError) -> wire.Failure:
    details = error.details if isinstance(error, InvalidRequest) else ()
    return wire.Failure(error.message, isinstance(error, InvalidRequest), details)


def _call(store: EventStore, request: bytes) -> Any:
    method, raw = msgspec.msgpack.decode(request, type=tuple[str, msgspec.Raw])
    argument = msgspec.msgpack.decode(raw, type=wire.ARGUMENTS[method])
    if method == "query":
        return store.query(argument.site, argument.query)
    return getattr(store, method)(argument)
