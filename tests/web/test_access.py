"""Who may see what: Alice owns it, Bob owns something else, Charlie owns nothing.

The routes come from the service's own document, so one that has no case here fails the suite.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.service import Account, Service

pytestmark = pytest.mark.service

TRACKERS = "/api/v1/trackers"
NEW = {"name": "New", "domain": "new.example"}
NOTE = {"day": "2026-10-25", "text": "Launch"}
# The annotation of each of Alice's trackers.
NOTES: dict[str, str] = {}


class Route(NamedTuple):
    """A request on a route, and what it answers who owns what it names."""

    method: str
    path: str
    status: int
    body: dict[str, Any] | None = None


# Routes that name a tracker: a stranger must not learn whether it is there.
NAMING = [
    Route("GET", f"{TRACKERS}/{{tracker_id}}", 200),
    Route("PATCH", f"{TRACKERS}/{{tracker_id}}", 200, {"name": "Renamed"}),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/stats", 200),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/dropped", 200),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/retention", 200),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/export", 200),
    Route("POST", f"{TRACKERS}/{{tracker_id}}/regroup", 200, {}),
    Route("POST", f"{TRACKERS}/{{tracker_id}}/erase", 200, {"path": "/"}),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/old-counters", 200),
    Route("PUT", f"{TRACKERS}/{{tracker_id}}/old-counters/{{number}}", 200, {}),
    Route("DELETE", f"{TRACKERS}/{{tracker_id}}/old-counters/{{number}}", 204),
    Route("GET", f"{TRACKERS}/{{tracker_id}}/annotations", 200),
    Route("POST", f"{TRACKERS}/{{tracker_id}}/annotations", 201, NOTE),
    Route("PATCH", f"{TRACKERS}/{{tracker_id}}/annotations/{{annotation_id}}", 200, NOTE),
    Route("DELETE", f"{TRACKERS}/{{tracker_id}}/annotations/{{annotation_id}}", 204),
    Route("POST", f"{TRACKERS}/{{tracker_id}}/signing-secret", 201),
    Route("DELETE", f"{TRACKERS}/{{tracker_id}}/signing-secret", 204),
    Route("DELETE", f"{TRACKERS}/{{tracker_id}}", 204),
]
# Routes that name nothing: each user gets their own.
OWN = [
    Route("GET", TRACKERS, 200),
    Route("POST", TRACKERS, 201, NEW),
    Route("GET", "/api/v1/me", 200),
]
# Routes that need no token; ``test_private_stats…`` below and the tests of each are about them.
PUBLIC = {
    ("GET", "/api/public/stats"),
    ("GET", "/api/public/live"),
    ("GET", "/api/public/collect"),
    ("POST", "/api/public/collect"),
}
METHODS = {"get", "post", "put", "patch", "delete", "head", "options", "trace"}


@pytest.fixture
def public(service: Service) -> Iterator[httpx.Client]:
    """Anyone."""
    with httpx.Client(base_url=service.url) as client:
        yield client


@pytest.fixture
def hers(alice: Account) -> Iterator[Any]:
    """A tracker of Alice's that is not public."""
    fields = {"name": "Hers", "domain": f"{uuid.uuid4().hex}.example", "public_stats": False}
    made = alice.client.post(TRACKERS, json=fields).json()["data"]
    noted = alice.client.post(f"{TRACKERS}/{made['id']}/annotations", json=NOTE).json()["data"]
    NOTES[made["id"]] = noted["id"]
    yield made
    alice.client.delete(f"{TRACKERS}/{made['id']}")


def test_every_route_of_the_document_has_a_case(service: Service) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()
    operations = {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in METHODS
    }
    authenticated = {(route.method, route.path) for route in (*NAMING, *OWN)}
    assert set(operations) - PUBLIC == authenticated
    for route in authenticated:
        assert operations[route]["security"] == [{"bearer": []}]
    for route in PUBLIC & set(operations):
        assert {} in operations[route]["security"]


@pytest.mark.parametrize("route", [*NAMING, *OWN], ids=lambda route: f"{route.method} {route.path}")
def test_nobody_without_a_token_gets_in(service: Service, hers: Any, route: Route) -> None:
    with httpx.Client(base_url=service.url) as nobody:
        missing = _send(nobody, route, str(uuid.uuid4()))
        answer = _send(nobody, route, hers["id"])
    assert answer.status_code == 401
    assert answer.content == missing.content
    assert _told(answer) == _told(missing)


@pytest.mark.parametrize("route", NAMING, ids=lambda route: f"{route.method} {route.path}")
def test_the_owner_gets_in(alice: Account, hers: Any, route: Route) -> None:
    assert _send(alice.client, route, hers["id"]).status_code == route.status


@pytest.mark.parametrize("route", NAMING, ids=lambda route: f"{route.method} {route.path}")
@pytest.mark.parametrize("stranger", ["bob", "charlie"])
def test_a_stranger_cannot_tell_what_exists(
    request: pytest.FixtureRequest, alice: Account, hers: Any, route: Route, stranger: str
) -> None:
    account: Account = request.getfixturevalue(stranger)
    missing = _send(account.client, route, str(uuid.uuid4()))
    answer = _send(account.client, route, hers["id"])
    assert answer.status_code == 404
    assert answer.content == missing.content
    assert _told(answer) == _told(missing)
    assert alice.client.get(f"{TRACKERS}/{hers['id']}").json()["data"] == hers


