"""``collect?explain=1``: how an event would be read, without recording it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service

CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def explain(service: Service, body: Any, agent: str = BROWSER, **headers: str) -> httpx.Response:
    return httpx.post(
        f"{service.url}/api/public/collect?explain=1",
        json=body,
        headers={"user-agent": agent, **headers},
        timeout=30,
    )


def test_a_persons_pageview(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    event = {
        "site_id": tracker["site_id"],
        "url": "https://example.com/caf%C3%A9?utm_medium=email&x=1#top",
        "referrer": "https://www.google.co.uk/search?q=secret",
        "screen_width": 1400,
        "language": "pt_br",
    }
    answer = explain(service, event)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, "*")
    assert answer.json() == {
        "data": {
            "verdict": "human",
            "rule": None,
            "dropped": None,
            "event": {
                "name": "pageview",
                "page": "/café",
                "referrer": "google.co.uk",
                "source": "Google",
                "channel": "Email",
                "country": "",
                "browser": "Chrome",
                "os": "Windows",
                "device": "desktop",
                "screen": "xl",
                "language": "pt-BR",
            },
            "visit": "new",
        }
    }
    assert counted(alice, tracker) == (0, 0)


def test_a_visit_that_goes_on(service: Service, alice: Account) -> None:
    event = {"site_id": new_tracker(alice)["site_id"], "url": "/"}
    assert service.collect(event).json()["data"]["accepted"] == 1
    assert explain(service, event).json()["data"]["visit"] == "continued"
    other = explain(service, event, agent=BROWSER.replace("126", "127"))
    assert other.json()["data"]["visit"] == "new"


def test_a_bot_and_the_rule_that_says_so(service: Service, alice: Account) -> None:
    event = {"site_id": new_tracker(alice)["site_id"], "url": "/x"}
    data = explain(service, event, agent=CRAWLER).json()["data"]
    assert (data["verdict"], data["dropped"], data["visit"]) == ("bot", "bot", None)
    assert "Googlebot" in data["rule"]
    assert data["event"]["page"] == "/x"
    assert explain(service, event, agent="").json()["data"]["rule"] == "no user agent"


def test_a_named_visitor_has_no_visit_to_tell_of(service: Service, alice: Account) -> None:
    event = {
        "site_id": new_tracker(alice)["site_id"],
        "url": "/",
        "client_ip": "193.0.6.139",
        "user_agent": BROWSER,
    }
    data = explain(service, event, authorization=f"Bearer {alice.token}").json()["data"]
    assert (data["visit"], data["event"]["country"]) == (None, "NL")
    assert explain(service, event).status_code == 400


def test_the_pixel_explains_too(service: Service, alice: Account) -> None:
    query = {"site_id": new_tracker(alice)["site_id"], "url": "/p", "explain": "1"}
    url = f"{service.url}/api/public/collect"
    answer = httpx.get(url, params=query, headers={"user-agent": BROWSER})
    assert answer.json()["data"]["event"]["page"] == "/p"


def test_errors_are_those_of_collect(service: Service, alice: Account) -> None:
    site_id = new_tracker(alice)["site_id"]
    assert explain(service, {"site_id": site_id}).status_code == 400
    assert explain(service, {"site_id": "ezi_0123456789ab", "url": "/"}).status_code == 404
    batch = explain(service, {"events": [{"site_id": site_id, "url": "/"}]})
    assert batch.status_code == 400
    assert [each["field"] for each in batch.json()["details"]] == ["explain"]
