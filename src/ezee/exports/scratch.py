"""A folder for a file that is made before it is handed out, in the machine's for temporary files.

Whoever makes one holds a lock on it. What a process that was killed has left, nobody holds: the
next that makes one, or the next start of the service, removes it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

_PREFIX = "ezee-export-"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that is removed at the end of the block.

    Raises:
        OSError: it cannot be made.
    """
    clear_left()
    with TemporaryDirectory(prefix=_PREFIX) as name, _locked(Path(name)):
        yield Path(name)


def clear_left() -> None:
    """Remove what processes have left that were killed. Never raises."""
    with suppress(OSError):
        for left in Path(gettempdir()).glob(f"{_PREFIX}*"):
            with suppress(OSError):
                _clear(left)


def _clear(left: Path) -> None:
    if left.lstat().st_uid != os.getuid():
        return
    # One that is empty has just been made, and is about to be locked.
    with _locked(left, fcntl.LOCK_NB):
        if any(left.iterdir()):
            shutil.rmtree(left)


@contextmanager
def _locked(folder: Path, how: int = 0) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | how)
        yield
    finally:
        os.close(handle)
