"""Stats over HTTP: who may read them, what is said of wrong questions, and caching."""

from __future__ import annotations

import hmac
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from ezee.accounts.service_key import new_nonce, read_service_key, signing_secret
from tests.support.service import Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service


@pytest.fixture(scope="module")
def tracker(service: Service, alice: Account) -> dict[str, Any]:
    """One with three pageviews and an event of one visitor."""
    made = new_tracker(alice)
    for path in ("/", "/a", "/a"):
        service.collect({"site_id": made["site_id"], "url": path})
    service.collect({"site_id": made["site_id"], "name": "buy"})
    return made


@pytest.fixture(scope="module")
def private(service: Service, alice: Account) -> dict[str, Any]:
    made = new_tracker(alice)
    answer = alice.client.patch(f"/api/v1/trackers/{made['id']}", json={"public_stats": False})
    assert answer.status_code == 200
    service.collect({"site_id": made["site_id"], "url": "/"})
    return made


def public(service: Service, query: Any, **headers: str) -> httpx.Response:
    fields = {name.replace("_", "-"): value for name, value in headers.items()}
    url = f"{service.url}/api/public/stats"
    return httpx.get(url, params=query, headers=fields, timeout=30)


def owned(account: Account, tracker_id: str, **query: Any) -> httpx.Response:
    return account.client.get(f"/api/v1/trackers/{tracker_id}/stats", params=query)


def signing(service: Service, tracker: dict[str, Any]) -> str:
    """Give a tracker a signing secret, before its first event."""
    nonce = new_nonce()
    with closing(sqlite3.connect(service.data / "accounts.sqlite", timeout=30)) as accounts:
        accounts.execute(
            "update trackers set signing_nonce = ? where id = ?", (nonce.hex(), tracker["id"])
        )
        accounts.commit()
    return signing_secret(read_service_key(service.data), tracker["site_id"], nonce)


def stamp(secret: str, site_id: str, path: str) -> str:
    """As ``docs/verified.md`` spells it out."""
    minute = int(time.time() // 60)
    message = f"{site_id}\n{path}\n{minute}".encode()
    return f"{minute}.{hmac.digest(secret.encode(), message, 'sha256').hex()}"


def test_anyone_reads_public_stats(service: Service, tracker: dict[str, Any]) -> None:
    answer = public(service, {"site_id": tracker["site_id"], "period": "7d"})
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    data = answer.json()["data"]
    assert list(data) == ["site_id", "period", "totals", "timeseries", "breakdowns", "rows"]
    assert data["site_id"] == tracker["site_id"]
    assert {name: data["totals"][name] for name in ("visitors", "pageviews", "events")} == {
        "visitors": 1,
        "pageviews": 3,
        "events": 1,
    }
    assert data["breakdowns"]["page"] == [
        {"value": "/", "visitors": 1, "pageviews": 1},
        {"value": "/a", "visitors": 1, "pageviews": 2},
    ]
    assert data["breakdowns"]["event"] == [{"value": "buy", "visitors": 1, "events": 1}]
    assert len(data["timeseries"]) == 7


def test_the_owners_answer_is_the_same(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    everyone = public(service, {"site_id": tracker["site_id"], "period": "7d"}).json()["data"]
    assert report(alice, tracker) == everyone


def test_a_private_tracker_is_its_owners_alone(
    service: Service, alice: Account, bob: Account, private: dict[str, Any]
) -> None:
    query = {"site_id": private["site_id"], "period": "7d"}
    for token in ("", bob.token):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = public(service, query, **headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    answer = public(service, query, authorization=f"Bearer {alice.token}")
    assert answer.json()["data"]["totals"]["pageviews"] == 1
    assert report(alice, private)["totals"]["pageviews"] == 1


def test_a_private_tracker_looks_like_one_that_is_not_there(
    service: Service, private: dict[str, Any]
) -> None:
    hidden = public(service, {"site_id": private["site_id"]})
    absent = public(service, {"site_id": "ezi_000000000000"})
    assert (hidden.status_code, hidden.content) == (absent.status_code, absent.content)


def test_the_owners_view_is_nobody_elses(
    bob: Account, charlie: Account, tracker: dict[str, Any]
) -> None:
    for account in (bob, charlie):
        answer = owned(account, tracker["id"])
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


@pytest.mark.parametrize("tracker_id", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_id_that_is_none(alice: Account, tracker_id: str) -> None:
    assert owned(alice, tracker_id).status_code == 404


def test_the_owners_view_needs_a_token(service: Service, tracker: dict[str, Any]) -> None:
    answer = httpx.get(f"{service.url}/api/v1/trackers/{tracker['id']}/stats")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
    assert "access-control-allow-origin" not in answer.headers


def test_a_bad_token_is_401_in_public_too(service: Service, tracker: dict[str, Any]) -> None:
    answer = public(service, {"site_id": tracker["site_id"]}, authorization="Bearer nonsense")
    assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"period": "fortnight"}, ["period"]),
        ({"from": "2026-01-01"}, ["to"]),
        ({"from": "2026-02-30", "to": "2026-03-01"}, ["from"]),
        ({"from": "1970-01-01", "to": "9998-12-31"}, ["from"]),
        ({"from": "0001-01-01", "to": "9999-12-31"}, ["from", "to"]),
        ({"interval": "minute"}, ["interval"]),
        ({"metrics": "visitors,luck"}, ["metrics"]),
        ({"dimension": "colour"}, ["dimension"]),
        ({"order": "luck"}, ["order"]),
        ({"limit": "0", "offset": "-1"}, ["limit", "offset"]),
        ({"limit": "1001"}, ["limit"]),
        ({"verified": "yes"}, ["verified"]),
        ({"dimension": "page,page"}, ["dimension"]),
        ({"filter": "page:like:/a"}, ["filter"]),
        ({"filter": ["a", "page:matches:("]}, ["filter", "filter"]),
        ({"compare": "never"}, ["compare"]),
        ({"period": "all", "compare": "previous"}, ["compare"]),
        ({"metrics": "luck", "filter": "x", "compare": "y"}, ["metrics", "filter", "compare"]),
        ({"perod": "7d"}, ["perod"]),
        ({"period": "\0"}, ["period"]),
    ],
)
def test_wrong_parameters_are_named(
    service: Service,
    alice: Account,
    tracker: dict[str, Any],
    query: dict[str, Any],
    fields: list[str],
) -> None:
    mine = owned(alice, tracker["id"], **query)
    everyones = public(service, {"site_id": tracker["site_id"], **query})
    for answer in (mine, everyones):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        details = answer.json()["details"]
        assert [detail["field"] for detail in details] == fields
        assert all(detail["message"] for detail in details)


