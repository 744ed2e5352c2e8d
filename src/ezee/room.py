"""The room that is left on the data folder's disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from pathlib import Path

import structlog

from ezee.errors import EzeeError, SetupError

LOW = 200_000_000
"""Bytes: with less than that an operator should make room."""

FULL = 2 << 20
"""Bytes: with less than that nothing is recorded, so that what was can be settled."""

_log = structlog.get_logger("ezee.room")


class Level(IntEnum):
    """How it stands."""

    FULL = 0
    LOW = 1
    ENOUGH = 2


def free_bytes(folder: Path) -> int:
    """How much is free on the folder's disk. Raises ``OSError``."""
    return shutil.disk_usage(folder).free


class Room:
    """Says on standard error when room comes to its end, and when there is some again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._level = Level.ENOUGH

    def look(self) -> None:
        """Look at the disk now. Raises ``OSError``."""
        free = free_bytes(self._folder)
        before, self._level = self._level, _level(free)
        if self._level == before:
            return
        if self._level == Level.FULL:
            _log.error(
                "the disk is full: what is sent is refused until there is room, and reports are "
                "answered",
                free_bytes=free,
            )
        elif self._level == Level.LOW:
            _log.warning("the disk is nearly full", free_bytes=free)
        else:
            _log.info("there is room on the disk again", free_bytes=free)


@contextmanager
def blaming_a_full_disk(folder: Path) -> Iterator[None]:
    """A failure of the block, on a disk that is full, is told as that.

    Raises:
        SetupError: the disk is full, and the block failed.
    """
    try:
        yield
    except (EzeeError, OSError) as error:
        free = free_bytes(folder)
        if _level(free) != Level.FULL:
            raise
        raise SetupError(
            f"The disk of the data folder {folder} is full: {free // 1024:,} KiB are free, and the "
            "service cannot start with that. Make room, then start it again."
        ) from error


def _level(free: int) -> Level:
    if free < FULL:
        return Level.FULL
    return Level.LOW if free < LOW else Level.ENOUGH
