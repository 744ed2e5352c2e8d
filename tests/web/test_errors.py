"""Errors: one shape, one table, on every route; and what is told first."""

from __future__ import annotations

import re
import time
import uuid
from typing import Any, NamedTuple

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service

pytestmark = pytest.mark.service

NO_TOKEN = "Missing or invalid Bearer token. Create one in your dashboard under the Tokens tab."
NOTHING = "There is nothing here, or your token has no access to it."
JSON_ALONE = "application/json"
JSON = {"content-type": JSON_ALONE}
MIB = 1 << 20


class World(NamedTuple):
    """What the cases are made of."""

    service: Service
    owner: Account
    reader: str
    writer: str
    revoked: str
    tracker: dict[str, Any]
    other: dict[str, Any]

    def send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Send a request as the owner, unless it says otherwise."""
        headers = {"authorization": f"Bearer {self.owner.token}", **request.pop("headers", {})}
        return httpx.request(
            method,
            self.service.url + path.format(**self.tracker),
            headers={name: value for name, value in headers.items() if value is not None},
            timeout=30,
            **request,
        )


@pytest.fixture(scope="module")
def world(service: Service, request: pytest.FixtureRequest) -> World:
    # Other files' tests of the same service have a world of their own.
    owner = service.account(f"{request.module.__name__.rpartition('.')[2]}@example.com")

    def token(scope: str) -> Any:
        return service.json("token", "new", "--user", owner.email, "--name", "x", "--scope", scope)

    revoked = token("read")
    service.command("token", "revoke", revoked["id"])
    return World(
        service,
        owner,
        token("read")["token"],
        token("write")["token"],
        revoked["token"],
        service.tracker(owner.email, "errors.example"),
        service.tracker(owner.email, "taken.example"),
    )


# Every route, with a request that is right but for what a case makes wrong.
Route = tuple[str, str, dict[str, Any]]
LIST: Route = ("GET", "/api/v1/trackers", {})
ADD: Route = ("POST", "/api/v1/trackers", {"json": {"name": "x", "domain": "new.example"}})
ONE: Route = ("GET", "/api/v1/trackers/{id}", {})
CHANGE: Route = ("PATCH", "/api/v1/trackers/{id}", {"json": {"name": "x"}})
REMOVE: Route = ("DELETE", "/api/v1/trackers/00000000-0000-4000-8000-000000000000", {})
STATS: Route = ("GET", "/api/v1/trackers/{id}/stats", {})
ME: Route = ("GET", "/api/v1/me", {})
PUBLIC: Route = ("GET", "/api/public/stats?site_id={site_id}", {})
COLLECT: Route = (
    "POST",
    "/api/public/collect",
    {"json": {"site_id": "ezi_000000000000", "url": "/"}},
)
PIXEL: Route = ("GET", "/api/public/collect?site_id=ezi_000000000000&url=/", {})
BEARER = [LIST, ADD, ONE, CHANGE, REMOVE, STATS, ME]
READ, WRITE = [LIST, ONE, STATS, ME], [ADD, CHANGE, REMOVE]
LIVE: Route = ("GET", "/api/public/live?site_id={site_id}", {})
EVERY = [*BEARER, PUBLIC, LIVE, COLLECT, PIXEL]
NOWHERE = "/api/v1/trackers/00000000-0000-4000-8000-000000000000"


def name_of(case: Any) -> str:
    return " ".join(str(part) for part in case) if isinstance(case, tuple) else str(case)


def refused(answer: httpx.Response, status: int, code: str, *fields: str) -> str:
    """Check the one shape; returns the message."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert list(body) == ["error", "message", *(["details"] if fields else [])]
    assert body["error"] == code
    for detail in body.get("details", []):
        assert list(detail) == ["field", "message"]
    assert [detail["field"] for detail in body.get("details", [])] == list(fields)
    _leaks_nothing(answer.text)
    message = body["message"]
    assert isinstance(message, str)
    assert message
    return message


_OURS_ALONE = re.compile(
    r"traceback|litestar|msgspec|sqlalchemy|sqlite|duckdb|uvicorn|exception|site-packages|\.py\b"
    r"|\bselect\b|\binsert\b|constraint|/home|/root|/tmp|/usr|object at 0x|validation|expected `"
    r"|expected .* got|NoneType|\bstr\b|\bint\b",
    re.IGNORECASE,
)


def _leaks_nothing(text: str) -> None:
    assert not _OURS_ALONE.search(text), text


