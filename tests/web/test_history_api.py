"""``POST /api/v1/trackers/{id}/regroup``, through the running service."""

from __future__ import annotations

import uuid
from typing import Any

import httpx
import pytest

from tests.support.service import Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

TRACKERS = "/api/v1/trackers"
GROUP = "/user/*"
NOTHING = {"applied": False, "events": 0, "pages": [], "rows": 0, "kept_from": None}
FOUND = [
    {"path": f"/user/{number}", "page": f"/user/{number}", "becomes": GROUP, "pageviews": views}
    for number, views in ((8, 2), (7, 1))
]
BEFORE = {"/user/7": 1, "/user/8": 2, "/about": 1}
AFTER = {GROUP: 3, "/about": 1}


@pytest.fixture
def tracker(service: Service, alice: Account) -> Any:
    """A tracker of Alice's with pageviews, a custom event and a program's."""
    made = new_tracker(alice)
    for path in ("/user/7", "/user/8", "/user/8", "/about"):
        collect(service, made, path)
    collect(service, made, "/user/7", name="buy")
    service.collect({"site_id": made["site_id"], "url": "/user/8"}, user_agent="curl/8.5.0")
    return made


def collect(service: Service, tracker: Any, path: str, **fields: str) -> None:
    event = {"site_id": tracker["site_id"], "url": path, **fields}
    assert service.collect(event).json()["data"]["accepted"] == 1


def regroup(account: Account, tracker: Any, **body: Any) -> Any:
    answer = account.client.post(f"{TRACKERS}/{tracker['id']}/regroup", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def pages(account: Account, tracker: Any) -> dict[str, int]:
    rows = report(account, tracker, dimension="page")["breakdowns"]["page"]
    return {row["value"]: row["pageviews"] for row in rows}


def groups(account: Account, tracker: Any) -> Any:
    answer = account.client.get(f"{TRACKERS}/{tracker['id']}")
    return answer.json()["data"]["page_rules"]["groups"]


def test_a_preview_changes_nothing(alice: Account, tracker: Any) -> None:
    found = {**NOTHING, "pages": FOUND, "rows": 2}
    assert regroup(alice, tracker) == NOTHING
    for body in ({"groups": [GROUP]}, {"groups": [GROUP], "apply": None, "site": "x"}):
        assert regroup(alice, tracker, **body) == found
    assert (pages(alice, tracker), groups(alice, tracker)) == (BEFORE, [])


def test_given_groups_become_the_trackers_own(
    service: Service, alice: Account, tracker: Any
) -> None:
    client = alice.client
    client.patch(f"{TRACKERS}/{tracker['id']}", json={"page_rules": {"strip_slash": True}})
    applied = regroup(alice, tracker, groups=[GROUP], apply=True)
    # Three pageviews, a custom event, a program's.
    assert applied == {**NOTHING, "applied": True, "events": 5, "pages": FOUND, "rows": 2}
    assert (pages(alice, tracker), groups(alice, tracker)) == (AFTER, [GROUP])
    collect(service, tracker, "/user/9/")
    assert pages(alice, tracker) == {**AFTER, GROUP: 4}
    again = {**NOTHING, "applied": True}
    assert regroup(alice, tracker, groups=[GROUP], apply=True) == again


def test_without_groups_the_trackers_own_are_applied(alice: Account, tracker: Any) -> None:
    path = f"{TRACKERS}/{tracker['id']}"
    alice.client.patch(path, json={"page_rules": {"groups": [GROUP]}})
    assert regroup(alice, tracker)["pages"] == FOUND
    assert pages(alice, tracker) == BEFORE
    assert regroup(alice, tracker, groups=None, apply=True)["events"] == 5
    assert pages(alice, tracker) == AFTER
    assert regroup(alice, tracker, groups=[], apply=True)["rows"] == 2
    assert (pages(alice, tracker), groups(alice, tracker)) == (BEFORE, [])


def test_the_first_100_pages_are_shown(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    site_id = tracker["site_id"]
    events = [{"site_id": site_id, "url": f"/{number}"} for number in range(101)]
    service.collect({"events": events})
    found = regroup(alice, tracker, groups=["/*"])
    assert (len(found["pages"]), found["rows"]) == (100, 101)


WRONG: list[tuple[Any, list[str]]] = [
    ({"groups": "/user/*"}, ["groups"]),
    ({"groups": ["user"]}, ["groups"]),
    ({"groups": [GROUP, GROUP]}, ["groups"]),
    ({"groups": [7], "apply": "yes"}, ["groups", "apply"]),
    ({"apply": 1}, ["apply"]),
    ([], []),
]


@pytest.mark.parametrize(("body", "fields"), WRONG)
def test_every_wrong_field_is_named_and_nothing_changes(
    alice: Account, tracker: Any, body: Any, fields: list[str]
) -> None:
    path = f"{TRACKERS}/{tracker['id']}/regroup"
    sent = {"groups": [GROUP], "apply": True, **body} if body else body
    answer = alice.client.post(path, json=sent)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert [each["field"] for each in answer.json().get("details", [])] == fields
    assert all(f"{field}: " in answer.json()["message"] for field in fields)
    assert (pages(alice, tracker), groups(alice, tracker)) == (BEFORE, [])


@pytest.mark.parametrize("body", [{}, {"apply": True}, {"groups": ["/**"], "apply": True}])
def test_history_is_its_owners_alone(
    alice: Account, bob: Account, charlie: Account, tracker: Any, body: dict[str, Any]
) -> None:
    for stranger in (bob, charlie):
        for tracker_id in (tracker["id"], str(uuid.uuid4()), "x"):
            answer = stranger.client.post(f"{TRACKERS}/{tracker_id}/regroup", json=body)
            assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert (pages(alice, tracker), groups(alice, tracker)) == (BEFORE, [])


def test_it_needs_the_write_scope_and_json(service: Service, alice: Account, tracker: Any) -> None:
    path = f"{service.url}{TRACKERS}/{tracker['id']}/regroup"
    made = service.json("token", "new", "--user", alice.email, "--name", "x", "--scope", "read")
    for token, sent, status in (
        ("x", {"json": {}}, 401),
        (made["token"], {"json": {}}, 403),
        (alice.token, {"content": b"{}"}, 415),
        (alice.token, {"json": {"groups": ["/" * (1 << 20)]}}, 413),
    ):
        answer = httpx.post(path, headers={"authorization": f"Bearer {token}"}, **sent)
        assert answer.status_code == status
