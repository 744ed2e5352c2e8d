"""Who is here now, streamed to report pages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import httpx
import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

STREAM = {"accept": "text/event-stream"}
MANY = 40


@contextmanager
def watching(visitor: Visitor, path: str) -> Iterator[Iterator[str]]:
    """The lines of a stream that a page asks for, but for those that say it is still there."""
    with visitor.client.stream("GET", path, headers=STREAM) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        yield (line for line in answer.iter_lines() if line not in {"", ":"})


def visitors(line: str) -> int:
    number: int = json.loads(line.removeprefix("data: "))["data"]["visitors"]
    return number


def visit(service: Service, tracker: dict[str, Any]) -> None:
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()


def test_many_pages_and_programs_are_told_at_once(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    with ExitStack() as open_:
        path = f"/trackers/{tracker['id']}/now"
        streams = [open_.enter_context(watching(at_alices, path)) for _ in range(MANY)]
        assert [visitors(next(lines)) for lines in streams] == [0] * MANY
        visit(service, tracker)
        assert [visitors(next(lines)) for lines in streams] == [1] * MANY


def test_a_report_behind_a_link_streams_without_an_account(
    service: Service, at_alices: Visitor, anybody: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice, public_stats=False)
    settings = f"/trackers/{tracker['id']}/settings"
    page = at_alices.send(f"{settings}/link", {"do": "make"}, on=settings).text
    found = re.search(r'id="share-link" value="([^"]+)"', page)
    assert found is not None
    with watching(anybody, found[1].removeprefix(anybody.url) + "/now") as lines:
        assert visitors(next(lines)) == 0
        visit(service, tracker)
        assert visitors(next(lines)) == 1


def test_nobody_else_watches(
    service: Service, anybody: Visitor, alice: Account, bob: Account
) -> None:
    path = f"/trackers/{new_tracker(alice)['id']}/now"
    assert anybody.get(path, headers=STREAM).url.path == "/sign-in"
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        assert visitor.get(path, headers=STREAM).status_code == 404


@pytest.mark.slow
def test_the_stream_of_who_signs_out_ends(service: Service, alice: Account) -> None:
    tracker = new_tracker(alice)
    with Visitor(service.url) as visitor:
        visitor.sign_in(alice.email)
        visitor.client.timeout = httpx.Timeout(60)
        with watching(visitor, f"/trackers/{tracker['id']}/now") as lines:
            assert visitors(next(lines)) == 0
            with Visitor(service.url) as elsewhere:
                elsewhere.client.cookies = visitor.client.cookies
                elsewhere.send("/sign-out", on="/account")
            assert list(lines) == []


def test_a_script_that_has_to_sign_in_leads_the_whole_page_there(anybody: Visitor) -> None:
    answer = anybody.get("/trackers/x/now", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/sign-in"
    assert answer.text == ""
