"""The documentation that the service shows of itself."""

from __future__ import annotations

import re
from html import unescape

import pytest

from ezee.web.html.documents import anchor, link
from tests.docs.pages import ROOT
from tests.support.pages import Visitor
from tests.support.service import Account
from tests.support.stats import new_tracker

NAMES = sorted(path.stem for path in ROOT.glob("docs/*.md"))


def test_links_between_pages_lead_to_pages_here() -> None:
    assert [link("api.md"), link("script.md#tags"), link("https://a.example/b.md")] == [
        *("/docs/api", "/docs/script#tags", "https://a.example/b.md"),
    ]
    assert anchor("What is `kept`, and why?") == "what-is-kept-and-why"


@pytest.mark.service
@pytest.mark.parametrize("name", NAMES)
def test_every_page_is_shown_and_its_links_lead_on(anybody: Visitor, name: str) -> None:
    answer = anybody.get(f"/docs/{name}")
    assert answer.status_code == 200
    assert "https://stats.example.com" not in answer.text
    for target in re.findall(r'href="/docs/([a-z-]+)', answer.text):
        assert target in NAMES


@pytest.mark.service
def test_examples_are_of_this_server_and_of_the_readers_site(
    at_alices: Visitor, alice: Account
) -> None:
    new_tracker(alice)
    own = alice.client.get("/api/v1/trackers").json()["data"][0]["site_id"]
    for name in NAMES:
        page = at_alices.get(f"/docs/{name}").text
        assert "ezi_64a31d92b70f" not in page, name
        if name in {"install", "api"}:
            assert own in page
            assert at_alices.url in page


@pytest.mark.service
def test_the_reference_has_examples_in_three_languages(anybody: Visitor) -> None:
    page = unescape(anybody.get("/docs/api").text)
    collect = f"{anybody.url}/api/public/collect"
    for example in (f"curl {collect}", f'await fetch("{collect}"', "import requests"):
        assert example in page


@pytest.mark.service
def test_there_is_no_other_page(anybody: Visitor) -> None:
    assert anybody.get("/docs/..%2Fsecret").status_code == 404
    assert anybody.get("/docs").url.path == "/docs/install"
