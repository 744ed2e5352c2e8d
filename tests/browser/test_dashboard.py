"""From an empty account to a counted site and a token that works, with scripts and without."""

from __future__ import annotations

import uuid

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looks import assert_good_looks, screenshot
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service


def test_a_tracker_is_added_and_the_lamp_turns_green_by_itself(
    signed_in: Page, service: Service
) -> None:
    page = signed_in
    page.get_by_role("link", name="Add a tracker").first.click()
    page.get_by_label("Domain").fill(f"{uuid.uuid4().hex}.example")
    page.get_by_role("button", name="Add the tracker").click()
    expect(page.get_by_role("heading", name="Waiting for the first hit")).to_be_visible()
    assert_good_looks(page)
    screenshot(page, "install")
    snippet = page.get_by_label("The line of HTML").input_value()
    site_id = snippet.partition('data-site="')[2].partition('"')[0]
    service.collect({"site_id": site_id, "url": "/"}).raise_for_status()
    expect(page.get_by_role("heading", name="It counts")).to_be_visible(timeout=30_000)
    assert_good_looks(page)


def test_a_token_is_made_used_regenerated_and_revoked_by_keyboard(
    signed_in: Page, service: Service
) -> None:
    page = signed_in

    def status(plain: str) -> int:
        headers = {"authorization": f"Bearer {plain}"}
        return httpx.get(f"{service.url}/api/v1/trackers", headers=headers).status_code

    page.get_by_role("link", name="Tokens").click()
    page.get_by_role("link", name="New token").first.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("document.querySelector('dialog').matches(':modal')")
    assert_good_looks(page)
    name = f"By keyboard {uuid.uuid4().hex[:6]}"
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    field = page.get_by_label("The token", exact=True)
    expect(field).to_be_visible()
    plain = field.input_value()
    assert status(plain) == 200
    assert_good_looks(page)
    screenshot(page, "token-made")
    page.get_by_role("link", name="I have copied it").click()
    page.get_by_role("link", name=f"Regenerate {name}").click()
    page.get_by_role("button", name="Regenerate").click()
    expect(field).to_be_visible()
    fresh = field.input_value()
    assert [status(plain), status(fresh)] == [401, 200]
    page.keyboard.press("Escape")
    page.wait_for_url(f"{service.url}/tokens")
    page.get_by_role("link", name=f"Revoke {name}").click()
    page.get_by_role("button", name="Revoke").click()
    page.wait_for_url(f"{service.url}/tokens")
    assert status(fresh) == 401


def test_a_token_is_made_without_scripts(
    without_scripts: Page, service: Service, alice: Account
) -> None:
    page = without_scripts
    page.goto(f"{service.url}/sign-in")
    page.get_by_label("E-mail").fill(alice.email)
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.goto(f"{service.url}/tokens/new")
    page.get_by_label("Name").fill("Without scripts")
    page.get_by_role("button", name="Make the token").click()
    assert page.get_by_label("The token", exact=True).input_value().startswith("ezi_sk_")


def test_trackers_are_put_in_order_with_keys(page: Page, service: Service) -> None:
    owner = service.account("order@example.com")
    for name in ("Hers", "His", "Theirs"):
        new_tracker(owner, name=name)
    sign_in(page, service.url, owner.email)
    page.get_by_role("link", name="Order", exact=True).focus()
    page.keyboard.press("Enter")
    names = page.locator(".order strong")
    expect(names).to_have_text(["Hers", "His", "Theirs"])
    page.get_by_role("button", name="Move Theirs up").focus()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Hers", "Theirs", "His"])
    # The same key moves it on.
    expect(page.get_by_role("button", name="Move Theirs up")).to_be_focused()
    page.keyboard.press("Enter")
    expect(names).to_have_text(["Theirs", "Hers", "His"])
    expect(page.get_by_role("button", name="Move Theirs down")).to_be_focused()
    screenshot(page, "order")
    page.get_by_role("link", name="Done").click()
    expect(page.locator(".tracker h2")).to_have_text(["Theirs", "Hers", "His"])


def test_every_page_looks_good(signed_in: Page, service: Service, alice: Account) -> None:
    tracker = new_tracker(alice, name="A name <b>with</b> markup that is rather long for a card")
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    base = f"/trackers/{tracker['id']}"
    for name, path in {
        "overview": "/",
        "new-tracker": "/trackers/new",
        "settings": f"{base}/settings",
        "delete": f"{base}/delete",
        "tokens": "/tokens",
        "account": "/account",
        "second-step": "/account/second-step",
        "delete-account": "/account/delete",
        "forgot": "/forgot",
    }.items():
        signed_in.goto(service.url + path)
        assert_good_looks(signed_in)
        screenshot(signed_in, name)
