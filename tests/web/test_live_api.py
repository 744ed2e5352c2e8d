"""Who is here now: asked once over HTTP, and watched as a stream of events."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest

from ezee.web.watching import MOST_STREAMS_OF_ONE
from tests.support import hasty
from tests.support.service import BROWSER, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

EMPTY: dict[str, Any] = {"visitors": 0, "pages": [], "sources": []}
WATCHING = {"accept": "text/html;q=0.5, TEXT/Event-Stream"}
NOWHERE = "ezi_000000000000"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148"


class Stream:
    """What comes of one stream."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.iter_lines()

    def lines(self) -> Iterator[str]:
        return (line for line in self._lines if line)

    def next(self) -> Any:
        """The next answer it tells."""
        line = next(line for line in self.lines() if line != ":")
        assert line.startswith("data: ")
        return json.loads(line.removeprefix("data: "))["data"]

    def until(self, visitors: int) -> Any:
        """The first answer with so many visitors."""
        while True:
            found = self.next()
            if found["visitors"] == visitors:
                return found


def bearer(account: Account | None) -> dict[str, str]:
    return {} if account is None else {"authorization": f"Bearer {account.token}"}


def ask(service: Service, query: Any, **headers: str) -> httpx.Response:
    return httpx.get(f"{service.url}/api/public/live", params=query, headers=headers, timeout=30)


def live(service: Service, tracker: dict[str, Any]) -> Any:
    answer = ask(service, {"site_id": tracker["site_id"]})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@contextmanager
def watch(service: Service, tracker: dict[str, Any], **headers: str) -> Iterator[Stream]:
    """Watch a tracker; whoever may not is given the error to read."""
    with httpx.stream(
        "GET",
        f"{service.url}/api/public/live",
        params={"site_id": tracker["site_id"]},
        headers={**WATCHING, **headers},
        timeout=30,
    ) as answer:
        yield Stream(answer)


def visit(service: Service, tracker: dict[str, Any], url: str = "/", **event: Any) -> None:
    agent = event.pop("user_agent", BROWSER)
    sent = {"site_id": tracker["site_id"], "url": url, **event}
    assert service.collect(sent, user_agent=agent).status_code == 202


def keep_private(account: Account, tracker: dict[str, Any]) -> None:
    changed = {"public_stats": False}
    answer = account.client.patch(f"/api/v1/trackers/{tracker['id']}", json=changed)
    assert answer.status_code == 200


def test_nobody_is_here(service: Service, alice: Account) -> None:
    assert live(service, new_tracker(alice)) == EMPTY


