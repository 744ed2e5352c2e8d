"""Who may see which page: Alice owns a tracker, Bob others, Charlie none, and anybody nothing."""

from __future__ import annotations

import pytest

from ezee.web.html import ROUTES
from tests.support.pages import Visitor, without_tokens
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

# Pages that anybody may look at, and forms that anybody may send.
PUBLIC = {
    "/sign-in",
    "/sign-in/code",
    "/sign-in/passkey",
    "/sign-in/passkey/options",
    "/sign-up",
    "/set-up/{key:str}",
    "/forgot",
    "/counters",
    "/docs",
    "/docs/{name:str}",
    "/reset/{secret:str}",
    "/look",
    "/language",
    "/opt-out/{site_id:str}/{key:str}",
    "/share/{site_id:str}/{key:str}",
    "/share/{site_id:str}/{key:str}/all/{dimension:str}",
    "/share/{site_id:str}/{key:str}/csv/{dimension:str}",
    "/share/{site_id:str}/{key:str}/filter",
    "/share/{site_id:str}/{key:str}/now",
    "/assets/{name:str}",
}


def routes(method: str) -> list[str]:
    return sorted(
        {path for route in ROUTES if method in route.http_methods for path in route.paths}
    )


def private(method: str) -> list[str]:
    return [path for path in routes(method) if path not in PUBLIC]


def named(path: str, tracker_id: str, token_id: str) -> str:
    return (
        path.replace("{tracker_id:str}", tracker_id)
        .replace("{token_id:str}", token_id)
        .replace("{session_id:str}", token_id)
        .replace("{passkey_id:str}", token_id)
        .replace("{annotation_id:str}", token_id)
        .replace("{group:str}", "general")
        .replace("{dimension:str}", "page")
    )


@pytest.mark.parametrize("path", private("GET"))
def test_anybody_is_sent_to_the_sign_in(anybody: Visitor, path: str) -> None:
    anybody.client.follow_redirects = False
    answer = anybody.get(named(path, "x", "y"))
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/sign-in")


@pytest.mark.parametrize("path", private("POST"))
def test_nobody_sends_a_form_without_signing_in(anybody: Visitor, path: str) -> None:
    anybody.client.follow_redirects = False
    answer = anybody.client.post(named(path, "x", "y"), data={"form_token": "x"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"


def test_the_token_of_a_form_is_another_each_time(at_alices: Visitor) -> None:
    tokens = {at_alices.token("/tokens/new") for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        fields = {"form_token": token, "look": "dark", "name": ""}
        assert at_alices.client.post("/tokens/new", data=fields).status_code == 400
        fields["form_token"] = token[:-1] + ("0" if token[-1] != "0" else "1")
        assert at_alices.client.post("/tokens/new", data=fields).status_code == 403


@pytest.mark.parametrize("path", [path for path in private("POST") if "{" not in path])
def test_every_form_needs_its_token(at_alices: Visitor, path: str) -> None:
    assert at_alices.client.post(path, data={"form_token": "0" * 32}).status_code == 403


@pytest.mark.parametrize("path", [path for path in private("GET") if "{tracker_id" in path])
def test_a_tracker_is_its_owners_alone(
    service: Service, at_alices: Visitor, alice: Account, bob: Account, charlie: Account, path: str
) -> None:
    tracker = new_tracker(alice)
    asked = named(path, tracker["id"], "x")
    # A page that wants parameters says so to its owner, and no more to a stranger than to anybody.
    owners = at_alices.get(asked).status_code
    assert owners in {200, 400}
    for stranger in (bob, charlie):
        with Visitor(service.url) as visitor:
            visitor.sign_in(stranger.email)
            answer = visitor.get(asked)
            missing = visitor.get(named(path, "7b0c0000-0000-4000-8000-000000000000", "x"))
        assert answer.status_code == missing.status_code
        assert answer.status_code == 404 or owners == 400
        told = without_tokens(answer.text).replace(tracker["id"], "")
        assert told == without_tokens(missing.text).replace(
            "7b0c0000-0000-4000-8000-000000000000", ""
        )


@pytest.mark.parametrize("path", [path for path in private("POST") if "{tracker_id" in path])
def test_a_stranger_changes_no_tracker(
    service: Service, alice: Account, bob: Account, path: str
) -> None:
    tracker = new_tracker(alice)
    before = alice.client.get(f"/api/v1/trackers/{tracker['id']}").json()
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        fields = {"name": "Bob's", "domain": tracker["domain"], "timezone": "UTC"}
        answer = visitor.send(named(path, tracker["id"], "x"), fields, on="/tokens")
    assert answer.status_code == 404
    assert alice.client.get(f"/api/v1/trackers/{tracker['id']}").json() == before
