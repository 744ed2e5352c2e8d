"""A report's tables as files over HTTP: who gets which, and that they say what the JSON says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from ezee.exports.formats import FORMATS
from tests.exports.reading import as_text, read_back
from tests.support.service import Account, Service
from tests.support.stats import new_tracker, report

pytestmark = pytest.mark.service

FORMULA = "/=HYPERLINK(1)"
EVENTS: list[dict[str, Any]] = [
    {"url": "/"},
    {"url": FORMULA},
    {"url": "/", "name": "=buy", "props": {"plan": "@gold"}, "value": 12.5, "currency": "EUR"},
]


@pytest.fixture(scope="module")
def tracker(service: Service, alice: Account) -> dict[str, Any]:
    """One of Alice's with some events of one visitor."""
    made = new_tracker(alice)
    for event in EVENTS:
        assert service.collect({"site_id": made["site_id"], **event}).status_code == 202
    return made


@pytest.fixture(scope="module")
def hidden(service: Service, alice: Account) -> dict[str, Any]:
    """Another, whose stats are hers alone."""
    made = new_tracker(alice)
    answer = alice.client.patch(f"/api/v1/trackers/{made['id']}", json={"public_stats": False})
    assert answer.status_code == 200
    assert service.collect({"site_id": made["site_id"], "url": "/"}).status_code == 202
    return made


def owned(account: Account, tracker_id: str, **query: Any) -> httpx.Response:
    return account.client.get(f"/api/v1/trackers/{tracker_id}/stats", params=query)


def public(service: Service, site_id: str, token: str = "", **query: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.get(
        f"{service.url}/api/public/stats",
        params={"site_id": site_id, **query},
        headers=headers,
        timeout=30,
    )


@pytest.mark.parametrize("name", FORMATS)
def test_a_table_says_what_the_report_says(
    alice: Account, tracker: dict[str, Any], tmp_path: Path, name: str
) -> None:
    told = report(alice, tracker, metrics="visitors,pageviews,revenue")
    totals = {"visitors": 1, "pageviews": 2, "revenue_EUR": 12.5}
    assert told["totals"] == {"visitors": 1, "pageviews": 2, "revenue": {"EUR": 12.5}}
    days = {each: told["period"][each] for each in ("from", "to")}
    tables: list[tuple[dict[str, str], list[dict[str, Any]]]] = [
        ({"table": "totals", "metrics": "visitors,pageviews,revenue"}, [days | totals]),
        ({"table": "timeseries"}, report(alice, tracker)["timeseries"]),
        (
            {"table": "page"},
            [
                {"page": "/", "visitors": 1, "pageviews": 1},
                {"page": FORMULA, "visitors": 1, "pageviews": 1},
            ],
        ),
        ({"table": "event"}, [{"event": "=buy", "visitors": 1, "events": 1}]),
        ({"table": "prop:plan"}, [{"prop:plan": "@gold", "visitors": 1, "events": 1}]),
    ]
    for query, expected in tables:
        answer = owned(alice, tracker["id"], format=name, period="7d", **query)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith(FORMATS[name].media_type)
        assert answer.headers["cache-control"] == "no-store"
        file = answer.headers["content-disposition"]
        assert file.startswith(f'attachment; filename="{tracker["site_id"]}-')
        assert file.endswith(f'.{name}"')
        assert as_text(read_back(name, answer.content, tmp_path)) == as_text(expected), query


def test_formulas_are_disarmed(alice: Account, tracker: dict[str, Any]) -> None:
    answer = owned(alice, tracker["id"], format="csv", table="event")
    assert answer.content == b"event,visitors,events\r\n'=buy,1,1\r\n"


def test_anyone_has_the_same_of_public_stats(
    service: Service, alice: Account, bob: Account, tracker: dict[str, Any]
) -> None:
    query = {"format": "csv", "table": "page", "period": "7d"}
    hers = owned(alice, tracker["id"], **query)
    for token in ("", bob.token, alice.token):
        answer = public(service, tracker["site_id"], token, **query)
        assert answer.content == hers.content
        assert answer.headers["access-control-allow-origin"] == "*"


def test_json_may_be_named(service: Service, tracker: dict[str, Any]) -> None:
    named = public(service, tracker["site_id"], format="json", period="7d")
    assert named.headers["etag"]
    assert named.content == public(service, tracker["site_id"], period="7d").content


@pytest.mark.parametrize(
    "query",
    [
        {"table": "prop:plan"},
        {"table": "totals", "metrics": "revenue"},
        {"table": "page", "filter": "prop:plan:is:@gold"},
    ],
)
def test_properties_and_revenue_are_the_owners(
    service: Service,
    alice: Account,
    bob: Account,
    tracker: dict[str, Any],
    query: dict[str, str],
) -> None:
    for token in ("", bob.token):
        answer = public(service, tracker["site_id"], token, format="csv", **query)
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")
    hers = public(service, tracker["site_id"], alice.token, format="csv", **query)
    assert hers.status_code == 200


def test_what_is_not_public_is_missing_to_others(
    service: Service, alice: Account, bob: Account, charlie: Account, hidden: dict[str, Any]
) -> None:
    query = {"format": "parquet", "table": "page"}
    for token in ("", bob.token, charlie.token):
        answer = public(service, hidden["site_id"], token, **query)
        missing = public(service, "ezi_000000000000", token, **query)
        assert (answer.status_code, answer.content) == (404, missing.content)
    for account in (bob, charlie):
        assert owned(account, hidden["id"], **query).status_code == 404
    assert owned(alice, hidden["id"], **query).status_code == 200
    assert public(service, hidden["site_id"], alice.token, **query).status_code == 200


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ({"format": "xlsx"}, ["format"]),
        ({"format": ["csv", "csv"], "table": "page"}, ["format"]),
        ({"format": "csv"}, ["table"]),
        ({"table": "page"}, ["table"]),
        ({"format": "csv", "table": "luck"}, ["table"]),
        ({"format": "csv", "table": "page", "compare": "previous"}, ["compare"]),
        ({"format": "csv", "table": "totals", "limit": "5"}, ["limit"]),
        ({"format": "csv", "table": "page", "metrics": "bounce_rate"}, ["metrics"]),
        ({"format": "csv", "table": "\0", "period": "soon"}, ["table", "period"]),
    ],
)
def test_what_is_wrong_is_named_whether_or_not_there_is_a_tracker(
    service: Service,
    alice: Account,
    tracker: dict[str, Any],
    query: dict[str, Any],
    fields: list[str],
) -> None:
    for answer in (
        owned(alice, tracker["id"], **query),
        public(service, tracker["site_id"], **query),
        public(service, "ezi_000000000000", **query),
    ):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
        assert [detail["field"] for detail in answer.json()["details"]] == fields


def test_a_head_has_no_body(service: Service, tracker: dict[str, Any]) -> None:
    answer = httpx.head(
        f"{service.url}/api/public/stats",
        params={"site_id": tracker["site_id"], "format": "csv", "table": "page"},
    )
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/csv")
