"""How large things are: the event file, its log, and the memory of this process. In bytes."""

from __future__ import annotations

import os
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")


def log_of(path: Path) -> Path:
    """The write-ahead log beside an event file."""
    return path.with_name(f"{path.name}.wal")


def size_of(path: Path) -> int:
    """A file's size, 0 where there is none."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def resident() -> int:
    """How much of this process is in memory."""
    # proc(5): size, resident, ... in pages.
    _, pages, *_ = Path("/proc/self/statm").read_text().split()
    return int(pages) * _PAGE
