"""``/api/v1/trackers``, through the running service."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.service import Account, Service

pytestmark = pytest.mark.service

FIELDS = ["id", "name", "domain", "site_id", "created_at"]
SETTINGS = ["timezone", "hostnames", "public_stats"]
RULES = ["page_rules", "exclusions", "respect_gpc", "respect_dnt", "places"]
LATER = ["counter", "counter_start", "aliases", "keep_months", "kept_from"]
SECRETS = ["signing", "opt_out_url"]
TRACKERS = "/api/v1/trackers"


@pytest.fixture(scope="module")
def owner(service: Service) -> Account:
    """An account that no other file adds trackers to."""
    return service.account("trackers@example.com")


@pytest.fixture
def tracker(owner: Account) -> Any:
    """A fresh tracker."""
    return _add(owner, domain=f"{uuid.uuid4().hex}.example")


def test_an_empty_account_has_an_empty_list(charlie: Account) -> None:
    answer = charlie.client.get(TRACKERS)
    assert (answer.status_code, answer.json()) == (200, {"data": []})
    assert answer.headers["content-type"] == "application/json"


def test_the_list_has_exactly_five_fields_each(owner: Account, tracker: Any) -> None:
    answer = owner.client.get(TRACKERS)
    assert answer.status_code == 200
    assert list(answer.json()) == ["data"]
    listed = answer.json()["data"]
    assert [list(each) for each in listed] == [FIELDS] * len(listed)
    assert {name: tracker[name] for name in FIELDS} in listed


def test_the_formats_are_those_of_the_reference(owner: Account) -> None:
    before = datetime.now(UTC)
    made = _add(owner, name="My blog", domain="formats.example")
    after = datetime.now(UTC)
    assert str(uuid.UUID(made["id"])) == made["id"]
    assert re.fullmatch(r"ezi_[0-9a-f]{12}", made["site_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", made["created_at"])
    created = datetime.fromisoformat(made["created_at"])
    # Times are told to the millisecond below.
    assert before.timestamp() - 0.001 <= created.timestamp() <= after.timestamp()
    assert (made["name"], made["domain"]) == ("My blog", "formats.example")


def test_the_list_is_by_age_then_id(owner: Account) -> None:
    for number in range(5):
        _add(owner, domain=f"order-{number}.example")
    listed = [
        (each["created_at"], each["id"]) for each in owner.client.get(TRACKERS).json()["data"]
    ]
    assert listed == sorted(listed)
    assert len(listed) >= 5


def test_one_tracker_carries_its_settings_too(owner: Account, tracker: Any) -> None:
    answer = owner.client.get(f"{TRACKERS}/{tracker['id']}")
    assert answer.status_code == 200
    assert answer.json() == {"data": tracker}
    assert list(tracker) == FIELDS + SETTINGS + RULES + LATER + SECRETS
    assert [tracker[name] for name in SETTINGS] == ["UTC", [], True]


def test_a_tracker_is_made_with_what_is_given(owner: Account) -> None:
    answer = owner.client.post(
        TRACKERS,
        json={
            "name": "  Shop ",
            "domain": "shop.example",
            "timezone": "Europe/Berlin",
            "hostnames": ["www.checkout.example", "B.example"],
            "public_stats": False,
            "unknown": {"is": "ignored"},
        },
    )
    assert answer.status_code == 201
    made = answer.json()["data"]
    assert made["name"] == "Shop"
    assert [made[name] for name in SETTINGS] == [
        "Europe/Berlin", ["b.example", "checkout.example"], False,
    ]  # fmt: skip
    assert owner.client.get(f"{TRACKERS}/{made['id']}").json()["data"] == made


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("https://scheme.example/shop?a=b#c", "scheme.example"),
        ("www.Upper.EXAMPLE", "upper.example"),
        ("HTTP://user@port.example:8080", "port.example"),
        ("https://www.Bücher.example/", "xn--bcher-kva.example"),
        ("dot.example.", "dot.example"),
    ],
)
def test_a_domain_is_brought_to_one_form(owner: Account, typed: str, domain: str) -> None:
    made = _add(owner, domain=typed)
    assert made["domain"] == domain
    again = owner.client.post(TRACKERS, json={"name": "x", "domain": domain.upper()})
    assert (again.status_code, again.json()["error"]) == (409, "conflict")


def test_a_change_is_of_what_is_given_alone(owner: Account, tracker: Any) -> None:
    path = f"{TRACKERS}/{tracker['id']}"
    change = {"name": "New", "hostnames": ["a.example"], "timezone": None}
    changed = owner.client.patch(path, json=change)
    assert changed.status_code == 200
    assert changed.json()["data"] == {**tracker, "name": "New", "hostnames": ["a.example"]}
    assert owner.client.patch(path, json={}).json() == changed.json()
    emptied = owner.client.patch(path, json={"hostnames": []})
    assert emptied.json()["data"] == {**tracker, "name": "New"}
    assert owner.client.get(path).json() == emptied.json()


def test_id_and_site_id_and_age_cannot_be_changed(owner: Account, tracker: Any) -> None:
    change = {"id": str(uuid.uuid4()), "site_id": "ezi_000000000000", "created_at": "2020"}
    answer = owner.client.patch(f"{TRACKERS}/{tracker['id']}", json={**change, "user_id": "x"})
    assert answer.json()["data"] == tracker


def test_a_domain_is_tracked_once_by_an_account(owner: Account, bob: Account) -> None:
    _add(owner, domain="taken.example")
    answer = owner.client.post(TRACKERS, json={"name": "x", "domain": "https://www.taken.example"})
    assert (answer.status_code, answer.json()) == (
        409,
        {
            "error": "conflict",
            "message": "This account has a tracker for taken.example already.",
        },
    )
    other = _add(owner, domain="free.example")
    moved = owner.client.patch(f"{TRACKERS}/{other['id']}", json={"domain": "taken.example"})
    assert moved.status_code == 409
    assert _add(bob, domain="taken.example")["domain"] == "taken.example"


def test_the_time_zone_stays_once_there_are_events(
    service: Service, owner: Account, tracker: Any
) -> None:
    path = f"{TRACKERS}/{tracker['id']}"
    moved = owner.client.patch(path, json={"timezone": "Europe/Berlin"})
    assert moved.json()["data"]["timezone"] == "Europe/Berlin"
    assert service.collect({"site_id": tracker["site_id"], "url": "/"}).status_code == 202
    refused = owner.client.patch(path, json={"timezone": "UTC", "name": "New"})
    assert (refused.status_code, refused.json()) == (
        409,
        {
            "error": "conflict",
            "message": "The time zone cannot change once the tracker has events.",
        },
    )
    same = owner.client.patch(path, json={"timezone": "Europe/Berlin", "name": "Same zone"})
    assert same.json()["data"]["name"] == "Same zone"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("tracker_id", ["1", "not-a-uuid", "%00", "%ff", "ezi_91bb8a0f41ea"])
def test_an_id_that_is_no_uuid_is_missing_like_any_other(
    owner: Account, method: str, tracker_id: str
) -> None:
    body = {"name": "x"} if method == "PATCH" else None
    unknown = owner.client.request(method, f"{TRACKERS}/{uuid.uuid4()}", json=body)
    answer = owner.client.request(method, f"{TRACKERS}/{tracker_id}", json=body)
    assert (answer.status_code, answer.content) == (404, unknown.content)


def test_a_tracker_cannot_be_had_by_its_site_id_or_another_spelling_of_its_id(
    owner: Account, tracker: Any
) -> None:
    for tracker_id in (tracker["site_id"], tracker["id"].replace("-", ""), f"{tracker['id']}x"):
        assert owner.client.get(f"{TRACKERS}/{tracker_id}").status_code == 404


def test_deleting_takes_the_events_too_and_the_domain_is_free_again(
    service: Service, owner: Account
) -> None:
    first = _add(owner, domain="deleted.example")
    assert service.collect({"site_id": first["site_id"], "url": "/"}).status_code == 202
    assert _pageviews(service, owner, first) == 1

    answer = owner.client.delete(f"{TRACKERS}/{first['id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert owner.client.get(f"{TRACKERS}/{first['id']}").status_code == 404
    assert first["id"] not in {each["id"] for each in owner.client.get(TRACKERS).json()["data"]}
    assert service.collect({"site_id": first["site_id"], "url": "/"}).status_code == 404
    stats = httpx.get(f"{service.url}/api/public/stats?site_id={first['site_id']}")
    assert stats.status_code == 404

    second = _add(owner, domain="deleted.example")
    assert {second["id"], second["site_id"]}.isdisjoint({first["id"], first["site_id"]})
    assert _pageviews(service, owner, second) == 0
    assert service.collect({"site_id": second["site_id"], "url": "/"}).status_code == 202
    assert _pageviews(service, owner, second) == 1


def test_a_new_tracker_collects_and_a_private_one_hides_at_once(
    service: Service, owner: Account
) -> None:
    for number in range(5):
        made = _add(owner, domain=f"at-once-{number}.example")
        url = f"{service.url}/api/public/stats?site_id={made['site_id']}"
        assert service.collect({"site_id": made["site_id"], "url": "/"}).status_code == 202
        assert httpx.get(url).status_code == 200
        owner.client.patch(f"{TRACKERS}/{made['id']}", json={"public_stats": False})
        assert httpx.get(url).status_code == 404
        owner.client.patch(f"{TRACKERS}/{made['id']}", json={"public_stats": True})
        assert httpx.get(url).status_code == 200


def _add(account: Account, domain: str, name: str = "A site") -> Any:
    answer = account.client.post(TRACKERS, json={"name": name, "domain": domain})
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def _pageviews(service: Service, account: Account, tracker: Any) -> int:
    answer = account.client.get(f"{TRACKERS}/{tracker['id']}/stats", params={"period": "today"})
    views: int = answer.json()["data"]["totals"]["pageviews"]
    return views
