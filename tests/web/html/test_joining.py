"""The first owner in the browser, and accounts of others where that is open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.pages import Visitor, without_tokens
from tests.support.service import PASSWORD, Service

pytestmark = pytest.mark.service

ME = {"email": "me@example.com", "password": PASSWORD}


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """A service that nobody has set up yet, open to anybody."""
    options = ("--first-owner", "browser", "--sign-up", "open", "--sign-in-limit", "0")
    service = Service(tmp_path / "data", *options).start()
    yield service
    service.stop()


def test_the_first_owner_is_made_in_the_browser_by_the_link_alone(fresh: Service) -> None:
    said = (fresh.data / "first-sign-in.txt").read_text()
    found = re.search(r"/set-up/[0-9a-f]{32}", said)
    assert found is not None
    path = found[0]
    with Visitor(fresh.url) as visitor:
        assert visitor.get("/set-up/" + "0" * 32).status_code == 404
        page = visitor.send(path, {"email": "me", "password": "short"})
        assert page.status_code == 400
        page = visitor.send(path, ME)
        assert (page.status_code, page.url.path) == (200, "/")
        assert "Count your first site" in page.text
        # Once there is an owner, the link is worth nothing.
        assert visitor.get(path).status_code == 404
    assert fresh.json("user", "list")[0]["plan"] == "pro"


def test_anybody_makes_an_account_where_that_is_open(fresh: Service) -> None:
    with Visitor(fresh.url) as visitor:
        pages = [visitor.send("/sign-up", ME), visitor.send("/sign-up", ME)]
        # Whether the address was taken is not told.
        assert {page.url.path for page in pages} == {"/sign-in"}
        texts = [without_tokens(page.text) for page in pages]
        assert texts[0] == texts[1]
        assert visitor.sign_in(ME["email"]).url.path == "/"
        wrong = visitor.send("/sign-up", {"email": "x", "password": PASSWORD})
        assert wrong.status_code == 400
    assert [each["plan"] for each in fresh.json("user", "list")] == ["free"]


def test_nobody_does_where_it_is_closed(anybody: Visitor) -> None:
    assert anybody.get("/sign-up").status_code == 404
    assert anybody.send("/sign-up", ME, on="/sign-in").status_code == 404
    assert "/sign-up" not in anybody.get("/sign-in").text


def test_the_first_owner_of_a_start_can_sign_in(own_service: Service) -> None:
    said = (own_service.data / "first-sign-in.txt").read_text()
    password = re.search(r"password  (\S+)", said)
    assert password is not None
    with Visitor(own_service.url) as visitor:
        assert visitor.sign_in("owner@localhost", password[1]).url.path == "/"
