"""A report behind a link: Alice shows hers, to Bob, Charlie and anybody who has the link."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

PASSWORD = "open sesame, please"
PARTS = ["", "/all/page", "/csv/page", "/filter", "/now"]


@pytest.fixture
def tracker(service: Service, alice: Account) -> dict[str, Any]:
    """A private tracker of Alice's, with a visit that bought something."""
    tracker = new_tracker(alice, name="Shop <b>", public_stats=False)
    sent = {"site_id": tracker["site_id"], "url": "/shoes"}
    service.collect(sent).raise_for_status()
    bought = {**sent, "name": "buy", "props": {"plan": "gold"}, "value": 5, "currency": "EUR"}
    service.collect(bought).raise_for_status()
    return tracker


def change(visitor: Visitor, tracker: dict[str, Any], do: str, **fields: str) -> str:
    """Change the link; returns its path, "" when there is none."""
    path = f"/trackers/{tracker['id']}/settings"
    page = visitor.send(f"{path}/link", {"do": do, **fields}, on=path)
    assert page.status_code == 200, page.text
    found = re.search(r'id="share-link" value="([^"]+)"', page.text)
    return unescape(found[1]).removeprefix(visitor.url) if found else ""


def test_no_report_is_shown_until_its_owner_says_so(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    page = at_alices.get(f"/trackers/{tracker['id']}/settings").text
    assert "share-link" not in page
    assert anybody.get(f"/share/{tracker['site_id']}/{'0' * 32}").status_code == 404


def test_whoever_has_the_link_sees_the_report_without_what_is_the_owners(
    service: Service,
    at_alices: Visitor,
    anybody: Visitor,
    bob: Account,
    charlie: Account,
    tracker: dict[str, Any],
) -> None:
    link = change(at_alices, tracker, "make")
    pages = [anybody.get(link)]
    for account in (bob, charlie):
        with Visitor(service.url) as visitor:
            visitor.sign_in(account.email)
            pages.append(visitor.get(link))
    for page in [*pages, at_alices.get(link)]:
        assert page.status_code == 200
        assert "Shop &lt;b&gt;" in page.text
        assert "/shoes" in page.text
        assert tracker["id"] not in page.text
        for hidden in ("Properties", "Revenue", "gold", "Not counted", "/settings"):
            assert hidden not in page.text
        assert page.headers["x-robots-tag"] == "noindex"
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for part in PARTS:
        assert anybody.get(link + part).status_code in {200, 400}
    assert "/shoes" in anybody.get(f"{link}/all/page").text
    assert b"/shoes" in anybody.get(f"{link}/csv/page").content


@pytest.mark.parametrize("sent", ["period=<img src=x>", "interval=<img src=x>", "period={x}"])
def test_a_failure_quotes_what_was_sent_as_text(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any], sent: str
) -> None:
    link = change(at_alices, tracker, "make")
    for part in ("", "/csv/page", "/all/page"):
        answer = anybody.get(f"{link}{part}?{sent}")
        assert answer.status_code == 400
        assert "<img src=x" not in answer.text
        assert sent.partition("=")[2] in unescape(answer.text)


@pytest.mark.parametrize("asked", ["?events=revenue", "?events=properties", "?events=prop:plan"])
def test_a_private_tab_is_not_there(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any], asked: str
) -> None:
    page = anybody.get(change(at_alices, tracker, "make") + asked)
    assert page.status_code == 200
    assert "gold" not in page.text
    assert "EUR" not in page.text


@pytest.mark.parametrize(
    "asked",
    [
        *("/all/prop:plan", "/csv/prop:plan", "/all/prop:*", "/csv/prop:*", "/csv/revenue"),
        *("/csv/dropped", "?filter=prop:plan:is:gold"),
    ],
)
def test_properties_cannot_be_asked_for(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any], asked: str
) -> None:
    assert anybody.get(change(at_alices, tracker, "make") + asked).status_code == 404


