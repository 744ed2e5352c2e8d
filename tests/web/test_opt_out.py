"""The opt-out page: its link is the owner's, its buttons set and remove a cookie."""

from __future__ import annotations

from collections.abc import Iterator
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.service import BROWSER, Account, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service

COLLECT = "/api/public/collect"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def browser(service: Service) -> Iterator[httpx.Client]:
    """It keeps cookies."""
    with httpx.Client(base_url=service.url, headers={"user-agent": BROWSER}) as client:
        yield client


def test_the_page_says_what_it_does(browser: httpx.Client, alice: Account) -> None:
    tracker = new_tracker(alice)
    page = browser.get(tracker["opt_out_url"])
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"Your own visits to {tracker['domain']}" in page.text
    for button in ("Do not count my visits with this browser", "Count them again"):
        assert f">{button}</button>" in page.text
    german = browser.get(tracker["opt_out_url"], headers={"accept-language": "de"}).text
    assert f"Ihre eigenen Besuche auf {tracker['domain']}" in german
    assert "set-cookie" not in page.headers
    # The key goes to no other site, no cache, no search engine and no frame.
    assert page.headers["referrer-policy"] == "same-origin"
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-robots-tag"] == "noindex"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "unsafe" not in page.headers["content-security-policy"]


def test_a_browser_is_opted_out_and_in_again(browser: httpx.Client, alice: Account) -> None:
    tracker, other = new_tracker(alice), new_tracker(alice)

    def send(to: Any) -> Any:
        answer = browser.post(COLLECT, json={"site_id": to["site_id"], "url": "/"})
        return answer.json()["data"]

    opted_out = {"accepted": 0, "dropped": [{"index": 0, "reason": "opted_out"}]}
    accepted = {"accepted": 1, "dropped": []}

    page = browser.post(tracker["opt_out_url"], data={"count": "no"})
    assert (page.status_code, "not counted any more" in page.text) == (200, True)
    assert send(tracker) == opted_out
    assert send(other) == accepted
    pixel = {"site_id": tracker["site_id"], "url": "/", "explain": "1"}
    assert browser.get(COLLECT, params=pixel).json()["data"]["dropped"] == "opted_out"
    assert counted(alice, tracker) == (0, 0)

    page = browser.post(tracker["opt_out_url"], data={"count": "yes"})
    assert (page.status_code, "counted again" in page.text) == (200, True)
    assert send(tracker) == accepted


@pytest.mark.parametrize(("count", "seconds"), [("no", 365 * 86_400), ("yes", 0)])
def test_the_cookie_over_http(
    browser: httpx.Client, alice: Account, count: str, seconds: int
) -> None:
    tracker = new_tracker(alice)
    answer = browser.post(tracker["opt_out_url"], data={"count": count})
    assert _attributes(answer, tracker, seconds) == ("lax", "")


def test_over_https_the_cookie_is_for_other_sites_pages_too(tmp_path: Path) -> None:
    service = Service(
        tmp_path / "data",
        *("--trusted-proxies", "127.0.0.1"),
        environ={"EZEE_PUBLIC_URL": "https://stats.example"},
    ).start()
    try:
        service.account("alice@example.com")
        tracker = service.tracker("alice@example.com")
        url = service.json("tracker", "show", tracker["id"])["opt_out_url"]
        here = (service.data / "ezee.address").read_text()
        answer = httpx.post(
            url.replace("https://stats.example", here),
            data={"count": "no"},
            headers={"x-forwarded-proto": "https"},
        )
    finally:
        service.stop()
    assert _attributes(answer, tracker, 365 * 86_400) == ("none", True)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_of_nobodys_is_missing(
    browser: httpx.Client, alice: Account, bob: Account, method: str
) -> None:
    tracker, other = new_tracker(alice), new_tracker(bob)
    start, _, key = tracker["opt_out_url"].rpartition("/")
    others_key = other["opt_out_url"].rpartition("/")[2]
    unknown = start.replace(tracker["site_id"], "ezi_000000000000")
    pages = [
        browser.request(method, url, content="count=no", headers=FORM)
        for url in (
            *(f"{start}/{others_key}", f"{start}/{key[:-1]}", f"{start}/{key}0"),
            *(f"{start}/{key.upper()}", f"{start}/%ff%00", f"{unknown}/{key}"),
            *(f"{browser.base_url}/opt-out/x/{key}",),
        )
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.text for page in pages}) == 1
    assert not any("set-cookie" in page.headers for page in pages)


def test_a_link_ends_with_its_tracker(browser: httpx.Client, alice: Account) -> None:
    tracker = new_tracker(alice)
    alice.client.delete(f"/api/v1/trackers/{tracker['id']}")
    assert browser.get(tracker["opt_out_url"]).status_code == 404


@pytest.mark.parametrize("body", [b"", b"count=maybe", b"count", b"\xff", b"count=no&count=yes"])
def test_another_form_changes_nothing(browser: httpx.Client, alice: Account, body: bytes) -> None:
    answer = browser.post(new_tracker(alice)["opt_out_url"], content=body, headers=FORM)
    assert (answer.status_code, "set-cookie" in answer.headers) == (400, False)
    assert "count: must be no or yes" in answer.text


def _attributes(answer: httpx.Response, tracker: Any, seconds: int) -> tuple[str, object]:
    """``SameSite`` and ``Secure`` of the opt-out cookie, when all else of it is right."""
    (cookie,) = SimpleCookie(answer.headers["set-cookie"]).values()
    assert cookie.key == f"ezee_opt_out_{tracker['site_id']}"
    assert bool(cookie.value) is (seconds > 0)
    assert (cookie["path"], cookie["max-age"], cookie["domain"]) == (COLLECT, str(seconds), "")
    assert cookie["httponly"] is True
    return cookie["samesite"].lower(), cookie["secure"]
