"""The data folder: made, checked, and held by one process at a time."""

from __future__ import annotations

import fcntl
import os
import time
from pathlib import Path

from ezee.errors import SetupError

_LOCK_NAME = "ezee.lock"
# There while a backup is being restored into the folder.
RESTORING = "restoring"
# There while what was before an upgrade is put back.
ROLLING_BACK = "rolling-back"


def prepare_folder(folder: Path) -> Path:
    """Make the data folder, readable to its owner alone.

    Raises:
        SetupError: it cannot be made or written to, or what is in it is not whole.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SetupError(f"The data folder {folder} cannot be made: {error.strerror}.") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SetupError(f"The data folder {folder} cannot be written to.")
    if (folder / RESTORING).exists():
        raise SetupError(
            f"A restore into the data folder {folder} has not come to its end. Restore it again."
        )
    if (folder / ROLLING_BACK).exists():
        raise SetupError(
            f"A rollback of the data folder {folder} has not come to its end. Run `ezee rollback` "
            "again."
        )
    return folder


class FolderLock:
    """Held by the one process that has the event file open.

    ``patience`` is how many seconds to wait for it: a store whose parent was killed lets go of it
    when it has closed the file.

    Raises:
        SetupError: another process holds it.
    """

    def __init__(self, folder: Path, patience: float = 0.0) -> None:
        self._handle = os.open(folder / _LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + patience
        while not self._is_taken():
            if time.monotonic() >= until:
                os.close(self._handle)
                raise SetupError(
                    f"Another ezee is at work on the data folder {folder}. "
                    "Stop it, wait for it, or choose another folder with --data."
                )
            time.sleep(0.02)

    def __enter__(self) -> None:
        """It is held until the block ends."""

    def __exit__(self, *exc: object) -> None:
        self.release()

    def release(self) -> None:
        """Let another process have the folder."""
        os.close(self._handle)

    def _is_taken(self) -> bool:
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
