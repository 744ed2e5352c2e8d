"""The lives of the event file: opened, closed by a failure, opened anew.

After some failures (a checkpoint that fills the disk, an fsync that fails) DuckDB refuses
everything until the file is opened anew. Whoever comes next does that; while it cannot be done
every call raises ``Unavailable``, and the next tries again. What was acknowledged is in the log.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import structlog

from ezee.errors import EzeeError, SetupError, Unavailable
from ezee.store.duckdb import compaction, schema
from ezee.store.duckdb.checkpoints import NEVER
from ezee.store.duckdb.file import OpenFile

FILE_NAME = "events.duckdb"

_log = structlog.get_logger("ezee.store")


class Lives:
    """The event file of a data folder. ``_writing`` is held by whoever writes or replaces it."""

    def __init__(self, folder: Path, memory_limit: str, threads: int) -> None:
        self._path = folder / FILE_NAME
        self._spilled = folder / "tmp"
        self._config: dict[str, Any] = {
            "threads": threads,
            "memory_limit": memory_limit,
            "checkpoint_threshold": NEVER,
            "temp_directory": str(self._spilled),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        }
        self._writing = threading.RLock()
        self._closed = False
        self._file: OpenFile | None = None

    def _look_over(self, file: OpenFile) -> None:
        """What is to be known of a file that was opened, before anybody else has it."""
        raise NotImplementedError

    def _begin(self) -> OpenFile:
        """Open it for the first time."""
        self._file = file = self._open()
        return file

    def _end(self) -> None:
        """Close it for good."""
        self._closed = True
        file, self._file = self._file, None
        if file is not None:
            file.close()

    def _open(self) -> OpenFile:
        compaction.clear(self._path)
        compaction.clear_spilled(self._spilled)
        if not self._path.exists():
            self._make()
        file = OpenFile(self._path, self._config)
        with _closing_if_it_fails(file):
            schema.make(file.writer)
            self._look_over(file)
        return file

    def _make(self) -> None:
        """A new file, whole or not at all: DuckDB takes one that is cut short for another's."""
        file = OpenFile(compaction.fresh(self._path), self._config)
        with _closing_if_it_fails(file):
            schema.make(file.writer)
            file.writer.execute("checkpoint")
        file.close()
        compaction.take_over(self._path)

    def _ready(self) -> OpenFile:
        """The open file, opened anew where a failure has ended its last life."""
        file = self._file
        if file is not None:
            return file
        with self._writing:
            if self._closed:
                raise Unavailable
            if self._file is None:
                try:
                    self._file = self._open()
                except SetupError as error:
                    raise Unavailable from error
                _log.info("event store opened anew")
            return self._file

    @contextmanager
    def _engine(self) -> Iterator[OpenFile]:
        """The open file for one piece of work; its failures become ours.

        Whatever the work has borrowed or locked must be given back within the block: a failure
        may end with closing the file, which waits for that.
        """
        file = self._ready()
        with self._guard(file):
            yield file

    @contextmanager
    def _guard(self, file: OpenFile) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            self._give_up(file, error)
            raise Unavailable from error

    def _give_up(self, file: OpenFile, error: duckdb.Error) -> None:
        """Close the file when the failure has made it unusable."""
        if self._closed or file.retired:
            return
        # The engine's own message may quote values; only its kind is written.
        _log.error("event store failed", kind=type(error).__name__)
        if file.is_usable():
            return
        with self._writing:
            if self._file is file:
                self._file = None
                file.close()

    def _replace(self, file: OpenFile) -> None:
        file.retired = True
        self._file = None
        # Which moves what its log holds into it.
        file.close()
        compaction.take_over(self._path)
        self._file = self._open()


@contextmanager
def _closing_if_it_fails(file: OpenFile) -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        file.close()
        raise Unavailable from error
    except EzeeError:
        file.close()
        raise
