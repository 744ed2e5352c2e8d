"""Files that are made while they are downloaded."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import closing
from typing import NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter
from litestar.response import Stream

from ezee.exports.tables import Pieces


class File(NamedTuple):
    """A file to be downloaded."""

    name: str
    media_type: str
    pieces: Pieces


async def send_file(
    file: File, readers: CapacityLimiter, beside: Iterable[tuple[str, str]] = ()
) -> Stream:
    """A file as an answer, taken from the store no faster than the client takes it.

    ``beside`` are headers that it has beside its own.

    Raises:
        EzeeError: nothing of it can be made; what fails later breaks the answer off.
    """
    # A failure before the first byte is still told as one.
    first: bytes | None = b""
    while first == b"":
        first = await _next(file.pieces, readers)
    headers = {
        "content-disposition": f'attachment; filename="{file.name}"',
        "cache-control": "no-store",
        **dict(beside),
    }
    return Stream(_send(first, file.pieces, readers), media_type=file.media_type, headers=headers)


async def _send(
    first: bytes | None, pieces: Pieces, readers: CapacityLimiter
) -> AsyncIterator[bytes]:
    with closing(pieces):
        piece = first
        while piece is not None:
            yield piece
            piece = await _next(pieces, readers)


async def _next(pieces: Pieces, readers: CapacityLimiter) -> bytes | None:
    """One piece, None after the last; others may read between two."""
    return await anyio.to_thread.run_sync(lambda: next(pieces, None), limiter=readers)
