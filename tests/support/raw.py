"""HTTP as bytes, for what a client library would not send."""

from __future__ import annotations

import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit


class Raw(NamedTuple):
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def exchange(url: str, request: bytes, *, finish: bool = False) -> Raw | None:
    """Send these bytes; None when the service hangs up without a word.

    With ``finish`` nothing more is to come, and the service is told so.
    """
    target = urlsplit(url)
    assert target.hostname is not None
    with socket.create_connection((target.hostname, target.port or 80), timeout=30) as line:
        try:
            line.sendall(request)
            if finish:
                line.shutdown(socket.SHUT_WR)
        except (BrokenPipeError, ConnectionResetError):
            pass  # It answered before it had heard everything.
        return _read(line)


def post(url: str, body: bytes, **headers: str) -> Raw | None:
    """POST a body to ``collect`` with exactly these headers beside its length."""
    lines = {"content-length": str(len(body)), **headers}
    text = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    head = f"POST /api/public/collect HTTP/1.1\r\nhost: test\r\n{text}connection: close\r\n\r\n"
    return exchange(url, head.encode() + body)


def _read(line: socket.socket) -> Raw | None:
    received = bytearray()
    try:
        while part := line.recv(65536):
            received += part
            if _complete(received):
                break
    except ConnectionResetError:
        pass
    if b"\r\n\r\n" not in received:
        return None
    head, _, body = bytes(received).partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (field.partition(":") for field in fields)
    }
    return Raw(int(status.split()[1]), headers, body)


def _complete(received: bytearray) -> bool:
    head, found, body = bytes(received).partition(b"\r\n\r\n")
    if not found:
        return False
    for field in head.lower().split(b"\r\n"):
        if field.startswith(b"content-length:"):
            return len(body) >= int(field.partition(b":")[2])
    return False