def test_unknown_disabled_and_wrong_links_look_the_same(
    at_alices: Visitor, anybody: Visitor, alice: Account, tracker: dict[str, Any]
) -> None:
    link = change(at_alices, tracker, "make")
    other = new_tracker(alice)
    wrong = [
        f"/share/{tracker['site_id']}/{'0' * 32}",
        f"/share/{other['site_id']}/{link.rpartition('/')[2]}",
        f"/share/ezi_000000000000/{link.rpartition('/')[2]}",
        f"/share/x/{link.rpartition('/')[2]}",
        f"/share/{tracker['site_id']}/%FF%00",
    ]
    assert change(at_alices, tracker, "remove") == ""
    pages = []
    for each in [link, *wrong]:
        for part in PARTS:
            answer = anybody.get(each + part)
            assert answer.status_code == 404, each + part
            pages.append(answer.text)
    assert len(set(pages)) == 1


def test_a_new_link_ends_the_one_before(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    first = change(at_alices, tracker, "make")
    second = change(at_alices, tracker, "make")
    assert first != second
    assert anybody.get(first).status_code == 404
    assert anybody.get(second).status_code == 200


def test_a_password_locks_every_part_until_it_is_given(
    service: Service, at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    change(at_alices, tracker, "make")
    link = change(at_alices, tracker, "lock", password=PASSWORD)
    asked = anybody.get(link)
    assert asked.status_code == 200
    assert "Shop" not in asked.text
    for part in PARTS[1:]:
        assert anybody.get(link + part).status_code == 401
    refused = anybody.send(link, {"password": "open barley, please"})
    assert refused.status_code == 400
    assert "This password is not right." in refused.text
    assert "/shoes" in anybody.send(link, {"password": PASSWORD}).text
    assert "/shoes" in anybody.get(f"{link}/all/page").text
    # Another password, or another link, ends what the first one opened.
    change(at_alices, tracker, "lock", password=PASSWORD + "!")
    assert anybody.get(f"{link}/all/page").status_code == 401
    change(at_alices, tracker, "unlock")
    with Visitor(service.url) as visitor:
        assert "/shoes" in visitor.get(link).text


def test_a_pass_that_was_made_up_opens_nothing(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    change(at_alices, tracker, "make")
    link = change(at_alices, tracker, "lock", password=PASSWORD)
    for shown in ("9999999999999.00", "x", "9999999999999", f"{'9' * 400}.00"):
        anybody.client.cookies.set(f"ezee_share_{tracker['site_id']}", shown)
        assert anybody.get(f"{link}/now").status_code == 401


def test_a_password_that_is_too_short_is_told(at_alices: Visitor, tracker: dict[str, Any]) -> None:
    change(at_alices, tracker, "make")
    path = f"/trackers/{tracker['id']}/settings"
    page = at_alices.send(f"{path}/link", {"do": "lock", "password": "short"}, on=path)
    assert page.status_code == 400
    assert re.search(r'id="field-password"[^>]* aria-invalid="true"', page.text)


def test_an_embedded_report_may_stand_in_any_page_and_stays_embedded(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    link = change(at_alices, tracker, "make")
    page = anybody.get(f"{link}?embed=1")
    policy = page.headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "unsafe" not in policy
    assert '<nav aria-label="Main"' not in page.text
    assert "/sign-in" not in page.text
    assert 'method="post"' not in page.text
    links = [unescape(each) for each in re.findall(rf'(?:href|hx-get)="({link}[^"]*)"', page.text)]
    # The last leads out of the frame.
    assert links
    assert [each for each in links if "embed=1" not in each] == [link]
    assert (
        "frame-ancestors *"
        in anybody.get(f"{link}/all/page?embed=1").headers["content-security-policy"]
    )
    assert (
        "frame-ancestors 'none'"
        in anybody.get(f"{link}?embed=2").headers["content-security-policy"]
    )
    own = at_alices.get(f"/trackers/{tracker['id']}?embed=1")
    assert "frame-ancestors 'none'" in own.headers["content-security-policy"]
    assert "embed=1" not in own.text.partition("<main")[2].partition("</main>")[0]
