"""The files of a data folder that say which house the events are in, and those that move."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

from ezee.durable import sync
from ezee.errors import EzeeError, SetupError
from ezee.settings import EVENTS_ADDRESS, FOLDER
from ezee.store.base import EventStore
from ezee.store.changes import Keep
from ezee.store.spool import FILE_NAME as SPOOL

MOVING = "moving"
"""The folder in which an event file is made for the events of a cluster."""
CLOSED = "ezee:moved"
"""The tally of a cluster whose events have moved to a data folder."""
_MOVE = "move.begun"
_LOCK = "move.lock"
_ASIDE = "snapshots"
_EVENTS = "events.*"
_log = structlog.get_logger("ezee.store")


class Houses:
    """Of one data folder, which nobody else has open."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin_move(self, to: str) -> bool:
        """Note that a move begins; returns whether one to there was begun before, and not
        forgotten since.
        """
        if _read(self._folder / _MOVE) == _name(to):
            return True
        shutil.rmtree(self._folder / MOVING, ignore_errors=True)
        write_privately(self._folder / _MOVE, _name(to))
        return False

    def forget_move(self) -> None:
        """What was copied is of no use any more."""
        (self._folder / _MOVE).unlink(missing_ok=True)

    def is_mover_alive(self) -> bool:
        """Whether some process is in ``moving_alone``."""
        try:
            with _locked(self._folder):
                return False
        except BlockingIOError:
            return True

    def enter(self, to: str) -> str:
        """Have the new house ready to be opened; returns the address to open."""
        if to != FOLDER:
            return to
        self._set_aside()
        for path in sorted((self._folder / MOVING).glob(_EVENTS)):
            path.rename(self._folder / path.name)
        sync(self._folder)
        return ""

    def commit(self, to: str) -> None:
        """From now on the events are there, whatever happens."""
        write_privately(self._folder / EVENTS_ADDRESS, to)

    def leave(self, store: EventStore, to: str) -> None:
        """Close the old house for good, and clear away."""
        if to == FOLDER:
            try:
                # Other nodes must not store there any more.
                store.change(Keep(CLOSED, 1, FOLDER, 0))
            except EzeeError:
                _log.error("the cluster could not be told that its events have moved")
        store.close()
        if to == FOLDER:
            (self._folder / SPOOL).unlink(missing_ok=True)
        self.tidy()

    def tidy(self) -> None:
        """Clear away what a move that has come to its end left in the folder."""
        moved = _read(self._folder / EVENTS_ADDRESS)
        if not moved or _read(self._folder / _MOVE) != _name(moved):
            return
        if moved != FOLDER:
            self._set_aside()
        shutil.rmtree(self._folder / MOVING, ignore_errors=True)
        self.forget_move()

    def _set_aside(self) -> None:
        """Event files that are used no more go where old snapshots are removed, after days."""
        files = [path for path in self._folder.glob(_EVENTS) if path.is_file()]
        if not files:
            return
        aside = self._folder / _ASIDE / f"{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}-moved"
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        for path in files:
            path.rename(aside / path.name)
        sync(aside)
        sync(self._folder)


@contextmanager
def moving_alone(folder: Path) -> Iterator[None]:
    """Held by the one process that moves a folder's events; the move ends where it dies.

    Raises:
        SetupError: another process is at it.
    """
    try:
        with _locked(folder):
            yield
    except BlockingIOError:
        raise SetupError("Another process moves these events right now.") from None


def write_privately(path: Path, text: str) -> None:
    """Have a file with that text, readable to its owner alone, wholly or not at all."""
    fresh = path.with_name(f".{path.name}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    sync(path.parent)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _name(to: str) -> str:
    """What stands for an address, which may hold a password."""
    return hashlib.sha256(to.encode()).hexdigest()


def _read(path: Path) -> str:
    with suppress(FileNotFoundError):
        return path.read_text().strip()
    return ""
