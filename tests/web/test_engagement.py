"""``engagement``, as the script sends it: kept, and in no number."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.service import Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

LEFT = {"name": "engagement", "url": "/a", "props": {"seconds": 3.2, "scroll": 50}}
NUMBERS = "visitors,visits,pageviews,events,revenue,bounce_rate"


@pytest.fixture
def tracker(alice: Account) -> Any:
    return new_tracker(alice)


def send(service: Service, tracker: Any, **event: Any) -> None:
    answer = service.collect({"site_id": tracker["site_id"], **event})
    assert answer.json() == {"data": {"accepted": 1, "dropped": []}}


def test_it_is_in_no_number_and_ends_no_bounce(
    service: Service, alice: Account, tracker: Any
) -> None:
    send(service, tracker, url="/a")
    send(service, tracker, **LEFT, value=5, currency="EUR")
    asked = ["event", "page", "prop:seconds", "prop:scroll"]
    data = report(alice, tracker, metrics=NUMBERS, dimension=asked)
    assert data["totals"] == {
        "visitors": 1,
        "visits": 1,
        "pageviews": 1,
        "events": 0,
        "revenue": {},
        "bounce_rate": 1.0,
    }
    assert data["breakdowns"] == {
        "event": [],
        "page": [{"value": "/a", "visitors": 1, "pageviews": 1}],
        "prop:seconds": [],
        "prop:scroll": [],
    }
    for text in ("event:is:engagement", "prop:seconds:is:3.2"):
        assert report(alice, tracker, metrics="events", filter=text)["totals"] == {"events": 0}


def test_alone_it_is_nobody(service: Service, alice: Account, tracker: Any) -> None:
    send(service, tracker, **LEFT)
    totals = report(alice, tracker, metrics=NUMBERS)["totals"]
    assert {totals[name] for name in ("visitors", "visits", "pageviews", "events")} == {0}


def test_what_it_tells_is_kept(service: Service, alice: Account, tracker: Any) -> None:
    send(service, tracker, **LEFT)
    rows = alice.client.get(f"/api/v1/trackers/{tracker['id']}/export?format=ndjson").text
    assert r'"props":"{\"scroll\":\"50\",\"seconds\":\"3.2\"}"' in rows.replace(": ", ":")
