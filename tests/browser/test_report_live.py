"""The report page as time goes by: who is here, numbers that are renewed, and what is stale."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Counted, sign_in
from tests.browser.looks import assert_good_looks, screenshot
from tests.support.service import BROWSER

pytestmark = pytest.mark.service

# A stream that says what the test tells it, and one that does not get through.
TOLD = """window.EventSource = class extends EventTarget {
  static OPEN = 1;
  static CLOSED = 2;
  readyState = 1;
  constructor() { super(); window.stream = this; }
  close() {}
};
window.tell = (visitors) => window.stream.dispatchEvent(
  new MessageEvent("message", { data: JSON.stringify({ data: { visitors } }) }));"""
AWAY = TOLD.replace(
    "window.stream = this;", 'setTimeout(() => this.dispatchEvent(new Event("away")), 0);'
)
CLOSED = TOLD.replace("readyState = 1;", "readyState = 2;")


@pytest.fixture
def report(counted_site: Counted) -> str:
    """The address of a report of one visitor's pageview."""
    visit(counted_site, "126")
    return f"{counted_site.url}/trackers/{counted_site.tracker['id']}"


def visit(site: Counted, version: str) -> None:
    """Somebody else opens a page."""
    agent = BROWSER.replace("126", version)
    sent = {"site_id": site.site_id, "url": "/shoes"}
    assert site.service.collect(sent, user_agent=agent).status_code == 202


def test_who_is_here_is_told_as_it_changes(
    signed_in: Page, report: str, counted_site: Counted
) -> None:
    signed_in.goto(report)
    expect(signed_in.locator("#now")).to_have_text("1 visitor now")
    visit(counted_site, "125")
    expect(signed_in.locator("#now")).to_have_text("2 visitors now", timeout=30_000)


def test_numbers_are_renewed_each_minute_while_somebody_is_here(
    signed_in: Page, report: str, counted_site: Counted
) -> None:
    page = signed_in
    page.add_init_script(TOLD)
    page.clock.install()
    page.goto(report)
    visitors = page.locator("[data-total=visitors] .figure")
    expect(visitors).to_have_text("1")
    visit(counted_site, "125")
    page.evaluate("tell(2)")
    expect(page.locator("#now")).to_have_text("2 visitors now")
    # Not before a minute is over, and not while nobody is here.
    expect(visitors).to_have_text("1")
    page.clock.fast_forward("01:01")
    page.evaluate("tell(0)")
    expect(visitors).to_have_text("1")
    # Nor while somebody is in the middle of something.
    page.locator("summary", has_text="30 days").click()
    page.evaluate("tell(2)")
    expect(visitors).to_have_text("1")
    page.keyboard.press("Escape")
    page.evaluate("document.activeElement.blur()")
    page.evaluate("tell(2)")
    expect(visitors).to_have_text("2")
    expect(page.locator("#panel-pages").get_by_role("row", name="/shoes")).to_contain_text("2")
    # A figure that rolled is text again.
    page.clock.run_for(1_000)
    expect(page.locator(".drum")).to_have_count(0)
    # The chart was drawn anew, and is still read with keys.
    page.locator(".uplot").focus()
    page.keyboard.press("End")
    expect(page.locator(".readout")).to_contain_text("2")


def test_without_a_stream_it_is_asked_again(
    signed_in: Page, report: str, counted_site: Counted
) -> None:
    page = signed_in
    page.add_init_script(CLOSED)
    page.clock.install()
    page.goto(report)
    expect(page.locator("#now")).to_have_text("1 visitor now")
    visit(counted_site, "125")
    page.clock.fast_forward("00:13")
    expect(page.locator("#now")).to_have_text("2 visitors now")
    # The rest of the page, and where one is, stay as they were.
    expect(page.locator("[data-total=visitors]")).to_be_visible()
    expect(page).to_have_url(report)


def test_a_page_that_hears_nothing_new_says_how_old_it_is(signed_in: Page, report: str) -> None:
    signed_in.add_init_script(AWAY)
    signed_in.clock.install()
    signed_in.goto(report)
    expect(signed_in.locator("#trouble")).to_be_hidden()
    signed_in.clock.fast_forward("05:00")
    expect(signed_in.locator("#trouble")).to_be_visible()
    expect(signed_in.locator("#age")).to_have_text(re.compile("^5 minutes ago$"))
    expect(signed_in.locator("#now")).to_have_text("not live")
    screenshot(signed_in, "report-stale")
    assert_good_looks(signed_in)


def test_a_failure_says_so_in_place_and_is_tried_again(
    chromium: Browser, report: str, counted_site: Counted
) -> None:
    """The console tells of it as well, so that this is nobody's whose console has to be empty."""
    context = chromium.new_context()
    context.set_default_timeout(10_000)
    page = context.new_page()
    sign_in(page, counted_site.url, counted_site.owner.email)
    page.goto(report)
    for answer in (
        lambda route: route.abort("connectionreset"),
        lambda route: route.fulfill(status=503, body="<p>Not now"),
    ):
        page.route("**/trackers/*?period=7d", answer)
        page.locator("summary", has_text="30 days").click()
        page.get_by_role("link", name="7 days").click()
        expect(page.locator("#failed")).to_be_visible()
        # What was there stays.
        expect(page.locator("[data-total=visitors] .figure")).to_have_text("1")
        assert_good_looks(page)
        page.unroute("**/trackers/*?period=7d")
        page.get_by_role("link", name="Try again").click()
        expect(page.locator("summary", has_text="7 days")).to_be_visible()
        expect(page.locator("#failed")).to_be_hidden()
        page.goto(report)
    context.close()
