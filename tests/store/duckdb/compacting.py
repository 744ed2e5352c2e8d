"""A process that is killed amid a compaction; it is told folder and point."""

from __future__ import annotations

import sys
from pathlib import Path

from ezee.store.changes import Compact
from ezee.store.duckdb import compaction
from tests.store.dying import die
from tests.support.events import PatientStore

# The function of ``compaction`` before or after which it dies.
POINTS = (
    ("copy", "before"),
    ("copy", "after"),
    ("_derive_visits", "before"),
    ("complete", "after"),
    ("take_over", "before"),
    ("take_over", "after"),
)


def work(folder: Path, name: str, when: str) -> None:
    """Compact, and die there."""
    really = getattr(compaction, name)

    def then_die(*given: object) -> None:
        if when == "after":
            really(*given)
        die()

    setattr(compaction, name, then_die)
    PatientStore(folder).change(Compact())


if __name__ == "__main__":
    work(Path(sys.argv[1]), *sys.argv[2:])