def test_who_is_here_where_and_from_where(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    visit(service, tracker, "/", referrer="https://www.google.com/")
    visit(service, tracker, "/a", user_agent=PHONE)
    visit(service, tracker, "/b")
    visit(service, tracker, "/b", name="engagement", user_agent=BROWSER.replace("126", "125"))
    visit(service, tracker, "/c", name="buy")
    answer = ask(service, {"site_id": tracker["site_id"]})
    assert answer.json()["data"] == {
        "visitors": 2,
        "pages": [{"value": "/a", "visitors": 1}, {"value": "/b", "visitors": 1}],
        "sources": [{"value": "Direct", "visitors": 1}, {"value": "Google", "visitors": 1}],
    }
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["vary"] == "accept, authorization"


def test_it_answers_as_the_openapi_document_says(service: Service, alice: Account) -> None:
    document = httpx.get(f"{service.url}/openapi.json").json()
    described = document["paths"]["/api/public/live"]["get"]
    assert [each["name"] for each in described["parameters"]] == ["site_id"]
    content = described["responses"]["200"]["content"]
    assert set(content) == {"application/json", "text/event-stream"}
    tracker = new_tracker(alice)
    visit(service, tracker)
    answer = ask(service, {"site_id": tracker["site_id"]}).json()
    jsonschema_rs.validate(content["application/json"]["schema"], answer)
    del answer["data"]["sources"]
    assert not jsonschema_rs.is_valid(content["application/json"]["schema"], answer)


def test_five_minutes(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    for seconds, agent in ((280, BROWSER), (310, PHONE)):
        then = datetime.now(UTC) - timedelta(seconds=seconds)
        event = {
            "site_id": tracker["site_id"],
            "url": f"/{seconds}",
            "timestamp": then.isoformat(),
            "user_agent": agent,
        }
        assert alice.client.post("/api/public/collect", json=event).status_code == 202
    found = live(service, tracker)
    assert (found["visitors"], found["pages"]) == (1, [{"value": "/280", "visitors": 1}])


@pytest.mark.parametrize("accept", [{}, WATCHING], ids=["asked", "watched"])
@pytest.mark.parametrize(
    ("query", "headers", "status", "error"),
    [
        ({}, {}, 400, "invalid_request"),
        ([("site_id", NOWHERE), ("site_id", NOWHERE)], {}, 400, "invalid_request"),
        ({"site_id": NOWHERE, "period": "7d"}, {}, 400, "invalid_request"),
        ({"site_id": NOWHERE}, {}, 404, "not_found"),
        ({"site_id": "nonsense"}, {}, 404, "not_found"),
        ({}, {"authorization": "Bearer nonsense"}, 401, "unauthorized"),
    ],
)
def test_what_is_wrong(
    service: Service,
    accept: dict[str, str],
    query: Any,
    headers: dict[str, str],
    status: int,
    error: str,
) -> None:
    answer = ask(service, query, **accept, **headers)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.headers["content-type"] == "application/json"


def test_a_private_tracker_is_its_owners_alone(
    service: Service, alice: Account, bob: Account, charlie: Account
) -> None:
    tracker = new_tracker(alice)
    keep_private(alice, tracker)
    visit(service, tracker)
    query = {"site_id": tracker["site_id"]}
    absent = ask(service, {"site_id": NOWHERE})
    for stranger in (None, bob, charlie):
        for accept in ({}, WATCHING):
            answer = ask(service, query, **accept, **bearer(stranger))
            assert (answer.status_code, answer.content) == (404, absent.content)
    assert ask(service, query, **bearer(alice)).json()["data"]["visitors"] == 1
    with watch(service, tracker, **bearer(alice)) as stream:
        assert stream.next()["visitors"] == 1


def test_all_who_watch_are_told_what_changes(service: Service, alice: Account) -> None:
    tracker, other = new_tracker(alice), new_tracker(alice)
    with ExitStack() as open_:
        streams = [open_.enter_context(watch(service, tracker)) for _ in range(5)]
        for stream in streams:
            assert stream.answer.headers["content-type"] == "text/event-stream"
            assert stream.answer.headers["cache-control"] == "no-store"
            assert stream.answer.headers["access-control-allow-origin"] == "*"
            assert stream.next() == EMPTY
        visit(service, other)
        visit(service, tracker, "/a")
        told = [stream.until(1) for stream in streams]
        visit(service, tracker, "/b", user_agent=PHONE)
        assert [stream.until(2)["pages"] for stream in streams] == [
            [{"value": "/a", "visitors": 1}, {"value": "/b", "visitors": 1}]
        ] * 5
    assert (
        told
        == [
            {
                "visitors": 1,
                "pages": [{"value": "/a", "visitors": 1}],
                "sources": [{"value": "Direct", "visitors": 1}],
            }
        ]
        * 5
    )


def test_a_tracker_that_becomes_private_ends_the_streams_of_others(
    service: Service, alice: Account, bob: Account
) -> None:
    tracker = new_tracker(alice)
    with (
        watch(service, tracker) as anyones,
        watch(service, tracker, **bearer(bob)) as bobs,
        watch(service, tracker, **bearer(alice)) as hers,
    ):
        assert [stream.next() for stream in (anyones, bobs, hers)] == [EMPTY] * 3
        keep_private(alice, tracker)
        visit(service, tracker)
        assert hers.until(1)["visitors"] == 1
        for stream in (anyones, bobs):
            assert not [line for line in stream.lines() if line != ":"]


def test_a_tracker_that_is_removed_ends_its_streams(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    with watch(service, tracker) as anyones, watch(service, tracker, **bearer(alice)) as hers:
        assert [stream.next() for stream in (anyones, hers)] == [EMPTY] * 2
        assert alice.client.delete(f"/api/v1/trackers/{tracker['id']}").status_code == 204
        for stream in (anyones, hers):
            assert not [line for line in stream.lines() if line != ":"]


@pytest.mark.slow
def test_a_quiet_stream_says_so_and_one_whose_token_is_revoked_ends(
    service: Service, alice: Account
) -> None:
    tracker = new_tracker(alice)
    made = service.json("token", "new", "--user", alice.email, "--name", "Watching")
    token = {"authorization": f"Bearer {made['token']}"}
    with watch(service, tracker) as anyones, watch(service, tracker, **token) as hers:
        assert [stream.next() for stream in (anyones, hers)] == [EMPTY] * 2
        service.command("token", "revoke", made["id"])
        assert next(anyones.lines()) == ":"
        # It was quiet before the token was revoked, too.
        assert not [line for line in hers.lines() if line != ":"]


def test_streams_end_when_the_service_stops(own_service: Service) -> None:
    owner = own_service.account("owner@example.com")
    tracker, other = new_tracker(owner), new_tracker(owner)
    with ExitStack() as open_:
        watched = (tracker, tracker, other)
        streams = [open_.enter_context(watch(own_service, each)) for each in watched]
        assert [stream.next() for stream in streams] == [EMPTY] * 3
        assert own_service.stop() == 0
        # One that is cut off, not ended, raises here.
        assert [list(stream.lines()) for stream in streams] == [[]] * 3
    assert "Traceback" not in own_service.log.read_text()


def test_a_quiet_stream_outlives_patience(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.support.service.EZEE", (sys.executable, "-m", hasty.__name__))
    impatient = Service(tmp_path / "data").start()
    try:
        tracker = new_tracker(impatient.account("owner@example.com"))
        with watch(impatient, tracker) as stream:
            assert stream.next() == EMPTY
            time.sleep(4 * hasty.SECONDS)
            visit(impatient, tracker)
            assert stream.next()["visitors"] == 1
    finally:
        impatient.stop()


def test_an_address_has_so_many_streams_until_some_hang_up(tmp_path: Path) -> None:
    options = ("--trusted-proxies", "127.0.0.1", "--public-stats-limit", "0")
    proxied = Service(tmp_path / "data", *options).start()
    try:
        tracker = new_tracker(proxied.account("owner@example.com"))
        theirs = {"x-forwarded-for": "203.0.113.1"}
        with ExitStack() as open_:
            for _ in range(MOST_STREAMS_OF_ONE):
                stream = open_.enter_context(watch(proxied, tracker, **theirs))
                assert stream.next() == EMPTY
            with watch(proxied, tracker, **theirs) as refused:
                refused.answer.read()
                assert refused.answer.status_code == 429
                assert refused.answer.json()["error"] == "rate_limited"
                assert int(refused.answer.headers["retry-after"]) > 0
            with watch(proxied, tracker, **{"x-forwarded-for": "203.0.113.2"}) as others:
                assert others.next() == EMPTY
        _wait_for_room(proxied, tracker, theirs)
    finally:
        assert proxied.stop() == 0


def _wait_for_room(service: Service, tracker: dict[str, Any], theirs: dict[str, str]) -> None:
    """A stream that has hung up is found out when it is sent something."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        visit(service, tracker, f"/{time.monotonic()}")
        with watch(service, tracker, **theirs) as stream:
            if stream.answer.status_code == 200:
                return
        time.sleep(0.2)
    raise AssertionError("those who hung up still count")
