"""A stop in order, under load: what was answered is there, and what was not was not counted."""

from __future__ import annotations

import http.client
import socket
import threading
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest

from tests.crash.sending import Client, Sent
from tests.support.polling import until
from tests.support.service import BROWSER, Service

pytestmark = [pytest.mark.service, pytest.mark.slow]

BODY = b'{"site_id": "%s", "url": "/%s"}'


class HastyClient(Client):
    """A connection for each request."""

    def _exchange(self, connection: http.client.HTTPConnection, sent: Sent) -> tuple[int, bytes]:
        with_own = http.client.HTTPConnection(self._address, timeout=20)
        try:
            return super()._exchange(with_own, sent)
        finally:
            with_own.close()


def recorded(data: Path) -> set[str]:
    """The pages of every event in a folder that nobody has open."""
    with duckdb.connect(data / "events.duckdb") as connection:
        return {path for (path,) in connection.execute("select path from events").fetchall()}


def pages(sent: list[Sent]) -> set[str]:
    return {page for each in sent for page in each.pages}


def test_what_was_answered_is_there_and_nothing_else_is(own_service: Service) -> None:
    own_service.account("owner@example.com")
    site_id = own_service.tracker("owner@example.com")["site_id"]
    acknowledged: set[str] = set()
    for life in range(2):
        clients = [
            kind(own_service.url, site_id, f"{life}-{kind.__name__}-{number}", f"{number}", [])
            for kind in (Client, HastyClient)
            for number in range(8)
        ]
        for client in clients:
            client.start()
        _until_busy(clients)
        assert own_service.stop() == 0
        for client in clients:
            client.join(60)
            assert client.surprises == []
        acknowledged |= {page for each in clients for page in pages(each.acknowledged)}
        assert recorded(own_service.data) == acknowledged
        own_service.start()
    assert own_service.command("rollup", "verify") == "Every roll-up is what the events say.\n"


def test_a_request_that_is_on_its_way_is_answered(own_service: Service) -> None:
    own_service.account("owner@example.com")
    site_id = own_service.tracker("owner@example.com")["site_id"].encode()
    half, late, idle = (_connected(own_service) for _ in range(3))
    body = BODY % (site_id, b"half")
    head = _head(body)
    half.sendall(head + body[:10])
    late.sendall(_whole(BODY % (site_id, b"first")))
    assert b"202 Accepted" in late.recv(65_536)
    _be_read(own_service)
    stopping = threading.Thread(target=own_service.stop)
    stopping.start()
    # It is told at the moment at which the service stops listening.
    until(lambda: not _listens(own_service))
    half.sendall(body[10:])
    answer = half.recv(65_536)
    assert b"202 Accepted" in answer
    assert b"connection: close" in answer.lower()
    for line in (half, late, idle):
        assert line.recv(65_536) == b""
        line.close()
    stopping.join()
    assert recorded(own_service.data) == {"/half", "/first"}


def _until_busy(clients: list[Client]) -> None:
    until(lambda: all(len(each.acknowledged) > 20 for each in clients))


def _connected(service: Service) -> socket.socket:
    target = urlsplit(service.url)
    assert target.hostname is not None
    return socket.create_connection((target.hostname, target.port or 80), timeout=30)


def _listens(service: Service) -> bool:
    try:
        _connected(service).close()
    except OSError:
        return False
    return True


def _be_read(service: Service) -> None:
    """Everything that was sent before has been read once this is answered."""
    with _connected(service) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n")
        assert b"200 OK" in line.recv(65_536)


def _head(body: bytes) -> bytes:
    fields = (
        "POST /api/public/collect HTTP/1.1",
        "host: test",
        "content-type: application/json",
        f"user-agent: {BROWSER}",
        f"content-length: {len(body)}",
    )
    return "".join(f"{field}\r\n" for field in (*fields, "")).encode()


def _whole(body: bytes) -> bytes:
    return _head(body) + body
