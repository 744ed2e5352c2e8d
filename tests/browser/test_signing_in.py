"""Signing in with a browser, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looks import assert_good_looks, screenshot
from tests.support.service import Account, Service

pytestmark = pytest.mark.service


def test_the_sign_in_page_looks_good(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/sign-in")
    screenshot(page, "sign-in")
    assert_good_looks(page)


def test_one_signs_in_and_out(signed_in: Page, service: Service, alice: Account) -> None:
    expect(signed_in.get_by_role("heading", name="Trackers")).to_be_visible()
    signed_in.locator("summary", has_text="Your account").click()
    expect(signed_in.get_by_text(f"Signed in as {alice.email}")).to_be_visible()
    signed_in.get_by_role("button", name="Sign out").click()
    signed_in.wait_for_url(f"{service.url}/sign-in")
    signed_in.goto(f"{service.url}/")
    assert signed_in.url == f"{service.url}/sign-in"


def test_one_signs_in_without_scripts(
    without_scripts: Page, service: Service, alice: Account
) -> None:
    sign_in(without_scripts, service.url, alice.email)
    expect(without_scripts.get_by_role("heading", name="Trackers")).to_be_visible()


def test_the_look_and_the_language_stay(page: Page, service: Service) -> None:
    page.goto(f"{service.url}/sign-in")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.get_by_role("heading", name="Anmelden")).to_be_visible()
    page.goto(f"{service.url}/sign-in")
    assert page.get_attribute("html", "lang") == "de"
