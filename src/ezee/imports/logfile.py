"""A log file: its lines and places, and how it is known again when it has grown or moved.

All places are in uncompressed bytes, so that a file and its compressed copy are the same file.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, NamedTuple, Self

from ezee.errors import InvalidRequest
from ezee.store.base import Progress

_SAMPLE = 4096
_FORGET_AT = 64 * _SAMPLE
_GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """One line: its number (from 1), its text without the newline, and the place after it."""

    number: int
    text: str
    end: int
    ended: bool


class LogFile:
    """A plain or gzip-compressed file, open for reading."""

    def __init__(self, path: Path) -> None:
        try:
            self._raw = path.open("rb")
        except OSError as error:
            raise InvalidRequest(f"{path} cannot be read: {error.strerror}.") from error
        self.path = path
        self.compressed = self._raw.read(2) == _GZIP
        self._raw.seek(0)
        self.size = path.stat().st_size
        self._bytes: IO[bytes] = (
            gzip.GzipFile(fileobj=self._raw) if self.compressed else self._raw  # type: ignore[assignment]
        )
        self._head = self._read_at(0, _SAMPLE)
        self._recent = bytearray()
        self._place = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._raw.close()

    @property
    def read_so_far(self) -> int:
        """How many bytes of the file on disk have been read, of ``size``."""
        return self._raw.tell()

    def begin(self, import_id: int, *, unjudged: bool) -> Progress:
        """The progress of an import that has yet to read its first line."""
        return Progress(
            head_size=len(self._head),
            head=_digest(self._head),
            lines=0,
            bytes=0,
            tail=_digest(b""),
            salts=import_id,
            finished=False,
            unjudged=unjudged,
        )

    def recognise(self, known: Sequence[Progress]) -> Progress | None:
        """The furthest import of this very file, which may have grown since; None for a new file.

        A file that begins alike and is shorter has been read as well: it was cut.
        """
        candidates = [each for each in known if self._begins_like(each)]
        for progress in sorted(candidates, key=lambda each: each.bytes, reverse=True):
            tail = self._read_at(max(0, progress.bytes - _SAMPLE), min(progress.bytes, _SAMPLE))
            cut = len(tail) < min(progress.bytes, _SAMPLE)
            if cut or _digest(tail) == progress.tail:
                return progress
        return None

    def lines_after(self, progress: Progress) -> Iterator[Line]:
        """The lines from where an import ended."""
        number, end = progress.lines, progress.bytes
        self._place = end
        self._recent = bytearray(self._read_at(max(0, end - _SAMPLE), min(end, _SAMPLE)))
        try:
            if end and not self._recent.endswith(b"\n"):
                # It ended within a line that was read as it stood; the rest is nothing new.
                end += self._pass(self._bytes.readline())
            for raw in self._bytes:
                number += 1
                end += self._pass(raw)
                text = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
                yield Line(number, text, end, raw.endswith(b"\n"))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise InvalidRequest(
                f"{self.path} is damaged after line {number:,}: its compression breaks off there. "
                "What came before is imported."
            ) from None

    def tail(self, end: int) -> str:
        """The digest of the bytes just before the end of a line that was read lately."""
        recent = self._recent[: len(self._recent) - (self._place - end)]
        return _digest(recent[-_SAMPLE:])

    def _pass(self, raw: bytes) -> int:
        """Remember the bytes just read, for ``tail``; returns how many there were."""
        self._recent += raw
        self._place += len(raw)
        if len(self._recent) > _FORGET_AT:
            del self._recent[:-_SAMPLE]
        return len(raw)

    def _begins_like(self, progress: Progress) -> bool:
        head = self._head[: progress.head_size]
        return len(head) == progress.head_size > 0 and _digest(head) == progress.head

    def _read_at(self, place: int, size: int) -> bytes:
        self._bytes.seek(place)
        return self._bytes.read(size)


def _digest(content: bytes | bytearray) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
