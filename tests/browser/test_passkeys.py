"""Passkeys, with Chromium's virtual authenticator: added, signed in with, removed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import sign_in
from tests.browser.looks import assert_good_looks
from tests.support.service import Account, Service

pytestmark = pytest.mark.service


def test_one_signs_in_with_a_passkey_until_it_is_removed(
    page: Page, service: Service, charlie: Account
) -> None:
    # A passkey is for a name, not for an address.
    url = service.url.replace("127.0.0.1", "localhost")
    authenticator = page.context.new_cdp_session(page)
    authenticator.send("WebAuthn.enable")
    authenticator.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, url, charlie.email)
    page.goto(f"{url}/account/passkeys")
    assert_good_looks(page)
    page.get_by_label("Name").fill("My <laptop>")
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("cell", name="My <laptop>")).to_be_visible()
    page.context.clear_cookies()
    page.goto(f"{url}/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(f"{url}/")
    page.goto(f"{url}/account/passkeys")
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_text("There are none yet.")).to_be_visible()
