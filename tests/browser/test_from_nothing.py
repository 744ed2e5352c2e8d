"""From a service that nobody has set up to a counted page and a token that works.

Once with a mouse, once with keys alone.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pyotp
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.looks import assert_good_looks, screenshot
from tests.browser.pages import HOST, PageServer
from tests.support.service import PASSWORD, Service

pytestmark = pytest.mark.service

EMAIL = "me@example.com"
MOST_STEPS = 120
NAMED = """() => {
  const here = document.activeElement;
  if (!here.matches("a, button, summary")) return "";
  return [here.getAttribute("aria-label"), here.textContent, here.title].join(" ");
}"""


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Service]:
    """A service that nobody has set up yet."""
    options = ("--first-owner", "browser", "--sign-up", "open", "--sign-in-limit", "0")
    service = Service(tmp_path / "data", *options).start()
    yield service
    service.stop()


class Hands(Protocol):
    """How somebody uses a page."""

    def __call__(self, page: Page, name: str) -> None:
        """Choose the link or button of that name."""


def mouse(page: Page, name: str) -> None:
    either = page.get_by_role("link", name=name).or_(page.get_by_role("button", name=name))
    either.or_(page.locator("summary", has_text=name)).first.click()


def keys(page: Page, name: str) -> None:
    """Step to it with the tab key, as far as it takes, and press it."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if name in page.evaluate(NAMED):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"no key leads to {name} on {page.url}")


def set_up_path(service: Service) -> str:
    said = (service.data / "first-sign-in.txt").read_text()
    found = re.search(r"/set-up/[0-9a-f]{32}", said)
    assert found is not None
    return found[0]


def curl(url: str, token: str) -> tuple[int, Any]:
    """What curl is answered to the list of trackers."""
    command = ["curl", "-s", "-w", "\n%{http_code}", "-H", f"Authorization: Bearer {token}"]
    said = subprocess.run([*command, f"{url}/api/v1/trackers"], capture_output=True, check=True)
    body, _, status = said.stdout.decode().rpartition("\n")
    return int(status), json.loads(body)


