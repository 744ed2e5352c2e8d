"""Clients that are slow, silent or noisy: each has an end, and nobody else waits for them."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil
import pytest

from tests.support import hasty
from tests.support.raw import exchange
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service

HEAD = "POST /api/public/collect HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\n"
TOO_SLOW = "The rest of the body did not come in time. Nothing was recorded."
# A pageview's bytes: so few of a body are slower than any telephone.
A_FEW = 20


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that waits two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.service.EZEE", (sys.executable, "-m", hasty.__name__))
        running = Service(tmp_path_factory.mktemp("impatient") / "data", "--collect-limit", "0")
        running.start()
        yield running
        assert running.stop() == 0
        assert "Traceback" not in running.log.read_text()


@pytest.fixture(scope="module")
def owner(impatient: Service) -> Account:
    return impatient.account("owner@example.com")


@pytest.fixture
def tracker(owner: Account) -> dict[str, Any]:
    return new_tracker(owner)


def connect(service: Service) -> socket.socket:
    target = urlsplit(service.url)
    assert target.hostname is not None
    return socket.create_connection((target.hostname, target.port or 80), timeout=30)


def event(tracker: dict[str, Any]) -> bytes:
    return json.dumps({"site_id": tracker["site_id"], "url": "/"}).encode()


def request(tracker: dict[str, Any], fields: str = "") -> bytes:
    """A whole pageview."""
    body = event(tracker)
    head = f"{HEAD}user-agent: {BROWSER}\r\ncontent-length: {len(body)}\r\n{fields}\r\n"
    return head.encode() + body


def rest(line: socket.socket) -> bytes:
    """What still comes until the service hangs up."""
    received = bytearray()
    try:
        while part := line.recv(65536):
            received += part
    except ConnectionResetError:
        pass
    return bytes(received)


def dribble(line: socket.socket, text: bytes) -> bytes:
    """Send byte by byte until the service hangs up; returns what it said. A minute's text is enough
    for a machine on which everything is late.
    """
    line.settimeout(0.05)
    for number in range(len(text)):
        try:
            line.sendall(text[number : number + 1])
            received = line.recv(65536)
        except TimeoutError:
            continue
        except ConnectionError:
            return b""
        line.settimeout(30)
        return received + rest(line)
    raise AssertionError("the service did not hang up")


def refusal(text: bytes) -> dict[str, Any]:
    """What a 400 says, which must be in the one shape."""
    head, _, body = text.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n"), text
    assert b"content-type: application/json" in head
    content: dict[str, Any] = json.loads(body)
    assert set(content) == {"error", "message"}
    assert content["error"] == "invalid_request"
    return content


@pytest.mark.parametrize("start", [b"", b"\r\n", b"G", b"GET / HTTP/1.1\r\nhost: "])
def test_a_head_that_does_not_come_is_not_waited_for(impatient: Service, start: bytes) -> None:
    with connect(impatient) as line:
        line.sendall(start)
        assert rest(line) == b""


@pytest.mark.parametrize("start", [b"", b"\r\n" * 8, b"GET / HTTP/1.1\r\nx: "])
def test_a_head_that_dribbles_in_is_not_waited_for(impatient: Service, start: bytes) -> None:
    with connect(impatient) as line:
        line.sendall(start)
        assert dribble(line, b"\r\n" * 600 if b"x" not in start else b"x" * 1200) == b""


@pytest.mark.parametrize("path", ["/api/public/collect", "/api/v1/trackers"])
def test_a_body_that_dribbles_in_is_refused(
    impatient: Service, owner: Account, tracker: dict[str, Any], path: str
) -> None:
    token = f"authorization: Bearer {owner.token}\r\n"
    body = event(tracker).ljust(1200)
    with connect(impatient) as line:
        head = HEAD.replace("/api/public/collect", path)
        line.sendall(f"{head}{token}content-length: {len(body)}\r\n\r\n".encode())
        assert refusal(dribble(line, body))["message"] == TOO_SLOW
    assert counted(owner, tracker) == (0, 0)


def test_chunks_that_dribble_in_are_refused(impatient: Service) -> None:
    with connect(impatient) as line:
        line.sendall(f"{HEAD}transfer-encoding: chunked\r\n\r\n".encode())
        assert refusal(dribble(line, b"1\r\n \r\n" * 200))["message"] == TOO_SLOW


def test_a_body_that_keeps_pace_may_take_longer(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    body = event(tracker).ljust(6400)
    with connect(impatient) as line:
        head = f"{HEAD}user-agent: {BROWSER}\r\ncontent-length: {len(body)}\r\n\r\n"
        line.sendall(head.encode())
        for start in range(0, 6400, 400):
            time.sleep(3 * hasty.SECONDS / 16)
            line.sendall(body[start : start + 400])
        assert line.recv(65536).startswith(b"HTTP/1.1 202")
    assert counted(owner, tracker) == (1, 0)


def test_a_refused_body_need_not_be_sent_to_its_end(impatient: Service) -> None:
    """It was told so at once, and is listened to for a while, lest it miss that."""
    with connect(impatient) as line:
        head = HEAD.replace("application/json", "text/html")
        line.sendall(f"{head}content-length: 1000000\r\n\r\n".encode())
        assert line.recv(65536).startswith(b"HTTP/1.1 415")
        assert dribble(line, b" " * 1200) == b""


@pytest.mark.parametrize("more", [b"", b"\x00\x01garbage\r\n\r\n"])
def test_a_client_that_never_reads_is_dropped(impatient: Service, more: bytes) -> None:
    """It asks until no more can be sent, because what it asked for is in the way."""
    with connect(impatient) as line, pytest.raises(ConnectionError):
        _ask_for_ever(line, b"GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n" * 16 + more)


def _ask_for_ever(line: socket.socket, ask: bytes) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    while True:
        line.sendall(ask)


def test_one_that_closes_after_a_long_answer_it_does_not_read_is_dropped(
    impatient: Service,
) -> None:
    with ExitStack() as stack:
        before = connections(impatient)
        lines = [stack.enter_context(socket.socket()) for _ in range(4)]
        for line in lines:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            target = urlsplit(impatient.url)
            line.connect((target.hostname, target.port))
            ask = b"GET /openapi.json HTTP/1.1\r\nhost: test\r\n\r\n" * 30
            line.sendall(ask + ask.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n", 1))
        assert [line.recv(4) for line in lines] == [b"HTTP"] * 4
        until = time.monotonic() + 120
        while connections(impatient) > before and time.monotonic() < until:
            time.sleep(0.05)
        assert connections(impatient) <= before


def connections(service: Service) -> int:
    """How many connections the service has open."""
    assert service.process is not None
    port = urlsplit(service.url).port
    here = psutil.Process(service.process.pid).net_connections("tcp")
    return sum(each.laddr.port == port and each.status != "LISTEN" for each in here)


def test_a_client_that_is_done_sending_hears_its_answer(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    with connect(impatient) as line:
        line.sendall(request(tracker) * 3)
        line.shutdown(socket.SHUT_WR)
        assert rest(line).count(b"HTTP/1.1 202") == 3
    assert counted(owner, tracker) == (3, 0)


def test_garbage_after_a_request_does_not_spoil_its_answer(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    with connect(impatient) as line:
        line.sendall(request(tracker) * 2 + b"\x00 what is this?\r\n\r\n")
        answers = rest(line)
    first, second, told = answers.split(b"HTTP/1.1 ")[1:]
    assert (first[:3], second[:3]) == (b"202", b"202")
    assert refusal(b"HTTP/1.1 " + told)["message"] == "The request cannot be read as HTTP/1.1."
    assert counted(owner, tracker) == (2, 0)


def test_a_body_that_breaks_off_in_garbage_records_nothing(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    broken = f"{HEAD}transfer-encoding: chunked\r\n\r\n5\r\n12345 and more".encode()
    for before in (0, 1):
        with connect(impatient) as line:
            line.sendall(request(tracker) * before + broken)
            answers = rest(line).split(b"HTTP/1.1 ")[1:]
        assert [answer[:3] for answer in answers] == [b"202"] * before + [b"400"]
        refusal(b"HTTP/1.1 " + answers[-1])
    assert counted(owner, tracker) == (1, 0)


FIELD = b"x: y\r\n"
LONG = b"x" * 35_000


@pytest.mark.parametrize(
    "text",
    [
        b"GET /" + LONG + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nx: " + LONG + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + LONG + b": x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + FIELD * 129 + b"\r\n",
        b"GET / HTTP/1.1\r\n" + FIELD * 130,
        b"GET / HTTP/1.1\r\nx: " + LONG * 30,
        b"\r\n" * 20_000,
        HEAD.encode() + b"transfer-encoding: chunked\r\n\r\n0\r\nx: " + LONG,
        HEAD.encode() + b"transfer-encoding: chunked\r\n\r\n0\r\n" + FIELD * 129,
    ],
    ids=["url", "value", "name", "fields", "more fields", "endless", "nothing", "tail", "tails"],
)
def test_a_head_has_a_limit(impatient: Service, text: bytes) -> None:
    answer = exchange(impatient.url, text)
    assert answer is not None
    assert (answer.status, answer.json()["error"]) == (400, "invalid_request")
    assert "32 KiB" in answer.json()["message"]


def test_a_head_may_be_large(impatient: Service, tracker: dict[str, Any]) -> None:
    fields = f"cookie: {'x' * 25_000}\r\n" + "x: y\r\n" * 100
    with connect(impatient) as line:
        line.sendall(request(tracker, fields))
        assert line.recv(65536).startswith(b"HTTP/1.1 202")


def test_requests_ahead_of_their_answers_are_limited(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    with connect(impatient) as line:
        line.sendall(request(tracker) * 200)
        answers = rest(line).split(b"HTTP/1.1 ")[1:]
    statuses = [int(answer[:3]) for answer in answers]
    assert statuses == [202] * (len(answers) - 1) + [400]
    assert counted(owner, tracker) == (len(answers) - 1, 0)


def test_an_honest_client_is_answered_among_200_that_dribble(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(connect(impatient)) for _ in range(200)]
        for line in lines[::2]:
            line.sendall(b"GET / HT")
        for line in lines[1::2]:
            line.sendall(f"{HEAD}content-length: 500\r\n\r\n".encode())
        for _ in range(3):
            answer = impatient.collect(json.loads(event(tracker)))
            assert answer.status_code == 202
        heads = [rest(line)[:12] for line in lines]
    assert heads == [b"", b"HTTP/1.1 400"] * 100
    assert counted(owner, tracker) == (3, 0)


def test_those_beyond_the_most_are_told_to_come_back(
    impatient: Service, tracker: dict[str, Any]
) -> None:
    with ExitStack() as stack:
        for _ in range(hasty.MOST):
            stack.enter_context(connect(impatient))
        with connect(impatient) as line:
            head, _, body = rest(line).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b"retry-after: 5" in head
    assert json.loads(body)["error"] == "unavailable"
    _wait_for_room(impatient)
    assert impatient.collect(json.loads(event(tracker))).status_code == 202


def _wait_for_room(service: Service) -> None:
    until = time.monotonic() + 20
    while connections(service) > hasty.MOST // 2 and time.monotonic() < until:
        time.sleep(0.05)


def test_bodies_that_do_not_end_take_so_much_memory_and_no_more(
    service: Service, alice: Account
) -> None:
    tracker = new_tracker(alice)
    with ExitStack() as stack:
        lines = []
        for _ in range(140):
            line = stack.enter_context(connect(service))
            lines.append(line)
            # It may be refused before it has sent everything.
            with suppress(ConnectionError):
                line.sendall(f"{HEAD}content-length: {1 << 20}\r\n\r\n".encode())
                line.sendall(bytes((1 << 20) - 1))
        # Whoever is late in reading it finds the line closed.
        assert {_head_of(line) for line in lines[-4:]} - {b""} == {b"HTTP/1.1 503"}
        assert service.collect(json.loads(event(tracker))).status_code == 202
    assert counted(alice, tracker) == (1, 0)


def _head_of(line: socket.socket) -> bytes:
    try:
        return line.recv(12)
    except ConnectionResetError:
        return b""


def test_what_was_held_is_let_go(service: Service, alice: Account) -> None:
    """After those before, and each of these in its turn, there is room."""
    tracker = new_tracker(alice)
    body = event(tracker).ljust(1 << 20)
    head = f"{HEAD}user-agent: {BROWSER}\r\ncontent-length: {len(body)}\r\n\r\n"
    with connect(service) as line:
        for _ in range(140):
            line.sendall(head.encode() + body)
            assert line.recv(65536).startswith(b"HTTP/1.1 202")


def test_an_idle_line_is_kept_for_the_next_request(
    impatient: Service, owner: Account, tracker: dict[str, Any]
) -> None:
    with httpx.Client(base_url=impatient.url) as client:
        for _ in range(2):
            answer = client.post(
                "/api/public/collect",
                json=json.loads(event(tracker)),
                headers={"user-agent": BROWSER},
            )
            assert answer.status_code == 202
            time.sleep(2 * hasty.SECONDS)
    assert counted(owner, tracker) == (2, 0)
