"""Several nodes are one service: what is changed at one holds at all, and each may be restarted."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest

from tests.support.balancer import Balancer
from tests.support.nodes import KEY, account_server, make_node, two_nodes
from tests.support.pages import Visitor
from tests.support.polling import until
from tests.support.postgres import Server
from tests.support.service import BROWSER, Account, Service

pytestmark = pytest.mark.service
__all__ = ["account_server"]

OWNER = "alice@example.com"


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, account_server: Server
) -> Iterator[list[Service]]:
    folder = tmp_path_factory.mktemp("nodes")
    addresses = account_server.new_database("nodes")
    options = ("--public-stats-limit", "0", "--sign-in-limit", "0", "--drain", "2")
    with two_nodes(folder, addresses, *options) as nodes:
        yield nodes


@pytest.fixture(scope="module")
def alice(nodes: list[Service]) -> Account:
    return nodes[0].account(OWNER)


def event(tracker: Any, **fields: Any) -> dict[str, Any]:
    return {"site_id": tracker["site_id"], "url": "/", **fields}


def dropped(answer: httpx.Response) -> str:
    assert answer.status_code == 202
    reasons = [each["reason"] for each in answer.json()["data"]["dropped"]]
    return ",".join(reasons)


def at(node: Service, account: Account, path: str = "/api/v1/me") -> httpx.Response:
    headers = {"authorization": f"Bearer {account.token}"}
    return httpx.get(f"{node.url}{path}", headers=headers, timeout=30)


def test_a_tracker_and_its_exclusions_hold_on_every_node(
    nodes: list[Service], alice: Account
) -> None:
    first, second = nodes
    tracker = first.tracker(OWNER)
    assert dropped(second.collect(event(tracker, url="/private/a"))) == ""
    change = {"exclusions": {"paths": ["/private/*"]}}
    changed = alice.client.patch(f"/api/v1/trackers/{tracker['id']}", json=change)
    assert changed.status_code == 200, changed.text
    until(lambda: dropped(second.collect(event(tracker, url="/private/a"))) == "excluded", 60)
    assert dropped(second.collect(event(tracker, url="/public"))) == ""


def test_a_token_that_is_revoked_is_dead_everywhere_at_once(nodes: list[Service]) -> None:
    first, second = nodes
    account = first.account("revoked@example.com")
    assert at(second, account).status_code == 200
    first.command("token", "revoke", account.token_id)
    assert at(second, account).status_code == 401


def test_who_signs_in_to_one_is_signed_in_to_all_until_they_sign_out(
    nodes: list[Service], alice: Account
) -> None:
    first, second = nodes
    with Visitor(first.url) as here:
        here.sign_in(OWNER)
        cookies = {cookie.name: cookie.value or "" for cookie in here.client.cookies.jar}
        there = f"{second.url}/account"
        answer = httpx.get(there, cookies=cookies, timeout=30)
        assert answer.status_code == 200
        assert OWNER in answer.text
        here.send("/sign-out", on="/account")
        assert httpx.get(there, cookies=cookies, timeout=30).status_code == 303


def test_a_second_step_may_be_taken_at_another_node(nodes: list[Service]) -> None:
    first, second = nodes
    first.account("steps@example.com")
    with Visitor(first.url) as here:
        here.sign_in("steps@example.com")
        secret = _turn_on_second_step(here)
    with Visitor(first.url) as here:
        here.sign_in("steps@example.com")
        cookies = {cookie.name: cookie.value or "" for cookie in here.client.cookies.jar}
    for node in (second, first):
        asked = httpx.get(f"{node.url}/sign-in/code", cookies=cookies, timeout=30)
        assert asked.status_code == 200
    with Visitor(second.url) as there:
        for name, value in cookies.items():
            there.client.cookies.set(name, value)
        code = pyotp.TOTP(secret).at(time.time() + 30)
        there.send("/sign-in/code", {"code": code}, on="/sign-in/code")
        assert "steps@example.com" in there.client.get("/account").text


def test_a_visitor_is_the_same_on_every_node(nodes: list[Service], alice: Account) -> None:
    """Only the salt could make them two."""
    tracker = nodes[0].tracker(OWNER, domain="same.example")
    for node in nodes:
        assert dropped(node.collect(event(tracker))) == ""
    visitors = [_visitors(node) for node in nodes]
    assert visitors[0] == visitors[1]


def _visitors(node: Service) -> set[str]:
    path = node.data.parent / f"{node.data.name}.csv"
    site = node.json("tracker", "list", "--user", OWNER)
    (same,) = [each["site_id"] for each in site if each["domain"] == "same.example"]
    node.command("export", "--site", same, "--output", str(path))
    header, *rows = path.read_text().splitlines()
    place = header.split(",").index("visitor")
    return {row.split(",")[place] for row in rows}


def test_nodes_that_start_at_once_on_an_empty_database_make_one_owner(
    tmp_path: Path, account_server: Server
) -> None:
    addresses = account_server.new_database("together")
    key = b"k" * 32
    together = [make_node(tmp_path / str(number), addresses) for number in range(3)]
    for node in together:
        (node.data / KEY).write_bytes(key)
    try:
        with ThreadPoolExecutor(3) as pool:
            list(pool.map(lambda node: node.start(), together))
        assert [each["email"] for each in together[0].json("user", "list")] == ["owner@localhost"]
        letters = [node.data / "first-sign-in.txt" for node in together]
        assert sum(path.exists() for path in letters) == 1
    finally:
        for node in together:
            if node.process is not None:
                node.stop()


def test_a_node_with_another_key_does_not_start(tmp_path: Path, account_server: Server) -> None:
    addresses = account_server.new_database("keys")
    first = make_node(tmp_path / "first", addresses).start()
    try:
        with pytest.raises(AssertionError, match=r"Copy service\.key"):
            make_node(tmp_path / "second", addresses).start()
    finally:
        first.stop()


def test_a_rolling_restart_fails_no_request(nodes: list[Service], alice: Account) -> None:
    tracker = nodes[0].tracker(OWNER, domain="rolling.example")
    with Balancer(lambda: [node.url for node in nodes]) as balancer:
        sent = _Senders(balancer.url, tracker, alice)
        for node in nodes:
            reached = sent.count
            until(lambda reached=reached: sent.count > reached + 20)  # type: ignore[misc]
            assert node.stop() == 0
            node.start()
            until(lambda: balancer.ready == 2)
        answers = sent.end()
    assert {status for status, _ in answers} == {200, 202}
    recorded = sum(status == 202 for status, _ in answers)
    assert recorded > 40
    assert sum(_pageviews(node, alice, tracker) for node in nodes) == recorded


def _pageviews(node: Service, account: Account, tracker: Any) -> int:
    path = f"/api/v1/trackers/{tracker['id']}/stats?period=7d"
    return int(at(node, account, path).json()["data"]["totals"]["pageviews"])


def _turn_on_second_step(here: Visitor) -> str:
    """The authenticator's secret, once the account has a second step."""
    page = here.get("/account/second-step").text
    nonce = re.search(r'name="nonce" value="([0-9a-f]+)"', page)
    secret = re.search(r">([A-Z2-7]{32})<", page)
    assert nonce is not None, page
    assert secret is not None, page
    fields = {"nonce": nonce[1], "code": pyotp.TOTP(secret[1]).now()}
    here.send("/account/second-step", fields)
    return secret[1]


