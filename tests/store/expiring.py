"""A process that is killed while events expire; it is told folder and point."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from ezee.store.changes import Expire
from tests.store.dying import die
from tests.store.engines import SITE, TODAY
from tests.support.events import NOON, PatientStore

# The module and its function after which it dies.
POINTS = (
    ("rollups", "begin"),
    ("rollups", "write"),
    ("rollups", "roll"),
    ("expiring", "_numbers"),
    ("expiring", "expire"),
    ("expiring", "carry_out"),
)


def work(folder: Path, module: str, name: str) -> None:
    """Have events expire, and die there."""
    inside = importlib.import_module(f"ezee.store.duckdb.{module}")
    really = getattr(inside, name)
    store = PatientStore(folder)

    def then_die(*given: object, **named: object) -> None:
        really(*given, **named)
        die()

    setattr(inside, name, then_die)
    store.change(Expire(SITE, TODAY - 2, f"r{TODAY - 2}", NOON))


if __name__ == "__main__":
    work(Path(sys.argv[1]), *sys.argv[2:])
