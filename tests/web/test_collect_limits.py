"""How much one address may send to one tracker; and that no address is ever written down."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service behind a proxy on this machine, with 5 events a minute for each address."""
    options = ("--trusted-proxies", "127.0.0.1", "--collect-limit", "5")
    folder = tmp_path_factory.mktemp("limited") / "data"
    running = Service(folder, *options, "--public-stats-limit", "0").start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def owner(limited: Service) -> Account:
    return limited.account("owner@example.com")


def send(service: Service, content: Any, address: str = "", **headers: str) -> httpx.Response:
    fields = {"user-agent": BROWSER, **headers}
    if address:
        fields["x-forwarded-for"] = address
    url = f"{service.url}/api/public/collect"
    return httpx.post(url, json=content, headers=fields, timeout=30)


def event(tracker: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"site_id": tracker["site_id"], "url": "/", **fields}


def test_an_address_has_its_fill_and_is_told_when_to_come_back(
    limited: Service, owner: Account
) -> None:
    tracker = new_tracker(owner)
    answers = [send(limited, event(tracker), "203.0.113.1") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202] * 5
    assert answers[0].headers["ratelimit"] == '"address";r=4;t=12'
    answer = send(limited, event(tracker), "203.0.113.1")
    assert (answer.status_code, answer.json()["error"]) == (429, "rate_limited")
    assert re.fullmatch(r"[1-9]|1[0-2]", answer.headers["retry-after"])
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["ratelimit-policy"] == '"address";q=5;w=60'
    assert answer.headers["ratelimit"].startswith('"address";r=0;t=')
    assert counted(owner, tracker) == (5, 0)


def test_other_addresses_and_other_trackers_are_not_held_up(
    limited: Service, owner: Account
) -> None:
    first, second = new_tracker(owner), new_tracker(owner)
    for _ in range(6):
        send(limited, event(first), "203.0.113.2")
    assert send(limited, event(first), "203.0.113.3").status_code == 202
    assert send(limited, event(second), "203.0.113.2").status_code == 202


