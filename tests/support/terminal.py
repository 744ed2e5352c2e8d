"""A command on a terminal, as a person sees it."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import time
from typing import Self

from tests.support.service import EZEE


class Terminal:
    """A command on a pseudo-terminal of its own."""

    def __init__(self, arguments: list[str]) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [*EZEE, *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            env={**os.environ, "COLUMNS": "200", "TERM": "dumb"},
        )
        os.close(slave)
        self.text = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(30)
        os.close(self._master)

    def read_until(self, text: str, seconds: float = 60) -> str:
        """All that was shown so far, once ``text`` is in what is new."""
        start = len(self.text)
        until = time.monotonic() + seconds
        while text not in self.text[start:]:
            assert time.monotonic() < until, self.text
            self._read()
        return self.text

    def type(self, line: str) -> None:
        os.write(self._master, f"{line}\n".encode())

    def interrupt(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.wait()

    def wait(self) -> int:
        """Its exit status, once it has ended and all it showed was read."""
        while self._read():
            pass
        return self.process.wait(30)

    def _read(self) -> bool:
        if not select.select([self._master], [], [], 30)[0]:
            return self.process.poll() is None
        try:
            got = os.read(self._master, 65536)
        except OSError:  # Linux says so when nobody has the other end open any more.
            return False
        self.text += got.decode(errors="replace").replace("\r\n", "\n")
        return bool(got)