@pytest.mark.parametrize("stranger", ["bob", "charlie"])
def test_a_strangers_wrong_request_tells_nothing_either(
    request: pytest.FixtureRequest, hers: Any, stranger: str
) -> None:
    client = request.getfixturevalue(stranger).client
    wrong: list[tuple[str, dict[str, Any], int]] = [
        ("", {"method": "PATCH", "json": {"timezone": "Mars"}}, 400),
        ("", {"method": "PATCH", "json": {"timezone": "Asia/Tokyo"}}, 404),
        ("", {"method": "PATCH", "content": b"{}"}, 415),
        ("/stats?period=soon", {"method": "GET"}, 400),
        ("/stats?dimension=page", {"method": "GET"}, 404),
    ]
    for rest, sent, status in wrong:
        missing = client.request(url=f"{TRACKERS}/{uuid.uuid4()}{rest}", **sent)
        answer = client.request(url=f"{TRACKERS}/{hers['id']}{rest}", **sent)
        assert answer.status_code == status
        assert answer.content == missing.content
        assert _told(answer) == _told(missing)


def test_lists_do_not_mix(alice: Account, bob: Account, charlie: Account, hers: Any) -> None:
    his = bob.client.post(TRACKERS, json={"name": "His", "domain": hers["domain"]}).json()["data"]
    listed = {
        account.email: {each["id"] for each in account.client.get(TRACKERS).json()["data"]}
        for account in (alice, bob, charlie)
    }
    assert hers["id"] in listed[alice.email]
    assert his["id"] in listed[bob.email]
    assert listed[alice.email] & listed[bob.email] == set()
    assert listed[charlie.email] == set()
    bob.client.delete(f"{TRACKERS}/{his['id']}")


def test_what_one_adds_is_ones_own(alice: Account, bob: Account) -> None:
    made = bob.client.post(TRACKERS, json={**NEW, "user_id": "alice", "id": "x"}).json()["data"]
    assert alice.client.get(f"{TRACKERS}/{made['id']}").status_code == 404
    assert bob.client.delete(f"{TRACKERS}/{made['id']}").status_code == 204


def test_each_is_told_of_oneself(alice: Account, bob: Account, charlie: Account) -> None:
    for account in (alice, bob, charlie):
        assert account.client.get("/api/v1/me").json()["data"]["email"] == account.email


def test_private_stats_are_as_missing_as_those_of_no_tracker(
    public: httpx.Client, alice: Account, bob: Account, hers: Any
) -> None:
    for client in (public, bob.client):
        for rest in ("", "&period=7d&metrics=visitors", "&dimension=page", "&period=soon"):
            missing = client.get(f"/api/public/stats?site_id=ezi_000000000000{rest}")
            answer = client.get(f"/api/public/stats?site_id={hers['site_id']}{rest}")
            assert answer.status_code == (400 if "soon" in rest else 404)
            assert answer.content == missing.content
            assert _told(answer) == _told(missing)
    own = alice.client.get(f"/api/public/stats?site_id={hers['site_id']}")
    assert own.status_code == 200


def test_stats_that_are_public_are_anyones(
    public: httpx.Client, bob: Account, alice: Account
) -> None:
    fields = {"name": "Open", "domain": f"{uuid.uuid4().hex}.example"}
    made = alice.client.post(TRACKERS, json=fields).json()["data"]
    path = f"/api/public/stats?site_id={made['site_id']}"
    for client in (public, bob.client, alice.client):
        assert client.get(path).status_code == 200
    assert bob.client.get(f"{TRACKERS}/{made['id']}/stats").status_code == 404


def test_only_the_owners_token_may_name_a_visitor(
    service: Service, alice: Account, bob: Account, hers: Any
) -> None:
    event = {"site_id": hers["site_id"], "url": "/", "client_ip": "192.0.2.7", "user_agent": "x"}
    assert httpx.post(f"{service.url}/api/public/collect", json=event).status_code == 400
    assert bob.client.post("/api/public/collect", json=event).status_code == 400
    assert alice.client.post("/api/public/collect", json=event).status_code == 202


def test_v1_is_for_no_other_sites_pages_and_public_is_for_all(
    service: Service, alice: Account
) -> None:
    headers = {"origin": "https://elsewhere.example"}
    for route in (*NAMING, *OWN):
        ids = {"tracker_id": uuid.uuid4(), "annotation_id": uuid.uuid4()}
        path = route.path.format(number=7, **ids)
        for method in ("GET", "OPTIONS", "PUT"):
            answer = alice.client.request(method, path, headers=headers)
            assert not [name for name in answer.headers if name.startswith("access-control")]
    for path in ("/api/public/stats", "/api/public/collect"):
        for method in ("GET", "OPTIONS", "PUT"):
            answer = httpx.request(method, f"{service.url}{path}", headers=headers)
            assert answer.headers["access-control-allow-origin"] == "*"


def _send(client: httpx.Client, route: Route, tracker_id: str) -> httpx.Response:
    note = NOTES.get(tracker_id, str(uuid.UUID(int=7)))
    path = route.path.format(tracker_id=tracker_id, number=7, annotation_id=note)
    return client.request(route.method, path, json=route.body)


def _told(answer: httpx.Response) -> list[tuple[str, str]]:
    """The headers that an answer may be told apart by."""
    changing = {"date", "ratelimit"}
    return [(name, value) for name, value in answer.headers.multi_items() if name not in changing]
