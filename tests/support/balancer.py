"""A balancer in a few lines: TCP, one backend a connection, of those that say they are ready."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from collections.abc import Callable, Sequence
from typing import Self

import httpx


class Balancer:
    """Listens while the block runs. ``backends`` gives the addresses, and is asked again and again.

    As real ones do, it asks each backend for ``/readyz`` many times a second, and tries another
    one where a connection is refused.
    """

    def __init__(self, backends: Callable[[], Sequence[str]]) -> None:
        self._backends = backends
        self._ready: list[tuple[str, int]] = []
        self._turn = itertools.count()
        self._ends = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self._threads = [
            threading.Thread(target=work, daemon=True) for work in (self._look, self._accept)
        ]

    def __enter__(self) -> Self:
        self._look_once()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for thread in self._threads:
            thread.join()

    @property
    def ready(self) -> int:
        """How many backends are ready, as far as it knows."""
        return len(self._ready)

    def _look(self) -> None:
        while not self._ends.wait(0.05):
            self._look_once()

    def _look_once(self) -> None:
        ready = []
        for url in self._backends():
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{url}/readyz", timeout=10).status_code == 200:
                    parsed = httpx.URL(url)
                    ready.append((parsed.host, parsed.port or 80))
        self._ready = ready

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, self._connect() as backend:
            back = threading.Thread(target=_copy, args=(backend, client), daemon=True)
            back.start()
            _copy(client, backend)
            back.join()

    def _connect(self) -> socket.socket:
        first, ready = next(self._turn), self._ready
        for step in range(len(ready)):
            with contextlib.suppress(OSError):
                return socket.create_connection(ready[(first + step) % len(ready)], timeout=60)
        raise ConnectionError("no backend is ready")


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while content := source.recv(65536):
            target.sendall(content)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
