"""A log file: its lines and places, and how it is known again when it has grown or moved.

All places are in uncompressed bytes, so that a file and its compressed copy are the same file.
"""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, NamedTuple, Self

from ezee.errors import InvalidRequest
from ezee.store.base import Progress

_SAMPLE = 4096
_AT_ONCE = 1_000
_GZIP = b"\x1f\x8b"


class Line(NamedTuple):
    """One line: its number (from 1) and its text without the newline."""

    number: int
    text: str


class Block(NamedTuple):
    """Consecutive lines: the number of the first (from 1), their bytes with the newlines, the place
    after the last, and up to 4,096 bytes that came before the first.
    """

    first: int
    lines: list[bytes]
    end: int
    before: bytes

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.first + len(self.lines) - 1

    @property
    def texts(self) -> list[str]:
        """The lines' text without newlines; bytes that are not UTF-8 stand as ``\\xff``."""
        whole = b"".join(self.lines).decode("utf-8", "backslashreplace")
        return [text.rstrip("\r") for text in whole.removesuffix("\n").split("\n")]

    @property
    def ended(self) -> bool:
        """Whether a newline ends the last line."""
        return self.lines[-1].endswith(b"\n")

    @property
    def recent(self) -> bytes:
        """Up to 4,096 bytes before ``end``."""
        last: list[bytes] = []
        size = 0
        for part in (*reversed(self.lines), self.before):
            last.append(part)
            size += len(part)
            if size >= _SAMPLE:
                break
        return b"".join(reversed(last))[-_SAMPLE:]

    @property
    def tail(self) -> str:
        """The digest of ``recent``, as ``Progress`` has it."""
        return _digest(self.recent)

    def without_last(self) -> Self:
        """All lines but the last."""
        *lines, last = self.lines
        return self._replace(lines=lines, end=self.end - len(last))


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
        self._damaged = False

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

    def blocks_after(self, progress: Progress, size: int) -> Iterator[Block]:
        """The lines from where an import ended, so many at a time.

        Raises:
            InvalidRequest: the compression breaks off. What came before has been yielded.
        """
        number, end = progress.lines, progress.bytes
        before = self._read_at(max(0, end - _SAMPLE), min(end, _SAMPLE))
        if end and not before.endswith(b"\n"):
            # It ended within a line that was read as it stood; the rest is nothing new.
            rest = b"".join(self._read_lines(1))
            before, end = before + rest, end + len(rest)
        while lines := self._read_lines(size):
            block = Block(number + 1, lines, end + sum(map(len, lines)), before)
            yield block
            number, end, before = block.last, block.end, block.recent
        if self._damaged:
            raise InvalidRequest(
                f"{self.path} is damaged after line {number:,}: its compression breaks off there. "
                "What came before is imported."
            )

    def lines_after(self, progress: Progress) -> Iterator[Line]:
        """The same one by one. Raises as ``blocks_after``."""
        for block in self.blocks_after(progress, _AT_ONCE):
            yield from map(Line, range(block.first, block.last + 1), block.texts)

    def _read_lines(self, size: int) -> list[bytes]:
        """Up to so many lines; fewer where the file ends or its compression breaks off."""
        lines: list[bytes] = []
        if not self._damaged:
            try:
                # The list keeps what it got before the file turned out to be damaged.
                lines.extend(islice(self._bytes, size))
            except (EOFError, zlib.error, gzip.BadGzipFile):
                self._damaged = True
        return lines

    def _begins_like(self, progress: Progress) -> bool:
        head = self._head[: progress.head_size]
        return len(head) == progress.head_size > 0 and _digest(head) == progress.head

    def _read_at(self, place: int, size: int) -> bytes:
        self._bytes.seek(place)
        return self._bytes.read(size)


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
