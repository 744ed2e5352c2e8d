"""``ezee`` at a time that a test sets: ``python launcher.py CLOCK serve …``.

CLOCK is a file that holds the time, in milliseconds UTC. Nothing else is changed but how often
periodic work is done: what happens once a minute happens once a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ezee import cli
from ezee.clock import SystemClock

_CLOCK = Path(sys.argv.pop(1))


def _now(self: SystemClock) -> int:
    return int(_CLOCK.read_text())


def _hurry() -> None:
    from ezee import app  # noqa: PLC0415 - only a service needs it

    chores = app._chores
    app._chores = lambda *parts: [(pause / 60, chore) for pause, chore in chores(*parts)]


SystemClock.now = _now  # type: ignore[method-assign]
if sys.argv[1] == "serve":
    _hurry()
cli.main()