@pytest.mark.parametrize("route", BEARER, ids=name_of)
@pytest.mark.parametrize(
    "authorization",
    [
        None, "", "Bearer", "Bearer x", "Basic {token}", "{token}", "Bearer{token}",
        "Bearer {token}0", "Bearer {upper}", "Bearer {revoked}", "Bearer {token}, Bearer {token}",
    ],
)  # fmt: skip
def test_401_without_a_good_token(world: World, route: Route, authorization: str | None) -> None:
    method, path, request = route
    if authorization is not None:
        token = world.owner.token
        authorization = authorization.format(
            token=token, upper=token.upper(), revoked=world.revoked
        )
    answer = world.send(method, path, headers={"authorization": authorization}, **request)
    _assert_unauthorized(answer)


@pytest.mark.parametrize("route", [PUBLIC, COLLECT, PIXEL], ids=name_of)
@pytest.mark.parametrize("authorization", ["", "Bearer x", "Basic x", "Bearer {revoked}"])
def test_401_for_a_bad_token_where_none_is_needed(
    world: World, route: Route, authorization: str
) -> None:
    method, path, request = route
    authorization = authorization.format(revoked=world.revoked)
    answer = world.send(method, path, headers={"authorization": authorization}, **request)
    _assert_unauthorized(answer)


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "bEaReR", "Bearer  "])
def test_the_schemes_case_does_not_matter(world: World, scheme: str) -> None:
    authorization = f"{scheme} {world.owner.token}"
    assert world.send(*ME[:2], headers={"authorization": authorization}).status_code == 200


def test_401_from_the_instant_a_token_expires(world: World) -> None:
    ends = time.time() + 15
    when = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends))
    made = world.service.json(
        "token", "new", "--user", world.owner.email, "--name", "brief", "--expires", when
    )
    headers = {"authorization": f"Bearer {made['token']}"}
    while (answer := world.send(*ME[:2], headers=headers)).status_code == 200:
        assert time.time() < int(ends) + 10
        time.sleep(0.05)
    assert time.time() >= int(ends)
    _assert_unauthorized(answer)


def _assert_unauthorized(answer: httpx.Response) -> None:
    assert answer.headers["www-authenticate"] == "Bearer"
    assert refused(answer, 401, "unauthorized") == NO_TOKEN


@pytest.mark.parametrize("route", READ + WRITE, ids=name_of)
def test_403_when_the_scope_is_too_small(world: World, route: Route) -> None:
    method, path, request = route
    needed, token = ("read", world.writer) if route in READ else ("write", world.reader)
    headers = {"authorization": f"Bearer {token}"}
    answer = world.send(method, path, headers=headers, **request)
    message = refused(answer, 403, "forbidden")
    assert message == f"This token's scope does not include {needed}."


@pytest.mark.parametrize("route", [LIST, ONE, STATS, ME, CHANGE], ids=name_of)
def test_the_scope_that_is_needed_is_enough(world: World, route: Route) -> None:
    method, path, request = route
    token = world.reader if route in READ else world.writer
    headers = {"authorization": f"Bearer {token}"}
    assert world.send(method, path, headers=headers, **request).status_code == 200


def test_403_for_vouching_with_a_token_that_may_only_read(world: World) -> None:
    event = {"site_id": world.tracker["site_id"], "url": "/", "client_ip": "192.0.2.7"}
    headers = {"authorization": f"Bearer {world.reader}"}
    answer = world.send("POST", "/api/public/collect", json=event, headers=headers)
    refused(answer, 403, "forbidden")


@pytest.mark.parametrize(
    "path",
    [
        "/api", "/api/", "/api/nope", "/api/v1", "/api/v2/trackers", "/api/v1/trackers/{id}/nope",
        "/api/public", "/api/public/collect/more", "/api/v1/trackers/a/b/c", "/api//v1/me/x",
        "/api/%00", "/api/%ff", "/api/../api/nope",
    ],
)  # fmt: skip
def test_404_where_there_is_no_route(world: World, path: str) -> None:
    for headers in ({"accept": "text/html"}, {"authorization": None}):
        assert refused(world.send("GET", path, headers=headers), 404, "not_found") == NOTHING


