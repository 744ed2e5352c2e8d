"""A network between clients and a server that can go silent: nothing arrives, nobody is told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Relay:
    """Passes bytes on, from a port of its own to a server's socket file and back."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._cables: list[_Cable] = []
        self._refusing = False
        self._thread = threading.Thread(target=self._accept)
        self._thread.start()

    @property
    def passed(self) -> int:
        """How many pieces came from clients and were passed on."""
        return sum(each.passed for each in self._cables)

    @property
    def swallowed(self) -> bytes:
        """What clients have said on cables that are silent."""
        return b"".join(each.swallowed for each in self._cables)

    def silence(self) -> None:
        """Whatever is connected stays so and hears nothing any more; what is new is passed on."""
        for each in self._cables:
            each.silent = True

    def refuse(self) -> None:
        """Cut all cables, and every new one, until ``allow``."""
        self._refusing = True
        for each in self._cables:
            each.cut()

    def allow(self) -> None:
        """Pass on what is new."""
        self._refusing = False

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listening.close()
        for each in self._cables:
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if self._refusing:
                    client.close()
                    continue
                self._cables.append(_Cable(client, self._path))


class _Cable:
    """One client's connection and its other end."""

    def __init__(self, client: socket.socket, path: str) -> None:
        self.silent = False
        self.swallowed = b""
        self.passed = 0
        self._client = client
        self._server = socket.socket(socket.AF_UNIX)
        self._server.connect(path)
        self._threads = [
            threading.Thread(target=self._up),
            threading.Thread(target=self._down),
        ]
        for thread in self._threads:
            thread.start()

    def cut(self) -> None:
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.cut()
        for thread in self._threads:
            thread.join()
        self._client.close()
        self._server.close()

    def _up(self) -> None:
        with suppress(OSError):
            while said := self._client.recv(65536):
                if self.silent:
                    self.swallowed += said
                else:
                    self._server.sendall(said)
                    self.passed += 1
        self.cut()

    def _down(self) -> None:
        with suppress(OSError):
            while said := self._server.recv(65536):
                if not self.silent:
                    self._client.sendall(said)
        if not self.silent:
            self.cut()


@contextmanager
def relayed(path: str) -> Iterator[Relay]:
    """A relay while the block runs."""
    relay = Relay(path)
    try:
        yield relay
    finally:
        relay.close()
