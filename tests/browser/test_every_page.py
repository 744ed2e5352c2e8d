"""Every page, full of markup that people sent.

Nothing of it does anything: no dialog opens, the policy has nothing to refuse. Nothing is asked of
anybody but the service itself. axe-core finds nothing, light or dark, and nothing is wider than a
phone, in German too.
"""

from __future__ import annotations

import re
import sqlite3
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looks import assert_fits, assert_good_looks, screenshot
from tests.docs.pages import ROOT
from tests.support.service import PASSWORD, Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

PAYLOADS = (
    '"><script>alert(1)</script><img src=x onerror=alert(2)>',
    "'-alert(3)-'</textarea></title><svg onload=alert(4)>",
    "{{7*7}}${alert(5)}<a href=javascript:alert(6)>x</a>",
)
MARKUP = PAYLOADS[0]
DOCUMENTS = sorted(path.stem for path in ROOT.glob("docs/*.md"))


class Looker(NamedTuple):
    """A tab, and what its pages did: which addresses they asked for, and what opened a dialog."""

    page: Page
    asked: list[str]
    dialogs: list[str]

    def assert_harmless(self, url: str) -> None:
        assert self.dialogs == []
        assert [each for each in self.asked if not each.startswith((f"{url}/", "data:"))] == []


@pytest.fixture
def looker(visitor: BrowserContext) -> Looker:
    """A browser with nothing in it yet; its console has to stay empty."""
    asked: list[str] = []
    dialogs: list[str] = []

    def note(dialog: Any) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page = visitor.new_page()
    visitor.on("request", lambda request: asked.append(request.url))
    page.on("dialog", note)
    return Looker(page, asked, dialogs)


@pytest.fixture(scope="module")
def mallory(service: Service) -> Account:
    """Whose site is visited by people who send markup."""
    return service.account(f"{uuid.uuid4().hex}@example.com")


@pytest.fixture(scope="module")
def tracker(service: Service, mallory: Account) -> dict[str, Any]:
    """A tracker with markup wherever somebody may have sent it."""
    tracker = new_tracker(mallory, name=f"مقالات {MARKUP}")
    for payload in PAYLOADS:
        sent = {
            "site_id": tracker["site_id"],
            "url": f"https://{tracker['domain']}/{quote(payload, safe='')}/{'long/' * 60}"
            f"?utm_source={quote(payload)}&utm_campaign={quote(payload)}",
            "title": payload,
            "referrer": f"https://evil.example/{quote(payload)}",
            "language": "de",
            "screen_width": 1280,
        }
        service.collect(sent).raise_for_status()
        bought = {"name": payload, "props": {"plan": payload}, "value": 5, "currency": "EUR"}
        service.collect({**sent, **bought}).raise_for_status()
    path = f"/api/v1/trackers/{tracker['id']}"
    today = mallory.client.get(f"{path}/stats?period=today").json()["data"]["period"]["to"][:10]
    note = {"day": today, "text": MARKUP}
    mallory.client.post(f"{path}/annotations", json=note).raise_for_status()
    rules = {"exclusions": {"agents": [MARKUP]}, "counter": True}
    mallory.client.patch(path, json=rules).raise_for_status()
    new_tracker(mallory, name=PAYLOADS[1])
    return tracker


def walk(looker: Looker, url: str, paths: Iterable[str]) -> None:
    for path in paths:
        looker.page.goto(url + path)
        assert_good_looks(looker.page)


def reports(base: str) -> list[str]:
    """The report with each of its tabs open, filtered, and wrong."""
    filters = f"filter=page:contains:{quote(MARKUP)}&filter=event:is_not:{quote(MARKUP)}"
    return [
        base,
        f"{base}?sources=utm_campaign&places=country&events=prop:plan&devices=screen",
        f"{base}?pages=entry_page&sources=channel&places=language&events=properties&devices=os",
        f"{base}?events=revenue&pages=exit_page&sources=referrer&period=today&show=bounce_rate",
        f"{base}?{filters}",
        f"{base}?period=12mo&compare=none",
        f"{base}/all/page?search={quote(MARKUP)}",
        f"{base}/all/prop:plan",
        f"{base}/all/referrer",
    ]


def test_the_report_in_every_state(
    looker: Looker, service: Service, mallory: Account, tracker: dict[str, Any]
) -> None:
    sign_in(looker.page, service.url, mallory.email)
    base = f"/trackers/{tracker['id']}"
    walk(looker, service.url, reports(base))
    looker.assert_harmless(service.url)


def test_what_surrounds_a_report(
    looker: Looker, service: Service, mallory: Account, tracker: dict[str, Any]
) -> None:
    page = looker.page
    sign_in(page, service.url, mallory.email)
    page.goto(f"{service.url}/account")
    page.get_by_label("Name").fill(MARKUP[:100])
    page.get_by_role("button", name="Save").click()
    page.goto(f"{service.url}/tokens/new")
    page.get_by_label("Name").fill(MARKUP)
    page.get_by_role("button", name="Make the token").click()
    base = f"/trackers/{tracker['id']}"
    walk(
        looker,
        service.url,
        [
            "/",
            "/trackers/order",
            "/trackers/new",
            f"{base}/install",
            f"{base}/settings",
            f"{base}/delete",
            "/tokens",
            "/account",
            "/account/second-step",
            "/account/passkeys",
            "/account/delete",
            f"/counters?site_id={tracker['site_id']}&label={quote(MARKUP)}&style=flat",
        ],
    )
    for action in ("regenerate", "revoke"):
        page.goto(f"{service.url}/tokens")
        page.locator(f"a[href$='/{action}']").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert_good_looks(page)
    looker.assert_harmless(service.url)


