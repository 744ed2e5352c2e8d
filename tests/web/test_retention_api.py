"""Retention through the running service: what goes, what stays, and what is told of it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

TRACKERS = "/api/v1/trackers"
DAYS_AGO = (200, 100, 100, 99, 3, 0)


def ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="seconds")


def day(days: int) -> str:
    return ago(days)[:10]


def send(owner: Account, tracker: Any, days: Any, **fields: Any) -> Any:
    """Events of some days ago, with the owner's word."""
    events = [
        {"site_id": tracker["site_id"], "url": f"/{each}", "timestamp": ago(each),
         "user_agent": BROWSER, "client_ip": "203.0.113.9", **fields}
        for each in days
    ]  # fmt: skip
    answer = owner.client.post("/api/public/collect", json={"events": events})
    assert answer.status_code == 202, answer.text
    return answer.json()["data"]


@pytest.fixture
def tracker(alice: Account) -> Any:
    made = new_tracker(alice, public_stats=True)
    assert send(alice, made, DAYS_AGO)["accepted"] == len(DAYS_AGO)
    return made


def retention(owner: Account, tracker: Any, **parameters: Any) -> Any:
    answer = owner.client.get(f"{TRACKERS}/{tracker['id']}/retention", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def expire(service: Service, owner: Account, tracker: Any, months: int = 2) -> str:
    """Have events go by a rule; returns the first day that is kept."""
    answer = owner.client.patch(f"{TRACKERS}/{tracker['id']}", json={"keep_months": months})
    assert answer.json()["data"]["keep_months"] == months
    told = service.json("expire", "--site", tracker["site_id"], "--apply")
    assert told["applied"] is True
    kept_from: str = told["trackers"][0]["kept_from"]
    return kept_from


def test_it_is_told_what_would_go_and_nothing_goes(alice: Account, tracker: Any) -> None:
    assert retention(alice, tracker) == {
        "keep_months": 0, "kept_from": None, "expired": [],
        "due": {"kept_from": None, "events": 0, "bots": 0, "visits": 0, "days": 0},
    }  # fmt: skip
    due = retention(alice, tracker, keep_months=2)["due"]
    assert (due["events"], due["bots"], due["visits"], due["days"]) == (4, 0, 3, 3)
    assert date.fromisoformat(day(64)) < date.fromisoformat(due["kept_from"])
    assert retention(alice, tracker, keep_months=12)["due"]["events"] == 0
    assert report(alice, tracker, period="all")["totals"]["pageviews"] == len(DAYS_AGO)


def test_events_go_and_numbers_stay(service: Service, alice: Account, tracker: Any) -> None:
    asked = {"from": day(300), "to": day(0), "interval": "month"}
    ours: list[dict[str, Any]] = [
        {**asked, "dimension": ["page", "source", "entry_page"]},
        {**asked, "filter": "page:is:/100", "dimension": "page"},
        {"period": "all"},
        {"from": day(100), "to": day(100), "interval": "day"},
    ]
    before = [stats(alice, tracker, **each).json()["data"] for each in ours]
    kept_from = expire(service, alice, tracker)
    assert [stats(alice, tracker, **each).json()["data"] for each in ours] == before
    # Of such a day there are no hours: days are what is shown unless hours are asked for.
    alone = stats(alice, tracker, **{"from": day(100), "to": day(100)}).json()["data"]
    assert (alone["period"]["interval"], alone["totals"]["pageviews"]) == ("day", 2)
    told = retention(alice, tracker)
    assert (told["keep_months"], told["kept_from"]) == (2, kept_from)
    (gone,) = told["expired"]
    assert (gone["kept_from"], gone["events"], gone["days"]) == (kept_from, 4, 3)
    assert told["due"]["events"] == 0
    assert alice.client.get(f"{TRACKERS}/{tracker['id']}").json()["data"]["kept_from"] == kept_from
    # A longer rule brings nothing back, and nothing that is late comes in.
    alice.client.patch(f"{TRACKERS}/{tracker['id']}", json={"keep_months": 0})
    service.command("expire", "--apply")
    assert retention(alice, tracker)["kept_from"] == kept_from
    assert [stats(alice, tracker, **each).json()["data"] for each in ours] == before


def stats(owner: Account, tracker: Any, **parameters: Any) -> httpx.Response:
    return owner.client.get(f"{TRACKERS}/{tracker['id']}/stats", params=parameters)


@pytest.mark.parametrize(
    ("parameters", "field", "what"),
    [
        ({"period": "12mo", "dimension": "prop:plan"}, "dimension", "prop:plan can be asked for"),
        ({"period": "12mo", "dimension": "page,os"}, "dimension", "page,os can be asked for"),
        ({"period": "12mo", "filter": "page:is:/"}, "dimension", "under this filter can be"),
        ({"period": "12mo", "filter": "page:is_not:/"}, "filter", "is:value can be asked for"),
        ({"period": "12mo", "verified": "1"}, "verified", "verified events can be asked for"),
        ({"period": "today", "compare": "2025-01-01..2025-01-01"}, "compare", "can be compared"),
    ],
)
def test_what_needs_events_names_the_day_it_can_be_asked_from(
    service: Service,
    alice: Account,
    tracker: Any,
    parameters: dict[str, str],
    field: str,
    what: str,
) -> None:
    kept_from = expire(service, alice, tracker)
    answer = stats(alice, tracker, **parameters)
    assert answer.status_code == 400
    ((named, message),) = [(each["field"], each["message"]) for each in answer.json()["details"]]
    assert named == field
    assert what in message
    assert f"from {kept_from} on: of earlier days only what they add up to is kept" in message
    asked = {**parameters, "from": kept_from, "to": day(0)}
    asked.pop("period")
    if field == "compare":
        asked["compare"] = f"{kept_from}..{day(3)}"
    assert stats(alice, tracker, **asked).status_code == 200


def test_hours_are_refused_where_they_are_asked_for(
    service: Service, alice: Account, tracker: Any
) -> None:
    expire(service, alice, tracker)
    asked = {"from": day(100), "to": day(100), "interval": "hour"}
    answer = stats(alice, tracker, **asked)
    assert answer.json()["details"][0]["field"] == "interval"
    public = httpx.get(
        f"{service.url}/api/public/stats", params={**asked, "site_id": tracker["site_id"]}
    )
    assert (public.status_code, public.json()) == (400, answer.json())


def test_what_is_late_is_told_counted_and_explained(
    service: Service, alice: Account, tracker: Any
) -> None:
    expire(service, alice, tracker)
    _until(lambda: send(alice, tracker, [100])["accepted"] == 0)
    told = send(alice, tracker, [100, 3, 200])
    assert told["accepted"] == 1
    assert told["dropped"] == [
        {"index": 0, "reason": "beyond_retention"}, {"index": 2, "reason": "beyond_retention"},
    ]  # fmt: skip
    one = {"site_id": tracker["site_id"], "url": "/", "timestamp": ago(100)}
    answer = alice.client.post("/api/public/collect?explain=1", json=one)
    assert answer.json()["data"]["dropped"] == "beyond_retention"
    assert report(alice, tracker, period="all")["totals"]["pageviews"] == len(DAYS_AGO) + 1

    def counted() -> bool:
        dropped = alice.client.get(
            f"{TRACKERS}/{tracker['id']}/dropped", params={"from": day(300), "to": day(0)}
        ).json()["data"]
        return any(
            each["reason"] == "beyond_retention" and each["count"] >= 3
            for each in dropped["reasons"]
        )

    _until(counted)


def _until(is_so: Any) -> None:
    end = time.monotonic() + 60
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.1)


