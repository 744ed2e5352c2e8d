"""A real Redis of the tests' own, on a port of its own, that can be killed and started again."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = "redis-server"


class Server:
    """A Redis that keeps nothing on disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and return when it answers."""
        self._process = subprocess.Popen(
            [
                PROGRAM, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", str(self._folder),
                "--logfile", str(self._folder / "log"),
            ]
        )  # fmt: skip
        until = time.monotonic() + 60
        while not self._answers():
            assert self._process.poll() is None, (self._folder / "log").read_text()
            assert time.monotonic() < until, "Redis did not answer"
            time.sleep(0.02)

    def kill(self) -> None:
        """As a power cut would: nobody is told, and what it held is gone."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)
        self._process = None

    def stop(self) -> None:
        """Kill it if it runs."""
        if self._process is not None:
            self.kill()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
                line.sendall(b"PING\r\n")
                return line.recv(16) == b"+PONG\r\n"
        except OSError:
            return False


def is_installed() -> bool:
    return shutil.which(PROGRAM) is not None


@contextmanager
def running() -> Iterator[Server]:
    """A new server while the block runs."""
    with tempfile.TemporaryDirectory(prefix="ezee-redis-") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
