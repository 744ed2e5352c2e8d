"""The ledger of a running service: every reason is told, tallied, and survives what may happen."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.model.event import DropReason
from ezee.model.site import site_key
from ezee.stats.dropped import REASONS
from ezee.store.base import Description
from ezee.store.looks import NotCounted
from ezee.store.open import OpenStore
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

LIMIT = 60
RULES = {"exclusions": {"paths": ["/admin/*"], "hostnames": ["example.com"]}}


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Service]:
    """A service behind a proxy on this machine."""
    options = ("--trusted-proxies", "127.0.0.1", "--collect-limit", str(LIMIT))
    running = Service(tmp_path / "data", *options).start()
    yield running
    if running.process is not None:
        running.stop()


@pytest.fixture
def owner(limited: Service) -> Account:
    return limited.account("owner@example.com")


def send(
    service: Service, sent: dict[str, Any], address: str = "203.0.113.1", **headers: str
) -> httpx.Response:
    fields = {"user-agent": BROWSER, "x-forwarded-for": address}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{service.url}/api/public/collect"
    return httpx.post(url, json=sent, headers=fields, timeout=30)


def reasons(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 202, answer.text
    return [each["reason"] for each in answer.json()["data"]["dropped"]]


def tally(service: Service, tracker: dict[str, Any]) -> tuple[Description, dict[str, int]]:
    """How many events are stored, and how many are not, by reason; with or without the service."""
    site = site_key(tracker["site_id"])
    counts: Counter[str] = Counter()
    with OpenStore(service.data) as store:
        for _, reason, _, _, count in store.look(NotCounted(site, 0, 100_000)):
            counts[str(reason)] += int(count)
        return store.describe(site), dict(counts)


def wait_for(service: Service, tracker: dict[str, Any], expected: dict[str, int]) -> None:
    until = time.monotonic() + 30
    while (found := tally(service, tracker)[1]) != expected:
        assert time.monotonic() < until, found


# A field, and headers, for each reason that is told in a 202.
TOLD: dict[DropReason, tuple[dict[str, Any], dict[str, str]]] = {
    DropReason.BOT: ({}, {"user_agent": "Googlebot/2.1"}),
    DropReason.EXCLUDED: ({"url": "/admin/1"}, {}),
    DropReason.OPTED_OUT: ({}, {"sec_gpc": "1"}),
    DropReason.DUPLICATE: ({"id": "known"}, {}),
    DropReason.HOSTNAME: ({"url": "https://copy.example/"}, {}),
}


def test_every_reason_is_in_the_answer_and_in_the_ledger(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner, **RULES)
    event = {"site_id": tracker["site_id"], "url": "/"}
    late = {**event, "timestamp": "2020-01-01T00:00:00Z"}
    unknown = {**event, "site_id": "ezi_000000000000"}
    assert reasons(send(limited, {**event, "id": "known"})) == []
    for reason, (fields, headers) in TOLD.items():
        batch = {"events": [{**event, **fields}, {**event, **fields}]}
        assert reasons(send(limited, {**event, **fields}, **headers)) == [reason]
        assert reasons(send(limited, batch, **headers)) == [reason, reason]
    assert send(limited, late).status_code == 400
    assert reasons(send(limited, {"events": [late]})) == ["invalid"]
    assert send(limited, unknown).status_code == 404
    assert reasons(send(limited, {"events": [unknown, unknown]})) == ["unknown_site"] * 2
    assert send(limited, {"events": [event] * LIMIT}, "203.0.113.2").status_code == 202
    assert send(limited, {"events": [event] * 3}, "203.0.113.2").status_code == 429
    assert send(limited, event, "203.0.113.2").status_code == 429
    expected: dict[str, int] = {**dict.fromkeys(map(str, TOLD), 3), "invalid": 2, "rate_limited": 4}
    # Shown in test_retention_api.
    assert set(REASONS) - set(expected) == {DropReason.BEYOND_RETENTION}
    wait_for(limited, tracker, expected)
    with OpenStore(limited.data) as store:
        assert store.look(NotCounted(0, 0, 100_000)) == []
    limited.stop()
    described, found = tally(limited, tracker)
    assert (described.events, described.bots, found) == (1 + LIMIT, 3, expected)


def test_a_crash_loses_no_event_and_nothing_that_was_tallied(
    limited: Service, owner: Account
) -> None:
    tracker = new_tracker(owner, **RULES)
    event = {"site_id": tracker["site_id"], "url": "/"}
    for _ in range(3):
        assert reasons(send(limited, {**event, "url": "/admin/1"})) == ["excluded"]
    wait_for(limited, tracker, {"excluded": 3})
    assert reasons(send(limited, event, user_agent="Googlebot/2.1")) == ["bot"]
    assert reasons(send(limited, event)) == []
    assert reasons(send(limited, {**event, "url": "/admin/1"})) == ["excluded"]
    limited.kill()
    described, found = tally(limited, tracker)
    assert (described.events, described.bots) == (1, 1)
    # The last one may have been entered just then.
    assert found in ({"excluded": 3, "bot": 1}, {"excluded": 4, "bot": 1})


def test_what_was_tallied_just_before_a_stop_is_kept(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner, **RULES)
    for _ in range(3):
        send(limited, {"site_id": tracker["site_id"], "url": "/admin/1"})
    limited.stop()
    assert tally(limited, tracker)[1] == {"excluded": 3}


def test_nothing_comes_back_to_a_tracker_that_was_deleted(limited: Service, owner: Account) -> None:
    tracker = new_tracker(owner, **RULES)
    send(limited, {"site_id": tracker["site_id"], "url": "/admin/1"})
    assert owner.client.delete(f"/api/v1/trackers/{tracker['id']}").status_code == 204
    limited.stop()
    assert tally(limited, tracker)[1] == {}