def test_exports_and_erasures_of_paths_reach_back_to_the_first_day_that_is_kept(
    service: Service, alice: Account, tracker: Any
) -> None:
    kept_from = expire(service, alice, tracker)
    path = f"{TRACKERS}/{tracker['id']}"
    every = alice.client.get(f"{path}/export")
    assert len(every.text.splitlines()) == 1 + 2
    for asked, field in (
        ({"from": day(100), "to": day(0)}, "from"),
        ({"period": "12mo"}, "period"),
    ):
        answer = alice.client.get(f"{path}/export", params=asked)
        assert answer.status_code == 400
        assert answer.json()["details"] == [
            {"field": field, "message": f"events are kept from {kept_from} on"}
        ]
    for apply in (False, True):
        answer = alice.client.post(f"{path}/erase", json={"path": "/3", "apply": apply})
        assert answer.status_code == 400
        (detail,) = answer.json()["details"]
        assert detail["field"] == "path"
        assert f"can be erased from {kept_from} on" in detail["message"]
    within = {"path": "/3", "from": kept_from, "apply": True}
    assert alice.client.post(f"{path}/erase", json=within).json()["data"]["events"] == 1
    days = {"from": day(100), "to": day(100), "apply": True}
    assert alice.client.post(f"{path}/erase", json=days).json()["data"]["events"] == 2
    assert report(alice, tracker, period="all")["totals"]["pageviews"] == 3


def test_the_zone_stays_though_every_event_has_expired(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    send(alice, tracker, [100])
    expire(service, alice, tracker)
    path = f"{TRACKERS}/{tracker['id']}"
    assert alice.client.patch(path, json={"timezone": "Asia/Tokyo"}).status_code == 409
    assert report(alice, tracker, period="all")["totals"]["pageviews"] == 1


def test_a_service_does_it_by_itself(own_service: Service) -> None:
    owner = own_service.account("owner@example.com")
    tracker = new_tracker(owner, keep_months=2)
    assert send(owner, tracker, DAYS_AGO)["accepted"] == len(DAYS_AGO)
    own_service.stop()
    own_service.start()

    def events() -> int:
        told = own_service.json("expire", "--site", tracker["site_id"])
        return int(told["trackers"][0]["events"])

    _until(lambda: events() == 0)
    assert "events expired" in own_service.log.read_text()


@pytest.mark.parametrize(
    "asked", [{"keep_months": "x"}, {"keep_months": "-1"}, {"keep_months": "1201"}, {"months": "1"}]
)
def test_wrong_questions_are_named(alice: Account, tracker: Any, asked: dict[str, str]) -> None:
    answer = alice.client.get(f"{TRACKERS}/{tracker['id']}/retention", params=asked)
    assert (answer.status_code, answer.json()["details"][0]["field"]) == (400, next(iter(asked)))


def test_wrong_rules_are_named(alice: Account, tracker: Any) -> None:
    for wrong in (-1, 1201, 1.5, "two", True):
        answer = alice.client.patch(f"{TRACKERS}/{tracker['id']}", json={"keep_months": wrong})
        assert answer.status_code == 400, wrong
        assert answer.json()["details"][0]["field"] == "keep_months"


def test_it_is_for_the_owner(bob: Account, charlie: Account, tracker: Any) -> None:
    for other in (bob, charlie):
        answer = other.client.get(f"{TRACKERS}/{tracker['id']}/retention")
        assert answer.status_code == 404
