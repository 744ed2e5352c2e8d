"""``/api/public/collect`` of the real service: events in, verdicts out."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker, report

pytestmark = pytest.mark.service

ACCEPTED = {"data": {"accepted": 1, "dropped": []}}
OWNER_ONLY = "is honoured with the owner's Bearer token only"


@pytest.fixture
def tracker(alice: Account) -> dict[str, Any]:
    return new_tracker(alice)


def send(
    service: Service, content: Any, *, token: str = "", method: str = "POST", **headers: str
) -> httpx.Response:
    fields = {"user-agent": BROWSER, "content-type": "application/json"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    if token:
        fields["authorization"] = f"Bearer {token}"
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return httpx.request(
        method, f"{service.url}/api/public/collect", content=body, headers=fields, timeout=30
    )


def pixel(service: Service, query: dict[str, str], **headers: str) -> httpx.Response:
    fields = {"user-agent": BROWSER, **headers}
    url = f"{service.url}/api/public/collect"
    return httpx.get(url, params=query, headers=fields, timeout=30)


def scoped(service: Service, owner: Account, scope: str) -> str:
    made = service.json("token", "new", "--user", owner.email, "--name", "S", "--scope", scope)
    token: str = made["token"]
    return token


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "text/plain;charset=UTF-8", "Application/JSON; charset=x"],
)
def test_one_event(
    service: Service, alice: Account, tracker: dict[str, Any], content_type: str
) -> None:
    event = {"site_id": tracker["site_id"], "url": "https://example.com/a"}
    answer = send(service, event, content_type=content_type)
    assert (answer.status_code, answer.json()) == (202, ACCEPTED)
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    assert counted(alice, tracker) == (1, 0)


def test_a_batch_of_both_kinds(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    event = {"site_id": tracker["site_id"], "url": "https://example.com/a"}
    answer = send(service, {"events": [event, {**event, "name": "buy"}, event]})
    assert (answer.status_code, answer.json()) == (202, {"data": {"accepted": 3, "dropped": []}})
    assert counted(alice, tracker) == (2, 1)


def test_every_event_of_a_batch_has_a_verdict(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/"}
    answer = send(
        service,
        {
            "events": [
                {**event, "id": "a"},
                {**event, "url": "data:,"},
                {**event, "site_id": "ezi_000000000000"},
                {**event, "id": "a"},
                {**event, "client_ip": "203.0.113.8"},
                event,
            ]
        },
    )
    assert answer.status_code == 202
    data = answer.json()["data"]
    assert data["accepted"] == 2
    assert [(each["index"], each["reason"]) for each in data["dropped"]] == [
        (1, "invalid"),
        (2, "unknown_site"),
        (3, "duplicate"),
        (4, "invalid"),
    ]
    messages = {each["index"]: each.get("message") for each in data["dropped"]}
    assert messages == {
        1: "url: must be an http(s) address or a path starting with /, of at most 8,192 characters",
        2: None,
        3: None,
        4: f"client_ip: {OWNER_ONLY}",
    }
    assert counted(alice, tracker) == (2, 0)


def test_a_bot_is_told_and_not_counted(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/"}
    answer = send(service, event, user_agent="Googlebot/2.1")
    assert answer.json() == {"data": {"accepted": 0, "dropped": [{"index": 0, "reason": "bot"}]}}
    assert answer.status_code == 202
    assert counted(alice, tracker) == (0, 0)


def test_the_same_id_counts_once(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    event = {"site_id": tracker["site_id"], "url": "/", "id": "order-1"}
    assert send(service, event).json() == ACCEPTED
    assert send(service, event).json()["data"]["dropped"] == [{"index": 0, "reason": "duplicate"}]
    other = new_tracker(alice)
    assert send(service, {**event, "site_id": other["site_id"]}).json() == ACCEPTED
    assert counted(alice, tracker) == (1, 0)


def test_an_unknown_tracker_is_404(service: Service) -> None:
    answer = send(service, {"site_id": "ezi_000000000000", "url": "/"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_time_of_the_last_24_hours(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/"}
    now = datetime.now(UTC)
    for hours in (23, 1, -1):
        at = (now - timedelta(hours=hours)).isoformat()
        assert send(service, {**event, "timestamp": at}).json() == ACCEPTED
    answer = send(service, {**event, "timestamp": (now - timedelta(hours=25)).isoformat()})
    assert answer.status_code == 400
    assert answer.json()["details"] == [
        {
            "field": "timestamp",
            "message": "must not lie more than 24 hours in the past "
            "without the owner's Bearer token",
        }
    ]
    assert counted(alice, tracker) == (3, 0)


def test_the_owner_may_send_what_was_long_ago(
    service: Service, alice: Account, bob: Account, tracker: dict[str, Any]
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/", "timestamp": "2001-02-03T04:05:06Z"}
    assert send(service, event, token=alice.token).json() == ACCEPTED
    read_only = scoped(service, alice, "read")
    for token in ("", bob.token, read_only):
        assert send(service, event, token=token).status_code == 400
    days = {"period": None, "from": "2001-02-03", "to": "2001-02-03"}
    answer = alice.client.get(
        f"/api/v1/trackers/{tracker['id']}/stats",
        params={name: day for name, day in days.items() if day},
    )
    assert answer.json()["data"]["totals"]["pageviews"] == 1


@pytest.mark.parametrize("fields", [{"client_ip": "193.0.6.139"}, {"user_agent": BROWSER}])
def test_naming_a_visitor(
    service: Service,
    alice: Account,
    bob: Account,
    tracker: dict[str, Any],
    fields: dict[str, str],
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/", **fields}
    for token in ("", bob.token):
        answer = send(service, event, token=token)
        assert answer.status_code == 400
        (field,) = fields
        assert answer.json()["details"] == [{"field": field, "message": OWNER_ONLY}]
    assert counted(alice, tracker) == (0, 0)
    assert send(service, event, token=alice.token).json() == ACCEPTED
    assert counted(alice, tracker) == (1, 0)


def test_a_named_visitor_has_the_country_and_browser_of_their_own(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    event = {
        "site_id": tracker["site_id"],
        "url": "/",
        "client_ip": "193.0.6.139",
        "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0",
    }
    answer = send(service, event, token=alice.token, user_agent="python-requests/2.32")
    assert answer.json() == ACCEPTED
    rows = report(alice, tracker, dimension=["country", "browser", "os"])["breakdowns"]
    assert {name: [row["value"] for row in found] for name, found in rows.items()} == {
        "country": ["NL"],
        "browser": ["Firefox"],
        "os": ["Linux"],
    }


def test_an_address_that_is_none(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    event = {"site_id": tracker["site_id"], "url": "/", "client_ip": "here"}
    answer = send(service, event, token=alice.token)
    assert answer.status_code == 400
    assert answer.json()["details"] == [
        {"field": "client_ip", "message": "must be an IPv4 or IPv6 address"}
    ]


def test_a_read_only_token_may_not_name_a_visitor(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    token = scoped(service, alice, "read")
    event = {"site_id": tracker["site_id"], "url": "/"}
    answer = send(service, {**event, "client_ip": "193.0.6.139"}, token=token)
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    batch = {"events": [event, {**event, "user_agent": BROWSER}]}
    assert send(service, batch, token=token).status_code == 403
    assert counted(alice, tracker) == (0, 0)
    assert send(service, event, token=token).json() == ACCEPTED


@pytest.mark.parametrize("token", ["ezi_sk_" + "0" * 64, "ezi_sk_", "nonsense"])
def test_a_bad_token_is_401_and_nothing_is_recorded(
    service: Service, alice: Account, tracker: dict[str, Any], token: str
) -> None:
    event = {"site_id": tracker["site_id"], "url": "/"}
    answer = send(service, event, token=token)
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.headers["access-control-allow-origin"] == "*"
    query = {"site_id": tracker["site_id"], "url": "/"}
    assert pixel(service, query, authorization=f"Bearer {token}").status_code == 401
    assert counted(alice, tracker) == (0, 0)


def test_a_bad_token_goes_before_a_bad_body(service: Service) -> None:
    assert send(service, b"{", token="nonsense").status_code == 401


def test_the_preflight_may_be_kept(service: Service) -> None:
    answer = send(
        service,
        b"",
        method="OPTIONS",
        origin="https://example.com",
        access_control_request_method="POST",
        access_control_request_headers="content-type,authorization",
    )
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "content-type" in answer.headers["access-control-allow-headers"].lower()
    assert int(answer.headers["access-control-max-age"]) >= 3600


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_405(service: Service, method: str) -> None:
    answer = send(service, b"{}", method=method)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert answer.json()["error"] == "method_not_allowed"


def test_the_pixel(service: Service, alice: Account, tracker: dict[str, Any]) -> None:
    answer = pixel(
        service, {"site_id": tracker["site_id"], "url": "https://example.com/a?utm_source=mail"}
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/gif"
    assert answer.content.startswith(b"GIF89a")
    assert len(answer.content) < 100
    assert "no-store" in answer.headers["cache-control"]
    assert counted(alice, tracker) == (1, 0)
    rows = report(alice, tracker, dimension=["source", "page"])["breakdowns"]
    assert [rows["source"][0]["value"], rows["page"][0]["value"]] == ["mail", "/a"]


def test_the_pixel_takes_the_referer_for_its_page(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    site_id = {"site_id": tracker["site_id"]}
    assert pixel(service, site_id, referer="https://example.com/shown?a=b&c=d").status_code == 200
    query = {**site_id, "url": "/named"}
    assert pixel(service, query, referer="https://example.com/other").status_code == 200
    (first, second) = report(alice, tracker, dimension="page")["breakdowns"]["page"]
    assert (first["value"], second["value"]) == ("/named", "/shown")


def test_the_pixel_without_a_page_is_a_400_in_json(
    service: Service, tracker: dict[str, Any]
) -> None:
    answer = pixel(service, {"site_id": tracker["site_id"]})
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/json"
    assert [each["field"] for each in answer.json()["details"]] == ["url"]


def test_the_pixels_other_errors_are_json_too(service: Service) -> None:
    answer = pixel(service, {"site_id": "ezi_000000000000", "url": "/"})
    assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    answer = pixel(service, {"site_id": "ezi_000000000000", "url": "/", "screen_width": "wide"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_pixel_is_a_pixel_for_what_was_dropped_as_well(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    query = {"site_id": tracker["site_id"], "url": "/", "id": "once"}
    for agent in (BROWSER, BROWSER, "Googlebot/2.1"):
        answer = pixel(service, query, **{"user-agent": agent})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert counted(alice, tracker) == (1, 0)


def test_the_pixel_speaks_of_every_field(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    query = {
        "site_id": tracker["site_id"],
        "name": "Größe wählen",
        "props": '{"size": 5}',
        "screen_width": "1280",
        "language": "de",
        "interactive": "false",
        "value": "1.5",
        "currency": "EUR",
    }
    assert pixel(service, query).status_code == 200
    rows = report(alice, tracker, dimension=["event", "screen", "language"])["breakdowns"]
    assert [rows[name][0]["value"] for name in ("event", "screen", "language")] == [
        *("Größe wählen", "xl", "de"),
    ]


def test_an_agent_that_is_no_ascii_is_a_visitor_like_any_other(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    event = json.dumps({"site_id": tracker["site_id"], "url": "/"}).encode()
    for agent in (b"Br\xc3\xb6wser/1", b"Br\xf6wser/1", b"\xff\xfe"):
        answer = httpx.post(
            f"{service.url}/api/public/collect",
            content=event,
            headers=[(b"user-agent", agent), (b"content-type", b"text/plain")],
        )
        assert answer.status_code == 202
        assert answer.json() == ACCEPTED
    assert report(alice, tracker)["totals"]["visitors"] == 3