def test_what_a_link_shows(
    looker: Looker, service: Service, mallory: Account, tracker: dict[str, Any]
) -> None:
    page = looker.page
    sign_in(page, service.url, mallory.email)
    settings = f"{service.url}/trackers/{tracker['id']}/settings"
    page.goto(settings)
    page.get_by_role("button", name="Make a link").click()
    page.get_by_label("It shows annotations").check()
    page.locator("#link").get_by_role("button", name="Save").click()
    link = page.locator("#share-link").input_value()
    opt_out = page.locator("#opt-out").input_value()
    page.context.clear_cookies()
    shared = link.removeprefix(service.url)
    walk(looker, service.url, [shared, f"{shared}?embed=1", f"{shared}/all/page"])
    walk(looker, service.url, [opt_out.removeprefix(service.url)])
    looker.assert_harmless(service.url)


def test_the_documentation(looker: Looker, service: Service) -> None:
    walk(looker, service.url, [f"/docs/{name}" for name in DOCUMENTS])
    looker.assert_harmless(service.url)


def test_what_anybody_sees(looker: Looker, service: Service) -> None:
    walk(looker, service.url, ["/sign-in", "/forgot", "/counters"])
    looker.assert_harmless(service.url)


def test_a_deleted_tracker_leaves_a_receipt(
    looker: Looker, service: Service, mallory: Account
) -> None:
    page = looker.page
    tracker = new_tracker(mallory, name=MARKUP)
    sign_in(page, service.url, mallory.email)
    page.goto(f"{service.url}/trackers/{tracker['id']}/delete")
    page.get_by_role("textbox").fill(tracker["domain"])
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="is deleted")).to_be_visible()
    assert_good_looks(page)
    screenshot(page, "deleted")
    looker.assert_harmless(service.url)


def test_german_is_no_wider_than_a_phone(
    chromium: Browser, service: Service, mallory: Account, tracker: dict[str, Any]
) -> None:
    context = chromium.new_context(locale="de")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(f"{service.url}/sign-in")
    assert page.get_attribute("html", "lang") == "de"
    page.get_by_label("E-Mail").fill(mallory.email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden", exact=True).click()
    page.wait_for_url(f"{service.url}/")
    base = f"/trackers/{tracker['id']}"
    paths = ["/", "/trackers/order", "/tokens", "/account", "/counters", f"{base}/settings"]
    for path in [*paths, *reports(base)]:
        page.goto(service.url + path)
        for width in (360, 768):
            assert_fits(page, width)
    context.close()


@pytest.fixture
def strict(tmp_path: Path) -> Iterator[Service]:
    """A service where a third try to sign in within a minute is one too many."""
    service = Service(tmp_path / "data", "--sign-in-limit", "2").start()
    yield service
    service.stop()


def test_failures_look_good(chromium: Browser, strict: Service) -> None:
    """The console tells of each failure itself, so that nothing is asked of it here."""
    owner = strict.account("me@example.com")
    tracker = new_tracker(owner)
    context = chromium.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, strict.url, owner.email)
    told: dict[int, str] = {}

    def look(path: str) -> None:
        answer = page.goto(strict.url + path)
        assert answer is not None
        heard(answer.status)

    def heard(status: int) -> None:
        told[status] = page.locator("h1").inner_text()
        assert_good_looks(page)
        screenshot(page, f"failure-{status}")

    look("/nothing")
    look("/sign-out")
    page.goto(f"{strict.url}/trackers/new")
    page.get_by_label("Domain").fill("a.example")
    page.evaluate("document.querySelectorAll('[name=form_token]').forEach(e => { e.value = 'x' })")
    with page.expect_response("**/trackers/new") as answered:
        page.get_by_role("button", name="Add the tracker").click()
    page.wait_for_load_state()
    heard(answered.value.status)
    with closing(sqlite3.connect(strict.data / "accounts.sqlite")) as accounts, accounts:
        accounts.execute("update trackers set rules = '{\"places\": 7}'")
    look(f"/trackers/{tracker['id']}/install")
    with closing(sqlite3.connect(strict.data / "accounts.sqlite")) as accounts, accounts:
        accounts.execute("alter table tokens rename to gone")
    look("/tokens")
    context.clear_cookies()
    for _ in range(3):
        page.goto(f"{strict.url}/sign-in")
        page.get_by_label("E-mail").fill(owner.email)
        page.get_by_label("Password").fill("wrong wrong wrong")
        with page.expect_response(re.compile("/sign-in$")) as answered:
            page.get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_load_state()
    heard(answered.value.status)
    context.close()
    assert told == {
        404: "There is nothing here",
        405: "That is not possible here",
        403: "Something is not right",
        500: "Something went wrong on our side",
        503: "Back in a moment",
        429: "Too many tries",
    }