@pytest.mark.parametrize("accept", ["application/json", "text/plain, application/json;q=0.5"])
def test_404_elsewhere_is_json_to_who_asks_for_it(world: World, accept: str) -> None:
    answer = world.send("GET", "/nope", headers={"accept": accept})
    assert refused(answer, 404, "not_found") == NOTHING


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/html,application/xhtml+xml,*/*"])
@pytest.mark.parametrize("path", ["/nope", "/apinope", "/nope.php?id=<script>alert(1)</script>"])
def test_404_elsewhere_is_a_page(world: World, path: str, accept: str) -> None:
    answer = world.send("GET", path, headers={"accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    assert "alert" not in answer.text
    _leaks_nothing(answer.text)


@pytest.mark.parametrize("route", [ONE, CHANGE, REMOVE, STATS], ids=name_of)
def test_404_for_a_tracker_that_is_not_there(world: World, route: Route) -> None:
    method, path, request = route
    path = path.format(id=uuid.uuid4())
    assert refused(world.send(method, path, **request), 404, "not_found") == NOTHING


@pytest.mark.parametrize("route", [COLLECT, PIXEL], ids=name_of)
def test_404_for_an_unknown_site(world: World, route: Route) -> None:
    method, path, request = route
    headers = {"user-agent": BROWSER, "authorization": None}
    refused(world.send(method, path, headers=headers, **request), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "allow"),
    [
        ("/api/v1/trackers", {"GET", "HEAD", "OPTIONS", "POST"}),
        ("/api/v1/trackers/{id}", {"GET", "HEAD", "OPTIONS", "PATCH", "DELETE"}),
        ("/api/v1/trackers/{id}/stats", {"GET", "HEAD", "OPTIONS"}),
        ("/api/v1/trackers/{id}/regroup", {"OPTIONS", "POST"}),
        ("/api/v1/me", {"GET", "HEAD", "OPTIONS"}),
        ("/api/public/stats", {"GET", "HEAD", "OPTIONS"}),
        ("/api/public/collect", {"GET", "HEAD", "OPTIONS", "POST"}),
    ],
)
def test_405_with_the_methods_that_are_answered(world: World, path: str, allow: set[str]) -> None:
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"} - allow:
        answer = world.send(method, path, headers={"authorization": None})
        message = refused(answer, 405, "method_not_allowed")
        assert set(answer.headers["allow"].split(", ")) == allow
        assert all(each in message for each in allow)
    if "HEAD" not in allow:
        head = world.send("HEAD", path)
        assert (head.status_code, head.content) == (405, b"")
    asked = world.send("OPTIONS", path, headers={"authorization": None})
    assert asked.status_code == 204
    named = asked.headers.get("allow") or asked.headers["access-control-allow-methods"]
    assert set(named.split(", ")) == allow


def test_405_elsewhere_is_a_page_or_json(world: World) -> None:
    page = world.send("POST", "/", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["allow"]) == (405, "GET, HEAD, OPTIONS")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    answer = world.send("POST", "/", headers={"accept": "application/json"})
    refused(answer, 405, "method_not_allowed")


def test_409_for_what_contradicts_what_is_there(world: World) -> None:
    taken = {"name": "x", "domain": "taken.example"}
    refused(world.send(*ADD[:2], json=taken), 409, "conflict")
    refused(world.send(*CHANGE[:2], json=taken), 409, "conflict")


# Wrong in two ways; the first in the contract's order is told.
TWICE_WRONG: list[tuple[str, str, dict[str, Any], int]] = [
    ("GET", "/api/nope", {"headers": {"authorization": "Bearer x"}}, 404),
    ("PUT", "/api/v1/trackers", {"headers": {"authorization": "Bearer x"}}, 405),
    ("PUT", "/api/public/collect", {"headers": {"authorization": "Bearer x"}}, 405),
    ("POST", "/api/v1/trackers", {"token": "revoked", "content": b"x" * (MIB + 1)}, 401),
    ("POST", "/api/v1/trackers", {"token": "revoked", "content": b"{"}, 401),
    ("POST", "/api/public/collect", {"token": "revoked", "content": b"{"}, 401),
    ("GET", "/api/public/collect?site_id=x", {"token": "revoked"}, 401),
    ("GET", f"{NOWHERE}/stats?period=soon", {"token": "revoked"}, 401),
    ("GET", "/api/public/stats?period=soon", {"token": "revoked"}, 401),
    ("POST", "/api/v1/trackers", {"token": "reader", "content": b"x" * (MIB + 1)}, 403),
    ("POST", "/api/v1/trackers", {"token": "reader", "content": b"{}", "type": "text/csv"}, 403),
    ("PATCH", NOWHERE, {"token": "reader", "content": b"{"}, 403),
    ("DELETE", NOWHERE, {"token": "reader"}, 403),
    ("GET", NOWHERE, {"token": "writer"}, 403),
    ("GET", f"{NOWHERE}/stats?period=soon", {"token": "writer"}, 403),
    ("POST", "/api/v1/trackers", {"content": b"x" * (MIB + 1), "type": "text/csv"}, 413),
    ("POST", "/api/public/collect", {"content": b"x" * (MIB + 1), "type": "text/csv"}, 413),
    ("PATCH", NOWHERE, {"content": b"x" * (MIB + 1)}, 413),
    ("DELETE", NOWHERE, {"content": b"x" * (MIB + 1)}, 413),
    ("GET", f"{NOWHERE}/stats?period=soon", {"content": b"x" * (MIB + 1)}, 413),
    ("GET", "/api/public/collect?site_id=x", {"content": b"x" * (MIB + 1)}, 413),
    ("POST", "/api/v1/trackers", {"content": b"{", "type": "text/csv"}, 415),
    ("POST", "/api/public/collect", {"content": b"{", "type": "text/csv"}, 415),
    ("PATCH", NOWHERE, {"content": b"{}", "type": "text/csv"}, 415),
    ("PATCH", NOWHERE, {"content": b"{"}, 400),
    ("PATCH", NOWHERE, {"content": b'{"name": ""}'}, 400),
    ("GET", f"{NOWHERE}/stats?period=soon", {}, 400),
    ("GET", "/api/public/stats?site_id=ezi_000000000000&period=soon", {}, 400),
    ("POST", "/api/public/collect", {"content": b'{"site_id":"ezi_000000000000","url":1}'}, 400),
    ("POST", "/api/v1/trackers", {"content": b'{"domain":"taken.example"}'}, 400),
    ("PATCH", NOWHERE, {"content": b'{"domain":"taken.example"}'}, 404),
]


@pytest.mark.parametrize(("method", "path", "request_", "status"), TWICE_WRONG, ids=str)
def test_what_is_told_first(
    world: World, method: str, path: str, request_: dict[str, Any], status: int
) -> None:
    request = dict(request_)
    headers = dict(request.pop("headers", {}))
    if token := request.pop("token", None):
        headers["authorization"] = f"Bearer {getattr(world, token)}"
    headers["content-type"] = request.pop("type", "application/json")
    answer = world.send(method, path, headers=headers, **request)
    assert answer.status_code == status, answer.text
    _leaks_nothing(answer.text)


def test_the_rate_is_told_after_the_token_and_before_all_else(service: Service) -> None:
    account = service.account("exhausted@example.com", plan="free")
    reader = service.json(
        "token", "new", "--user", account.email, "--name", "x", "--scope", "read"
    )["token"]
    with httpx.Client(
        base_url=service.url, headers={"authorization": f"Bearer {reader}"}
    ) as client:
        for _ in range(200):
            answer = client.post("/api/v1/trackers", content=b"x", headers={"content-type": "a/b"})
            if answer.status_code != 403:
                break
        seconds = answer.headers["retry-after"]
        assert refused(answer, 429, "rate_limited").startswith("Too many requests")
        assert re.fullmatch(r"[1-9]\d*", seconds)
        assert client.get("/api/nope").status_code == 404
        assert client.put("/api/v1/trackers").status_code == 405
        assert client.get("/api/v1/me", headers={"authorization": "Bearer x"}).status_code == 401


@pytest.mark.parametrize("route", EVERY, ids=name_of)
def test_no_odd_request_is_our_fault(world: World, route: Route) -> None:
    """Nothing that is sent makes a 500."""
    method, path, request = route
    odd: list[dict[str, Any]] = [
        {"headers": {"content-type": "application/json;;;=", "accept": b"\xff;q=x"}},
        {"headers": {"if-none-match": b"\x80"}},
        {"headers": {"authorization": b"Bearer \xff\xfe"}},
        {"headers": {"x-forwarded-for": "'; drop table users", "x-forwarded-proto": b"\xff"}},
    ]
    for each in odd:
        answer = world.send(method, path, **{**request, **each})
        assert answer.status_code < 500, answer.text
        _leaks_nothing(answer.text)
    joint = "&" if "?" in path else "?"
    for query in ("%ff", "a=%00", "&&&=", "site_id=%ed%a0%80", "period=" + "x" * 5000, "%"):
        answer = world.send(method, f"{path}{joint}{query}", **request)
        assert answer.status_code < 500, answer.text
        _leaks_nothing(answer.text)