def test_verified_events_alone(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    site_id = mine["site_id"]
    genuine = stamp(signing(service, mine), site_id, "/a")
    service.collect({"site_id": site_id, "url": "/a", "stamp": genuine})
    service.collect({"site_id": site_id, "url": "/b", "stamp": genuine})
    service.collect({"site_id": site_id, "url": "/c"})
    verified = report(alice, mine, verified="1")
    everyones = public(service, {"site_id": site_id, "period": "7d", "verified": "1"})
    assert verified == everyones.json()["data"]
    assert verified["breakdowns"]["page"] == [{"value": "/a", "visitors": 1, "pageviews": 1}]
    assert verified["totals"]["visits"] == 1
    assert report(alice, mine)["totals"]["pageviews"] == 3


def test_a_filter_and_a_breakdown_by_two_together(
    service: Service, alice: Account, tracker: dict[str, Any]
) -> None:
    query = {"dimension": "page,os", "filter": ["page:is_not:/", "os:is:Windows"]}
    answer = public(service, {"site_id": tracker["site_id"], "period": "7d", **query})
    data = answer.json()["data"]
    assert data["breakdowns"] == {
        "page,os": [{"values": ["/a", "Windows"], "visitors": 1, "pageviews": 2}]
    }
    assert data["totals"]["pageviews"] == 2
    assert report(alice, tracker, **query) == data


def test_a_comparison_stands_beside(service: Service, tracker: dict[str, Any]) -> None:
    query = {"site_id": tracker["site_id"], "period": "7d", "compare": "year"}
    data = public(service, query).json()["data"]
    assert list(data)[-1] == "comparison"
    assert data["comparison"]["totals"]["pageviews"] == 0
    assert len(data["comparison"]["timeseries"]) == len(data["timeseries"])


@pytest.mark.parametrize(
    "query",
    [{"metrics": "revenue"}, {"dimension": "prop:plan"}, {"filter": "prop:plan:is:pro"}],
)
def test_properties_and_revenue_are_the_owners_to_read(
    service: Service,
    alice: Account,
    bob: Account,
    charlie: Account,
    tracker: dict[str, Any],
    query: dict[str, str],
) -> None:
    asked = {"site_id": tracker["site_id"], **query}
    for token in ("", bob.token, charlie.token):
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = public(service, asked, **headers)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
        assert public(service, {**asked, "period": "x"}, **headers).status_code == 400
    assert public(service, asked, authorization=f"Bearer {alice.token}").status_code == 200
    assert owned(alice, tracker["id"], **query).status_code == 200


def test_the_owner_reads_properties_and_revenue(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    sent = {"site_id": mine["site_id"], "name": "buy", "value": 12.5, "currency": "EUR"}
    service.collect({**sent, "props": {"plan": "pro"}})
    got = report(alice, mine, metrics="revenue,events", dimension="prop:plan")
    assert got["totals"] == {"revenue": {"EUR": 12.5}, "events": 1}
    assert got["breakdowns"]["prop:plan"] == [{"value": "pro", "visitors": 1, "events": 1}]


TODAY = datetime.now(UTC).date()
DATES = {"from": "2020-01-01", "to": "2020-01-31"}


@pytest.mark.parametrize(
    ("query", "lasting"),
    [
        (DATES, True),
        ({**DATES, "compare": "previous"}, True),
        ({**DATES, "compare": f"2020-01-01..{TODAY}", "interval": "month"}, False),
        ({"from": "2020-01-01", "to": str(TODAY), "interval": "month"}, False),
        ({"period": "last_month"}, False),
        ({}, False),
    ],
)
def test_only_a_report_of_closed_days_may_be_shown_again_unasked(
    service: Service, alice: Account, tracker: dict[str, Any], query: dict[str, str], lasting: bool
) -> None:
    everyones = public(service, {"site_id": tracker["site_id"], **query})
    mine = owned(alice, tracker["id"], **query)
    for answer, whose in ((everyones, "public"), (mine, "private")):
        expected = f"{whose}, max-age=600" if lasting else "no-cache"
        assert answer.headers["cache-control"] == expected
        assert "authorization" in answer.headers["vary"].lower()


@pytest.mark.parametrize("query", [{}, [("site_id", "a"), ("site_id", "b")]])
def test_the_tracker_must_be_named_once(service: Service, query: Any) -> None:
    answer = public(service, query)
    assert answer.status_code == 400
    assert answer.json()["details"] == [{"field": "site_id", "message": "is required, once"}]


def test_wrong_parameters_are_told_before_a_tracker_is_missed(
    service: Service, alice: Account, private: dict[str, Any]
) -> None:
    for site_id in ("ezi_000000000000", "nonsense", private["site_id"]):
        assert public(service, {"site_id": site_id, "period": "x"}).status_code == 400
        assert public(service, {"site_id": site_id}).status_code == 404
    assert owned(alice, "nonsense", limit="x").status_code == 400


@pytest.mark.parametrize("query", ["site_id=%FF", "site_id=a&period=%ED%A0%80"])
def test_a_query_that_is_not_utf8(service: Service, query: str) -> None:
    answer = httpx.get(f"{service.url}/api/public/stats?{query}")
    assert answer.status_code == 400
    assert answer.json()["message"] == "The query string is not percent-encoded UTF-8."


def test_too_many_parameters(service: Service) -> None:
    answer = httpx.get(f"{service.url}/api/public/stats?" + "&".join(["a=b"] * 201))
    assert answer.status_code == 400
    assert answer.json()["message"] == "The query string has too many parameters."


def test_an_answer_that_has_not_changed_is_304(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    query = {"site_id": mine["site_id"], "period": "7d"}
    first = public(service, query)
    tag = first.headers["etag"]
    for sent in (tag, f'"other", {tag}', f"W/{tag}", "*"):
        again = public(service, query, if_none_match=sent)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert public(service, query, if_none_match='"other"').status_code == 200
    service.collect({"site_id": mine["site_id"], "url": "/"})
    changed = public(service, query, if_none_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag
    assert changed.json()["data"]["totals"]["pageviews"] == 1


def test_another_question_has_another_tag(service: Service, tracker: dict[str, Any]) -> None:
    tags = {
        public(service, {"site_id": tracker["site_id"], **query}).headers["etag"]
        for query in ({}, {"period": "7d"}, {"limit": "1"}, {"dimension": "os"})
    }
    assert len(tags) == 4


@pytest.mark.parametrize("path", ["/api/public/stats", "/api/v1/trackers/x/stats"])
def test_stats_are_only_read(service: Service, alice: Account, path: str) -> None:
    answer = alice.client.post(path, json={})
    assert (answer.status_code, answer.json()["error"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


def test_removed_trackers_take_their_stats_with_them(service: Service, alice: Account) -> None:
    mine = new_tracker(alice)
    service.collect({"site_id": mine["site_id"], "url": "/"})
    assert report(alice, mine)["totals"]["pageviews"] == 1
    assert alice.client.delete(f"/api/v1/trackers/{mine['id']}").status_code == 204
    assert owned(alice, mine["id"]).status_code == 404
    assert public(service, {"site_id": mine["site_id"]}).status_code == 404
    assert service.collect({"site_id": mine["site_id"], "url": "/"}).status_code == 404
