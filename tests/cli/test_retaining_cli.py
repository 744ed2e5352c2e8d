"""``ezee expire``, beside a service and without one, and what other commands say afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.service import BROWSER, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


def test_it_tells_then_removes_and_others_say_what_they_left(own_service: Service) -> None:
    alice = own_service.account("alice@example.com")
    site_id = new_tracker(alice)["site_id"]
    events = [
        {"site_id": site_id, "url": "/user/7", "user_agent": BROWSER, "client_ip": "203.0.113.9",
         "timestamp": (datetime.now(UTC) - timedelta(days=days)).isoformat()}
        for days in (400, 100, 0)
    ]  # fmt: skip
    sent = alice.client.post("/api/public/collect", json={"events": events})
    assert sent.json()["data"]["accepted"] == len(events)
    assert "kept for ever" in own_service.command("expire")
    (tried,) = own_service.json("expire", "--months", "2")["trackers"]
    assert (tried["keep_months"], tried["events"], tried["days"]) == (0, 2, 2)
    assert "Nothing was removed." in own_service.command("expire", "--months", "2")
    own_service.command("tracker", "set", site_id, "keep_months=12")
    assert own_service.json("expire", "--apply")["removed"] == 1
    own_service.stop()
    own_service.command("tracker", "set", site_id, "keep_months=2")
    assert own_service.json("expire", "--apply", "--site", site_id)["removed"] == 1
    assert own_service.json("expire", "--apply")["removed"] == 0
    shown = own_service.json("tracker", "show", site_id)
    before = shown["kept_from"]
    assert f"kept_from {before}" in " ".join(
        own_service.command("tracker", "show", site_id).split()
    )
    left = f"days of {site_id} before {before}, whose events are not kept."
    assert f"Not compared: {left}" in own_service.command("rollup", "verify")
    assert own_service.json("rollup", "verify") == {"wrong": [], "kept_from": {site_id: before}}
    assert f"Not judged again: {left}" in own_service.command("bots", "rejudge")
    regrouped = own_service.command("pages", "regroup", "--group", "/user/*")
    assert f"Left as they are: {left}" in regrouped
    assert own_service.command("rollup", "build", "--again")
    assert own_service.json("rollup", "verify")["wrong"] == []


@pytest.mark.parametrize(
    "asked", [("--months", "2", "--apply"), ("--months", "-1"), ("--site", "ezi_000000000000")]
)
def test_what_cannot_be_is_said(own_service: Service, asked: tuple[str, ...]) -> None:
    with pytest.raises(AssertionError, match="ended with 1: ezee: "):
        own_service.command("expire", *asked)