@pytest.mark.parametrize("choose", [mouse, keys])
def test_set_up_count_and_call_the_api(
    fresh: Service, visitor: BrowserContext, pages: PageServer, choose: Hands
) -> None:
    page = visitor.new_page()
    page.goto(fresh.url + set_up_path(fresh))
    # The first field waits to be typed into.
    page.keyboard.type(EMAIL)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    choose(page, "Make the account")
    expect(page.get_by_role("heading", name="Count your first site")).to_be_visible()

    choose(page, "Add a tracker")
    expect(page.get_by_label("Domain")).to_be_focused()
    page.keyboard.type(HOST)
    choose(page, "Add the tracker")
    expect(page.get_by_role("heading", name="Waiting for the first hit")).to_be_visible()
    choose(page, "Copy")
    expect(page.get_by_text("Copied")).to_be_visible()
    snippet = page.get_by_label("The line of HTML").input_value()

    shop = visitor.new_page()
    shop.goto(pages.put("/shoes", f"<!doctype html><title>Shoes</title>{snippet}<p>Shoes"))
    page.bring_to_front()
    expect(page.get_by_role("heading", name="It counts")).to_be_visible(timeout=60_000)
    choose(page, "See the report")
    expect(page.get_by_role("link", name="/shoes", exact=True)).to_be_visible()
    expect(page.locator("#now")).to_have_text("1 visitor now")
    choose(page, "/shoes")
    expect(page).to_have_url(re.compile(r"filter=page%3Ais%3A%2Fshoes$"))

    make_use_and_revoke_a_token(page, fresh.url, choose)
    choose(page, "Your account")
    choose(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_same_without_scripts(
    fresh: Service, chromium: Browser, visitor: BrowserContext, pages: PageServer
) -> None:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.goto(fresh.url + set_up_path(fresh))
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    mouse(page, "Make the account")
    mouse(page, "Add a tracker")
    page.get_by_label("Domain").fill(HOST)
    mouse(page, "Add the tracker")
    expect(page.get_by_role("heading", name="Waiting for the first hit")).to_be_visible()
    expect(page.get_by_role("button", name="Copy")).to_be_hidden()
    snippet = page.get_by_label("The line of HTML").input_value()
    # The site's own visitors have scripts.
    shop = visitor.new_page()
    with shop.expect_response("**/collect"):
        shop.goto(pages.put("/shoes", f"<!doctype html><title>Shoes</title>{snippet}<p>Shoes"))
    mouse(page, "Look again")
    expect(page.get_by_role("heading", name="It counts")).to_be_visible()
    mouse(page, "See the report")
    expect(page.locator("#now")).to_have_text("1 visitor now")
    expect(page.locator("svg.plot .area").first).to_be_attached()
    mouse(page, "The chart’s numbers")
    expect(page.locator("#figures")).to_be_visible()
    mouse(page, "/shoes")
    expect(page).to_have_url(re.compile(r"filter=page%3Ais%3A%2Fshoes$"))
    mouse(page, "Remove this filter")
    mouse(page, "30 days")
    mouse(page, "7 days")
    expect(page).to_have_url(re.compile(r"period=7d$"))
    make_use_and_revoke_a_token(page, fresh.url, mouse)
    mouse(page, "Your account")
    mouse(page, "Sign out")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    context.close()


def make_use_and_revoke_a_token(page: Page, url: str, choose: Hands) -> None:
    choose(page, "Tokens")
    expect(page).to_have_url(f"{url}/tokens")
    choose(page, "New token")
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Nightly export")
    choose(page, "Make the token")
    expect(page.get_by_label("The token", exact=True)).to_be_visible()
    token = page.get_by_label("The token", exact=True).input_value()
    status, told = curl(url, token)
    assert status == 200
    assert [each["domain"] for each in told["data"]] == [HOST]
    choose(page, "I have copied it")
    expect(page.get_by_role("dialog")).to_have_count(0)
    choose(page, "Regenerate Nightly export")
    expect(page.get_by_role("dialog")).to_be_visible()
    choose(page, "Regenerate")
    expect(page.get_by_label("The token", exact=True)).to_be_visible()
    again = page.get_by_label("The token", exact=True).input_value()
    assert [curl(url, each)[0] for each in (token, again)] == [401, 200]
    choose(page, "I have copied it")
    expect(page.get_by_role("dialog")).to_have_count(0)
    choose(page, "Revoke Nightly export")
    expect(page.get_by_role("dialog")).to_be_visible()
    choose(page, "Revoke")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert curl(url, again)[0] == 401


def looked_at(page: Page, name: str) -> None:
    screenshot(page, name)
    assert_good_looks(page)


def test_pages_that_are_seldom_seen_look_good(fresh: Service, page: Page) -> None:
    page.goto(fresh.url + set_up_path(fresh))
    looked_at(page, "set-up")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    looked_at(page, "overview-empty")
    for name in ("install", "api", "numbers", "privacy", "script"):
        page.goto(f"{fresh.url}/docs/{name}")
        looked_at(page, f"docs-{name}")
    page.goto(f"{fresh.url}/account/second-step")
    secret = page.locator("code", has_text=re.compile(r"^[A-Z2-7]{32}$")).inner_text()
    page.get_by_label("Code").fill(pyotp.TOTP(secret).now())
    page.get_by_role("button", name="Turn it on").click()
    expect(page.get_by_text("recovery codes").first).to_be_visible()
    looked_at(page, "recovery-codes")

    page.context.clear_cookies()
    page.goto(f"{fresh.url}/sign-up")
    looked_at(page, "sign-up")
    page.goto(f"{fresh.url}/sign-in")
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    looked_at(page, "code")
    page.goto(fresh.json("user", "reset-password", EMAIL)["link"])
    looked_at(page, "reset")
    page.get_by_label("Password").fill("another horse, another battery")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_text("Your new password is set.")).to_be_visible()


def test_the_receipt_the_lock_and_an_error_look_good(fresh: Service, page: Page) -> None:
    page.goto(fresh.url + set_up_path(fresh))
    page.get_by_label("E-mail").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Make the account").click()
    page.get_by_role("link", name="Add a tracker").first.click()
    page.get_by_label("Domain").fill(HOST)
    page.get_by_role("button", name="Add the tracker").click()
    site_id = page.locator("dd code").first.inner_text()
    fresh.collect({"site_id": site_id, "url": "/"}).raise_for_status()
    page.goto(page.url.replace("/install", "/settings"))
    page.get_by_role("button", name="Make a link").click()
    looked_at(page, "settings-link")
    link = page.locator("#share-link").input_value()
    page.get_by_label("Password of the link").fill("open sesame, please")
    page.get_by_role("button", name="Set the password").click()
    page.goto(link)
    looked_at(page, "report-lock")
    page.goto(f"{fresh.url}/account/delete")
    page.get_by_label(f"Type {EMAIL} to go on").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_role("heading", name="The account is deleted")).to_be_visible()
    looked_at(page, "receipt")
