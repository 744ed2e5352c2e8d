"""``ezee demo``, beside a running service: labelled, counted, and gone when it is deleted."""

from __future__ import annotations

import pytest

from tests.support.pages import Visitor
from tests.support.service import PASSWORD, Service

pytestmark = pytest.mark.service


def test_a_demo_is_labelled_and_full_of_visits(own_service: Service) -> None:
    made = own_service.json("demo")
    assert (made["user"], made["days"]) == ("owner@localhost", 60)
    assert made["hits"] > 5_000
    own_service.command("user", "add", "a@example.com", "--password-stdin", stdin=f"{PASSWORD}\n")
    refused = own_service.command("demo", check=False)
    assert refused == ""
    theirs = own_service.json("demo", "--user", "a@example.com")
    assert theirs["site_id"] != made["site_id"]
    with Visitor(own_service.url) as visitor:
        page = visitor.sign_in("a@example.com").text
    card = page.split('<article class="card tracker">', 1)[1]
    assert '<span class="badge accent">Demo</span>' in card
    assert "<polyline" in card
