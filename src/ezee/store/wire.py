"""How two processes on one data folder speak of the store: one frame each way per call.

A frame is four bytes of length and a MessagePack value. The request is ``[method, argument]``,
the answer ``[ok, value]``. The socket lies in the data folder with mode 0600: whoever may open it
may read the files as well.
"""

from __future__ import annotations

import socket
import struct
from typing import Any

import msgspec

from ezee.errors import FieldError
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description
from ezee.store.changes import Change
from ezee.store.looks import Look, Row

SOCKET_NAME = "ezee.sock"
_LENGTH = struct.Struct("!I")


class Question(msgspec.Struct, frozen=True):
    """The argument of ``query``."""

    site: ReadableSite
    query: StatsQuery


class Failure(msgspec.Struct, frozen=True):
    """Why a call was not answered: it asks for what cannot be, or else for now it cannot."""

    message: str
    wrong: bool
    details: tuple[FieldError, ...] = ()


ARGUMENTS: dict[str, Any] = {
    "append": Batch,
    "query": Question,
    "look": Look,
    "describe": int | None,
    "change": Change,
}
ANSWERS: dict[str, Any] = {
    "append": list[int],
    "query": Answer,
    "look": list[Row],
    "describe": Description,
    "change": int,
}


def frame(payload: bytes) -> bytes:
    """A frame's bytes."""
    return _LENGTH.pack(len(payload)) + payload


def take_frame(received: bytearray) -> bytes | None:
    """Take the first frame out of what was received; None while it is not whole."""
    if len(received) < _LENGTH.size:
        return None
    end = _LENGTH.size + _LENGTH.unpack_from(received)[0]
    if len(received) < end:
        return None
    payload = bytes(received[_LENGTH.size : end])
    del received[:end]
    return payload


def send(connection: socket.socket, payload: bytes) -> None:
    """Send one frame."""
    connection.sendall(frame(payload))


def receive(connection: socket.socket) -> bytes | None:
    """Receive one frame; None when the other side has hung up."""
    head = _receive(connection, _LENGTH.size)
    if head is None:
        return None
    return _receive(connection, _LENGTH.unpack(head)[0])


def _receive(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        part = connection.recv(min(size - len(parts), 1 << 20))
        if not part:
            return None
        parts += part
    return bytes(parts)


def address(handle: int) -> str:
    """The socket's name by way of the open folder: a path may be too long for a socket."""
    return f"/proc/self/fd/{handle}/{SOCKET_NAME}"
