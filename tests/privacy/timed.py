"""A real service, and real commands, at a time that a test sets."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support import service
from tests.support.clock import instant
from tests.support.service import Service

_LAUNCHER = Path(__file__).with_name("launcher.py")


class TimedService(Service):
    """All that it and its commands write lies below ``kept``: the data folder and what they say."""

    def __init__(self, kept: Path, clock: Path, *options: str) -> None:
        super().__init__(kept / "data", *options)
        self.kept = kept
        self._clock = clock

    @property
    def now(self) -> int:
        """What its clock says, in milliseconds UTC."""
        return int(self._clock.read_text())

    def advance(self, hours: float) -> None:
        """Move its clock, in one step that it cannot see half of."""
        later = self._clock.with_suffix(".later")
        later.write_text(str(self.now + round(hours * 3_600_000)))
        later.replace(self._clock)

    def run(self, *arguments: str, stdin: str = "") -> int:
        """Run a command, whatever comes of it, and keep what it says; returns its exit status."""
        done = subprocess.run(
            [*service.EZEE, *arguments, "--data", str(self.data)],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        with (self.kept / "commands.log").open("a") as said:
            said.write(done.stdout + done.stderr)
        return done.returncode

    def _commands(self, *commands: tuple[list[str], str]) -> list[str]:
        """Each in a process of its own, where it gets its clock."""
        return [self.command(*each, stdin=given) for each, given in commands]


@contextmanager
def timed_service(folder: Path, start: str, *options: str) -> Iterator[TimedService]:
    """A service that is not started yet, whose clock stands at ``start``; stopped in the end."""
    kept, clock = folder / "kept", folder / "clock"
    kept.mkdir()
    clock.write_text(str(instant(start)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service, "EZEE", (sys.executable, str(_LAUNCHER), str(clock)))
        timed = TimedService(kept, clock, *options)
        try:
            yield timed
        finally:
            if timed.process is not None:
                timed.stop()
