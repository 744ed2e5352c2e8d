"""``POST /api/v1/trackers/{id}/erase``, through the running service."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.support.service import Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

TRACKERS = "/api/v1/trackers"
PAGES = {"/people/kim": 1, "/people/lee": 1, "/about": 1}


@pytest.fixture
def tracker(service: Service, alice: Account) -> Any:
    made = new_tracker(alice)
    for path in PAGES:
        event = {"site_id": made["site_id"], "url": path}
        assert service.collect(event).json()["data"]["accepted"] == 1
    service.collect({"site_id": made["site_id"], "url": "/people/kim"}, user_agent="curl/8.5.0")
    return made


def erase(account: Account, tracker: Any, **body: Any) -> Any:
    answer = account.client.post(f"{TRACKERS}/{tracker['id']}/erase", json=_named(body))
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def _named(body: dict[str, Any]) -> dict[str, Any]:
    return {name.rstrip("_"): value for name, value in body.items()}


def pages(account: Account, tracker: Any) -> dict[str, int]:
    rows = report(account, tracker, dimension="page")["breakdowns"]["page"]
    return {row["value"]: row["pageviews"] for row in rows}


def test_it_is_told_how_much_there_is_and_nothing_goes(alice: Account, tracker: Any) -> None:
    told = erase(alice, tracker, path="/people/*")
    assert told == {
        "applied": False, "receipt": None, "erased_at": None, "bytes_gone": False,
        "events": 2, "bots": 1, "dropped": 0, "visits": 0, "days": 1,
    }  # fmt: skip
    assert pages(alice, tracker) == PAGES


def test_a_path_goes_and_what_went_is_told_under_its_receipt(alice: Account, tracker: Any) -> None:
    told = erase(alice, tracker, path="/people/*", apply=True)
    assert (told["applied"], told["events"], told["bots"]) == (True, 2, 1)
    assert pages(alice, tracker) == {"/about": 1}
    again = erase(alice, tracker, path="/people/*", apply=True, receipt=told["receipt"])
    assert again == {**told, "bytes_gone": again["bytes_gone"]}
    assert erase(alice, tracker, path="/people/*")["events"] == 0


def test_under_a_receipt_of_the_senders_nothing_is_erased_twice(
    service: Service, alice: Account, tracker: Any
) -> None:
    asked = {"path": "/people/kim", "apply": True, "receipt": "the_first-1"}
    assert erase(alice, tracker, **asked)["events"] == 1
    service.collect({"site_id": tracker["site_id"], "url": "/people/kim"})
    assert erase(alice, tracker, **asked)["events"] == 1
    assert pages(alice, tracker)["/people/kim"] == 1
    # Another tracker's erasures have names of their own.
    other = new_tracker(alice)
    assert erase(alice, other, **asked)["events"] == 0


def test_days_go_with_the_counts_of_what_was_dropped(alice: Account, tracker: Any) -> None:
    told = erase(alice, tracker, from_="2001-01-01", apply=True)
    assert (told["events"], told["bots"], told["visits"], told["days"]) == (3, 1, 1, 1)
    assert pages(alice, tracker) == {}
    assert erase(alice, tracker, to="2001-01-01")["days"] == 0


WRONG: list[tuple[Any, list[str]]] = [
    ({}, []),
    ({"from": "2026-13-01"}, ["from"]),
    ({"from": 7, "to": "yesterday"}, ["from", "to"]),
    ({"from": "2026-02-02", "to": "2026-02-01"}, ["to"]),
    ({"path": "people"}, ["path"]),
    ({"path": "/a*b"}, ["path"]),
    ({"path": "/" * 2001}, ["path"]),
    ({"path": "/a\u0000"}, ["path"]),
    ({"path": ["/"]}, ["path"]),
    ({"path": "/", "apply": "yes"}, ["apply"]),
    ({"path": "/", "receipt": "no spaces"}, ["receipt"]),
    ({"path": "/", "receipt": 7}, ["receipt"]),
    ([], []),
]


@pytest.mark.parametrize(("body", "fields"), WRONG)
def test_every_wrong_field_is_named_and_nothing_goes(
    alice: Account, tracker: Any, body: Any, fields: list[str]
) -> None:
    sent = {"apply": True, **body} if isinstance(body, dict) else body
    answer = alice.client.post(f"{TRACKERS}/{tracker['id']}/erase", json=sent)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert [each["field"] for each in answer.json().get("details", [])] == fields
    assert pages(alice, tracker) == PAGES


def test_history_is_its_owners_alone(
    alice: Account, bob: Account, charlie: Account, tracker: Any
) -> None:
    body = {"path": "/*", "apply": True}
    for stranger in (bob, charlie):
        for tracker_id in (tracker["id"], str(uuid.uuid4()), "x"):
            answer = stranger.client.post(f"{TRACKERS}/{tracker_id}/erase", json=body)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert pages(alice, tracker) == PAGES


def test_it_needs_the_write_scope(service: Service, alice: Account, tracker: Any) -> None:
    path = f"{service.url}{TRACKERS}/{tracker['id']}/erase"
    made = service.json("token", "new", "--user", alice.email, "--name", "x", "--scope", "read")
    answer = httpx.post(
        path, json={"path": "/"}, headers={"authorization": f"Bearer {made['token']}"}
    )
    assert answer.status_code == 403
