"""A file that appears when it is whole.

Until then it has no name, so that a process that is killed leaves nothing of it. On file systems
that have no such files it is named beside its place, and whoever writes it holds a lock on it: the
next to write there removes what nobody holds.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

_PREFIX = ".ezee-export-"
# Its owner alone may read it, as long as nobody says otherwise.
_MODE = 0o600


@contextmanager
def whole(target: Path) -> Iterator[BinaryIO]:
    """A file to be written, which is on disk under the name of ``target`` when the block has ended
    well, in the place of one that is there.

    Raises:
        OSError: it cannot be written.
    """
    _clear_left(target.parent)
    name = target.parent / f"{_PREFIX}{token_hex(8)}"
    try:
        with _made(name) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if not os.fstat(file.fileno()).st_nlink:
                _give_name(file, name)
            name.replace(target)
    except BaseException:
        name.unlink(missing_ok=True)
        raise


def _made(name: Path) -> BinaryIO:
    """A new file, locked; it has this name where it has to have one."""
    with suppress(OSError):
        return _locked(os.open(name.parent, os.O_TMPFILE | os.O_WRONLY, _MODE))
    while True:
        file = _locked(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _MODE))
        if os.fstat(file.fileno()).st_nlink:
            return file
        # Before it was locked, somebody has taken it for one that was left.
        file.close()


def _locked(handle: int) -> BinaryIO:
    file = open(handle, "wb")  # noqa: SIM115 - it is open already
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _give_name(file: BinaryIO, name: Path) -> None:
    folder = os.open(name.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        # Only with a folder named does ``link`` follow what leads to the open file.
        os.link(f"/proc/self/fd/{file.fileno()}", name, src_dir_fd=folder)
    finally:
        os.close(folder)


def _clear_left(folder: Path) -> None:
    """Remove what processes have left in a folder that were killed. Never raises."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            handle = os.open(left, os.O_RDONLY | os.O_NOFOLLOW)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                left.unlink()
            finally:
                os.close(handle)