class _Senders:
    """Two threads that send, and one that asks, without a pause."""

    def __init__(self, url: str, tracker: Any, account: Account) -> None:
        self._answers: list[tuple[int, str]] = []
        self._ends = threading.Event()
        post = (f"{url}/api/public/collect", event(tracker))
        get = (f"{url}/api/v1/trackers", None)
        self._headers = {"user-agent": BROWSER, "authorization": f"Bearer {account.token}"}
        self._threads = [
            threading.Thread(target=self._send, args=each) for each in (post, post, get)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def count(self) -> int:
        return len(self._answers)

    def end(self) -> list[tuple[int, str]]:
        self._ends.set()
        for thread in self._threads:
            thread.join()
        return self._answers

    def _send(self, url: str, content: Any) -> None:
        while not self._ends.is_set():
            try:
                method = "GET" if content is None else "POST"
                answer = httpx.request(method, url, json=content, headers=self._headers, timeout=60)
                self._answers.append((answer.status_code, answer.text))
            except httpx.HTTPError as failure:
                self._answers.append((0, repr(failure)))
            # Within what the plan lets pass.
            time.sleep(0.12)


def test_nodes_collect_while_the_account_database_is_away(
    nodes: list[Service], alice: Account, account_server: Server
) -> None:
    """None of them may say that it is not ready, or a balancer had nobody to send events to."""
    tracker = nodes[0].tracker(OWNER, domain="away.example")
    for node in nodes:
        assert dropped(node.collect(event(tracker))) == ""
    account_server.control("-m", "immediate", "stop")
    try:
        for node in nodes:
            assert httpx.get(f"{node.url}/readyz", timeout=30).status_code == 200
            assert dropped(node.collect(event(tracker))) == ""
            assert at(node, alice).status_code == 503
    finally:
        account_server.control("start")
    for node in nodes:
        until(lambda node=node: at(node, alice).status_code == 200)  # type: ignore[misc]
        assert dropped(node.collect(event(tracker))) == ""
        assert _pageviews(node, alice, tracker) == 3