def test_a_batch_takes_as_many_as_it_has(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    batch = {"events": [event(tracker)] * 4}
    assert send(limited, batch, "203.0.113.4").status_code == 202
    assert send(limited, batch, "203.0.113.4").status_code == 429
    assert counted(owner, tracker) == (4, 0)


def test_a_visitor_that_the_owner_names_is_the_address(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    headers = {"authorization": f"Bearer {owner.token}"}
    for visitor in range(8):
        named = event(tracker, client_ip=f"198.51.100.{visitor}", user_agent=BROWSER)
        assert send(limited, named, "203.0.113.9", **headers).status_code == 202


def test_the_pixel_is_limited_as_well(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    query = {"site_id": tracker["site_id"], "url": "/"}
    headers = {"user-agent": BROWSER, "x-forwarded-for": "203.0.113.5"}
    url = f"{limited.url}/api/public/collect"
    answers = [httpx.get(url, params=query, headers=headers) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["error"] == "rate_limited"


def test_loopback_is_exempt(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    answers = [send(limited, event(tracker)) for _ in range(8)]
    answers += [send(limited, event(tracker), "::1") for _ in range(8)]
    assert {answer.status_code for answer in answers} == {202}


def test_who_is_not_trusted_cannot_say_who_they_are(service: Service, alice: Account) -> None:
    """Without a trusted proxy the header is as good as nothing: all of it is one visitor."""
    tracker = new_tracker(alice)
    for number in range(3):
        assert send(service, event(tracker), f"203.0.113.{number}").status_code == 202
    totals = report(alice, tracker)["totals"]
    assert (totals["visitors"], totals["pageviews"]) == (1, 3)


def test_a_trusted_proxy_says_who_it_is(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner)
    for address in ("193.0.6.139", "198.51.100.9, 193.0.6.139", "203.0.113.77"):
        assert send(limited, event(tracker), address).status_code == 202
    got = report(owner, tracker, dimension="country")
    assert (got["totals"]["visitors"], got["totals"]["pageviews"]) == (2, 3)
    assert {row["value"] for row in got["breakdowns"]["country"]} >= {"NL"}


def test_a_flood_of_forged_sites_costs_no_disk(own_service: Service) -> None:
    own_service.account("owner@example.com")
    tracker = own_service.tracker("owner@example.com")
    assert own_service.collect(event(tracker)).status_code == 202
    # What an event leaves to be done is done by now.
    own_service.stop()
    own_service.start()
    before = _sizes(own_service)
    for batch in range(40):
        forged = [{"site_id": f"ezi_{batch:06x}{n:06x}", "url": "/"} for n in range(500)]
        answer = send(own_service, {"events": forged}).json()["data"]
        assert answer["accepted"] == 0
        assert {each["reason"] for each in answer["dropped"]} == {"unknown_site"}
    assert _sizes(own_service) == before
    assert own_service.collect(event(tracker)).status_code == 202


def _sizes(service: Service) -> dict[str, int]:
    files = [path for path in service.data.rglob("*") if path.is_file()]
    return {path.name: path.stat().st_size for path in files}


@pytest.mark.parametrize(("size", "head"), [(100, b"HTTP/1.1 100"), (1 << 20, b"HTTP/1.1 413")])
def test_a_body_is_asked_for_only_if_it_will_be_read(
    service: Service, alice: Account, size: int, head: bytes
) -> None:
    tracker = new_tracker(alice)
    body = json.dumps(event(tracker)).encode().ljust(size + 1)
    target = urlsplit(service.url)
    with socket.create_connection((target.hostname, target.port), timeout=30) as line:
        fields = f"user-agent: {BROWSER}\r\ncontent-length: {len(body)}\r\nexpect: 100-continue"
        start = "POST /api/public/collect HTTP/1.1\r\nhost: t\r\ncontent-type: text/plain"
        line.sendall(f"{start}\r\n{fields}\r\n\r\n".encode())
        assert line.recv(65536).startswith(head)
        if size == 100:
            line.sendall(body)
            assert line.recv(65536).startswith(b"HTTP/1.1 202")
    assert counted(alice, tracker) == (int(size == 100), 0)


# As they would stand in a file: in text, and as the bytes of an address.
ADDRESSES = {
    "198.51.100.23": bytes([198, 51, 100, 23]),
    "203.0.113.199": bytes([203, 0, 113, 199]),
    "2001:db8:feed:beef::cafe": bytes.fromhex("20010db8feedbeef000000000000cafe"),
    "192.0.2.251": bytes([192, 0, 2, 251]),
}
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0 Pangolin/77"
NAMED_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0 Quokka/42"
SECRETS = [
    *(address.encode() for address in ADDRESSES),
    *ADDRESSES.values(),
    *(b"Pangolin", b"Quokka", b"rv:127.0", b"rv:128.0", b"Wombat"),
]


def test_no_address_and_no_agent_is_ever_written(tmp_path: Path) -> None:
    options = ("--trusted-proxies", "127.0.0.1", "--collect-limit", "20")
    service = Service(tmp_path / "data", *options, "--public-stats-limit", "3").start()
    owner = service.account("owner@example.com")
    tracker = new_tracker(owner)
    _send_everything(service, owner, tracker)
    assert counted(owner, tracker)[0] > 0
    # What is kept of an event would be found, and so would what is not.
    send(service, event(tracker, url="/armadillo"))
    assert _is_written(service, b"armadillo")
    _look_for_secrets(service)
    assert service.stop() == 0
    _look_for_secrets(service)
    service.start()
    send(service, event(tracker), "198.51.100.23", **{"user-agent": AGENT})
    service.kill()
    _look_for_secrets(service)


def _send_everything(service: Service, owner: Account, tracker: dict[str, Any]) -> None:
    """What is counted, what is dropped, what is refused, what is limited, and garbage."""
    agent = {"user-agent": AGENT}
    wrong = [
        {},
        event(tracker, url="data:,"),
        event(tracker, timestamp="1970-01-01"),
        event(tracker, client_ip="192.0.2.251", user_agent=NAMED_AGENT),
        event(tracker, site_id="ezi_000000000000"),
    ]
    for address in list(ADDRESSES)[:3]:
        for content in (event(tracker), {"events": [event(tracker), *wrong]}, *wrong):
            send(service, content, address, **agent)
        statuses = {send(service, event(tracker), address, **agent).status_code for _ in range(25)}
        assert 429 in statuses
        forwarded = {"x-forwarded-for": address, "user-agent": f"{AGENT} Googlebot/2.1 Wombat"}
        query = {"site_id": tracker["site_id"], "url": "/"}
        httpx.get(f"{service.url}/api/public/collect", params=query, headers=forwarded)
        for path in ("/api/public/stats", "/api/v1/me", "/nowhere", "/"):
            for _ in range(4):
                httpx.get(f"{service.url}{path}", params=query, headers=forwarded)
    named = event(tracker, client_ip="192.0.2.251", user_agent=NAMED_AGENT)
    token = {"authorization": f"Bearer {owner.token}"}
    assert send(service, named, **token).json()["data"]["accepted"] == 1
    long_ago = {**named, "timestamp": "2020-02-02T02:02:02Z"}
    assert send(service, long_ago, **token).json()["data"]["accepted"] == 1


def _look_for_secrets(service: Service) -> None:
    files = [path for path in service.data.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"events.duckdb", "salts.sqlite"}
    for path in (*files, service.log):
        content = path.read_bytes()
        assert not [secret for secret in SECRETS if secret in content], path.name


def _is_written(service: Service, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in service.data.rglob("*") if path.is_file())
