"""Requests and answers in one piece: what goes over the line is HTTP all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker
from tests.web.test_slow_clients import connect, rest

pytestmark = pytest.mark.service

DONE = b'{"data":{"accepted":1,"dropped":[]}}'


@pytest.fixture
def tracker(alice: Account) -> dict[str, Any]:
    return new_tracker(alice)


def request(tracker: dict[str, Any], fields: str = "", version: str = "1.1") -> bytes:
    body = json.dumps({"site_id": tracker["site_id"], "url": "/"})
    return (
        f"POST /api/public/collect HTTP/{version}\r\nhost: test\r\nuser-agent: {BROWSER}\r\n"
        f"content-type: text/plain\r\ncontent-length: {len(body)}\r\n{fields}\r\n{body}"
    ).encode()


def test_requests_sent_ahead_are_each_answered_in_their_order(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    bad = request({"site_id": "ezi_000000000000"})
    last = request(tracker, "connection: close\r\n")
    with connect(service) as line:
        line.sendall(request(tracker) + bad + request(tracker) + last)
        answers = rest(line).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"202", b"404", b"202", b"202"]
    assert all(answer.endswith(DONE) for answer in answers if answer.startswith(b"202"))
    assert b"connection: close" in answers[-1]
    assert all(b"\r\ndate: " in answer for answer in answers)
    assert counted(alice, tracker) == (3, 0)


def test_an_old_client_is_answered_and_hung_up_on(
    service: Service, tracker: dict[str, Any]
) -> None:
    with connect(service) as line:
        line.sendall(request(tracker, version="1.0"))
        answer = rest(line)
    assert answer.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert answer.endswith(DONE)


def test_one_who_waits_to_be_asked_for_the_body_is_asked(
    service: Service, tracker: dict[str, Any]
) -> None:
    head, _, body = request(tracker, "expect: 100-continue\r\nconnection: close\r\n").partition(
        b"\r\n\r\n"
    )
    with connect(service) as line:
        line.sendall(head + b"\r\n\r\n")
        assert line.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(body[:10])
        line.sendall(body[10:])
        answer = rest(line)
    assert answer.startswith(b"HTTP/1.1 202 Accepted\r\n")
    assert answer.endswith(DONE)
