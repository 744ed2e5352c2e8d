"""Both Python clients against the real service: what one can do, the other can."""

from __future__ import annotations

import asyncio
import inspect
import io
import json
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
import pytest

from ezee_client import (
    AsyncClient,
    Client,
    Conflict,
    Event,
    InvalidRequest,
    NotFound,
    Retries,
    Unauthorized,
    Unreachable,
    stamp,
)
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


ADDRESS = "203.0.113.7"


def sent(site_id: str, url: str, **fields: Any) -> Event:
    """An event of one visitor."""
    return Event(site_id, url, client_ip=ADDRESS, user_agent=BROWSER, **fields)


class Awaited:
    """An ``AsyncClient`` that is used like the other one."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._loop = asyncio.new_event_loop()
        self._client = AsyncClient(*arguments, **options)

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        return lambda *a, **k: self._loop.run_until_complete(method(*a, **k))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._client.close())
        self._loop.close()


@pytest.fixture(params=[Client, Awaited])
def client(request: pytest.FixtureRequest, service: Service, alice: Account) -> Iterator[Any]:
    with request.param(service.url, alice.token) as client:
        yield client


def test_both_clients_have_the_same_methods() -> None:
    def methods(client: type) -> dict[str, list[str]]:
        return {
            name: list(inspect.signature(method).parameters)
            for name, method in inspect.getmembers(client, inspect.isfunction)
            if not name.startswith("_")
        }

    assert methods(Client) == methods(AsyncClient)


def test_trackers_are_added_changed_and_removed(client: Any) -> None:
    made = client.add_tracker("Shop", "shop.client.example", timezone="Europe/Berlin")
    assert made["id"] in [each["id"] for each in client.trackers()]
    with pytest.raises(Conflict) as raised:
        client.add_tracker("Shop", "shop.client.example")
    assert (raised.value.status, raised.value.code) == (409, "conflict")
    changed = client.change_tracker(made["id"], public_stats=False)
    assert changed["public_stats"] is False
    assert client.tracker(made["id"])["timezone"] == "Europe/Berlin"
    client.remove_tracker(made["id"])
    with pytest.raises(NotFound):
        client.tracker(made["id"])


def test_events_are_counted_once_and_read_back(client: Any, alice: Account) -> None:
    tracker = new_tracker(alice)
    site_id = tracker["site_id"]
    secret = client.new_signing_secret(tracker["id"])
    events = [
        Event(
            site_id,
            "https://example.com/a",
            stamp=stamp(secret, site_id, "/a"),
            client_ip=ADDRESS,
            user_agent=BROWSER,
        ),
        Event(
            site_id,
            "/a",
            name="Order",
            value=12.5,
            currency="EUR",
            props={"n": 1},
            client_ip=ADDRESS,
            user_agent=BROWSER,
        ),
        Event(site_id, "/a", user_agent="curl/8.0", client_ip="203.0.113.8"),
    ]
    told = client.collect(*events)
    assert told == {"accepted": 2, "dropped": [{"index": 2, "reason": "bot"}]}
    again = client.collect(*events[:2])
    assert [each["reason"] for each in again["dropped"]] == ["duplicate", "duplicate"]
    stats = client.stats(site_id, period="today", metrics=["pageviews", "events", "revenue"])
    assert stats["totals"] == {"pageviews": 1, "events": 1, "revenue": {"EUR": 12.5}}
    asked = client.tracker_stats(
        tracker["id"], period="today", dimensions=["page", "event"], filters=["page:is:/a"], limit=5
    )
    assert asked["breakdowns"]["event"][0]["value"] == "Order"
    assert client.live(site_id)["visitors"] == 1
    client.remove_signing_secret(tracker["id"])


def test_an_event_counts_when_it_happened(client: Any, alice: Account) -> None:
    site_id = new_tracker(alice)["site_id"]
    yesterday = datetime.now(UTC) - timedelta(days=1)
    client.collect(sent(site_id, "/", timestamp=yesterday))
    day = yesterday.date()
    stats = client.stats(site_id, start=day, end=day, metrics=["pageviews"])
    assert stats["totals"] == {"pageviews": 1}


def test_more_than_a_request_holds_goes_as_several(client: Any, alice: Account) -> None:
    site_id = new_tracker(alice)["site_id"]
    events = [
        Event(site_id, "/", client_ip=f"203.0.{number // 250}.{number % 250}", user_agent=BROWSER)
        for number in range(1001)
    ]
    events[900] = Event("ezi_000000000000", "/")
    told = client.collect(*events)
    assert told["accepted"] == 1000
    assert told["dropped"] == [{"index": 900, "reason": "unknown_site"}]


def test_events_and_tables_are_written_to_files(client: Any, alice: Account) -> None:
    tracker = new_tracker(alice)
    site_id = tracker["site_id"]
    client.collect(sent(site_id, "/a"), sent(site_id, "/=1"))
    file = io.BytesIO()
    written = client.export_events(tracker["id"], file, format="ndjson", period="today")
    assert written == len(file.getvalue())
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert sorted(line["page"] for line in lines) == ["/=1", "/a"]
    expected = b"page,visitors,pageviews\r\n/=1,1,1\r\n/a,1,1\r\n"
    asked = {"period": "today", "filters": ["page:contains:/"], "limit": 5}
    for export, name in (
        (client.export_stats, site_id),
        (client.export_tracker_stats, tracker["id"]),
    ):
        file = io.BytesIO()
        assert export(name, file, "page", **asked) == len(expected)
        assert file.getvalue() == expected
    with pytest.raises(InvalidRequest) as raised:
        client.export_stats(site_id, file, "luck")
    assert [each["field"] for each in raised.value.details] == ["table"]
    with pytest.raises(NotFound):
        client.export_events("nonsense", file)
    assert file.getvalue() == expected


class BreaksOff(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that ends before its time, after some bytes or before the first."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self._pieces
        raise httpx.RemoteProtocolError("cut")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece


@pytest.mark.parametrize("kind", [Client, Awaited])
def test_a_file_that_breaks_off_is_tried_again_only_before_its_first_byte(kind: Any) -> None:
    answers = [
        httpx.Response(503, json={"error": "unavailable", "message": "x"}),
        httpx.Response(200, stream=BreaksOff()),
        httpx.Response(200, stream=BreaksOff(b"one", b"two")),
        httpx.Response(200, content=b"whole"),
    ]
    transport = httpx.MockTransport(lambda _: answers.pop(0))
    retries = Retries(first=0.0)
    file = io.BytesIO()
    with kind("https://x.example", transport=transport, retries=retries) as client:
        with pytest.raises(Unreachable, match="broke off"):
            client.export_stats("x", file, "page")
        assert (file.getvalue(), len(answers)) == (b"onetwo", 1)


def test_what_is_wrong_is_named(client: Any, alice: Account) -> None:
    with pytest.raises(InvalidRequest) as raised:
        client.stats(new_tracker(alice)["site_id"], period="soon")
    assert [each["field"] for each in raised.value.details] == ["period"]


def test_whose_token_it_is(client: Any, alice: Account) -> None:
    assert client.me()["email"] == alice.email


def test_a_bad_token_and_a_service_that_is_away_are_told_apart(
    client: Any, service: Service
) -> None:
    kind = type(client)
    with kind(service.url, "ezi_sk_" + "0" * 64) as wrong, pytest.raises(Unauthorized):
        wrong.me()
    once = Retries(attempts=1)
    with kind("http://127.0.0.1:9", retries=once) as away, pytest.raises(Unreachable):
        away.live("x")
