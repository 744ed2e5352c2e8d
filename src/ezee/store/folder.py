"""The data folder: made, checked, and held by one process at a time."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from ezee.errors import SetupError

_LOCK_NAME = "ezee.lock"


def prepare_folder(folder: Path) -> Path:
    """Make the data folder, readable to its owner alone.

    Raises:
        SetupError: it cannot be made or written to.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"The data folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(f"The data folder {folder} cannot be written to.")
    return folder


class FolderLock:
    """Held by the one process that has the event file open."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._handle)
            raise SetupError(
                f"Another ezee is at work on the data folder {folder}. "
                "Stop it, wait for it, or choose another folder with --data."
            ) from error

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._handle)
