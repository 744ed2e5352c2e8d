"""The report page with a browser, with scripts and without."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Counted, sign_in
from tests.browser.looks import assert_good_looks, screenshot
from tests.support.service import BROWSER

pytestmark = pytest.mark.service


@pytest.fixture
def report(counted_site: Counted) -> str:
    """The address of a report of two people's pageviews."""
    for path in ("/", "/shoes", "/a-path-that-is-long" * 20, "/مقالات"):
        sent = {"site_id": counted_site.site_id, "url": path, "referrer": "https://google.com/"}
        assert counted_site.service.collect(sent).status_code == 202
    return f"{counted_site.url}/trackers/{counted_site.tracker['id']}"


def test_a_row_filters_and_a_chip_takes_it_back(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    signed_in.get_by_role("link", name="/shoes").click()
    expect(signed_in).to_have_url(f"{report}?filter=page%3Ais%3A%2Fshoes")
    expect(signed_in.get_by_role("link", name="Remove this filter")).to_be_visible()
    signed_in.get_by_role("link", name="Remove this filter").click()
    expect(signed_in).to_have_url(report)
    signed_in.get_by_role("link", name="/shoes").click(modifiers=["Alt"])
    expect(signed_in).to_have_url(f"{report}?filter=page%3Ais_not%3A%2Fshoes")
    expect(signed_in.get_by_role("link", name="/shoes", exact=True)).to_have_count(0)


def test_the_chart_is_read_with_keys_and_zoomed_by_dragging(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    chart = signed_in.locator(".uplot")
    chart.focus()
    signed_in.keyboard.press("End")
    expect(signed_in.locator(".readout")).to_contain_text("so far")
    area = signed_in.locator(".u-over").bounding_box()
    assert area is not None
    signed_in.mouse.move(area["x"] + area["width"] * 0.5, area["y"] + 60)
    signed_in.mouse.down()
    signed_in.mouse.move(area["x"] + area["width"] * 0.8, area["y"] + 60, steps=4)
    signed_in.mouse.up()
    expect(signed_in).to_have_url(re.compile(r"\?from=[\d-]+&to=[\d-]+$"))
    expect(signed_in.get_by_text("Chosen days").first).to_be_visible()


def test_keys_choose_the_period_and_show_their_sheet(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    signed_in.keyboard.press("w")
    expect(signed_in).to_have_url(f"{report}?period=7d")
    expect(signed_in.locator("summary", has_text="7 days")).to_be_visible()
    signed_in.keyboard.press("?")
    expect(signed_in.get_by_role("dialog")).to_be_visible()
    signed_in.keyboard.press("Escape")
    # While it is open keys are its own.
    expect(signed_in.get_by_role("dialog")).to_be_hidden()
    signed_in.keyboard.press("f")
    expect(signed_in.locator("select[name=dimension]")).to_be_focused()


def test_a_total_chooses_what_the_chart_shows(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    signed_in.get_by_role("link", name="Pageviews").click()
    expect(signed_in).to_have_url(f"{report}?show=pageviews")
    expect(signed_in.locator("#figures thead")).to_contain_text("Pageviews")


def test_a_day_is_annotated_and_its_flag_read_with_keys(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    chart = signed_in.locator(".uplot")
    chart.focus()
    signed_in.keyboard.press("End")
    signed_in.keyboard.press("a")
    expect(signed_in.get_by_label("What happened")).to_be_focused()
    signed_in.keyboard.type("We moved to a new server")
    signed_in.keyboard.press("Enter")
    flag = signed_in.locator("a.flag")
    expect(flag).to_have_count(1)
    expect(signed_in).to_have_url(report)
    flag.focus()
    expect(signed_in.locator(".readout")).to_contain_text("We moved to a new server")
    signed_in.keyboard.press("Enter")
    expect(signed_in.locator("#notes li")).to_be_visible()
    screenshot(signed_in, "report-annotated")
    assert_good_looks(signed_in)
    signed_in.locator("#notes li summary").click()
    signed_in.locator("#notes li").get_by_label("What happened").fill("We moved")
    signed_in.locator("#notes li").get_by_role("button", name="Save").click()
    expect(signed_in.locator("a.flag")).to_have_attribute("aria-label", re.compile("We moved$"))
    signed_in.locator("#notes > summary").click()
    signed_in.locator("#notes li summary").click()
    signed_in.locator("#notes li").get_by_role("button", name="Remove").click()
    expect(signed_in.locator("a.flag")).to_have_count(0)


def test_who_is_here_is_told_as_it_changes(signed_in: Page, counted_site: Counted) -> None:
    report = f"{counted_site.url}/trackers/{counted_site.tracker['id']}"
    first = {"site_id": counted_site.site_id, "url": "/"}
    assert counted_site.service.collect(first).status_code == 202
    signed_in.goto(report)
    expect(signed_in.locator("#now")).to_have_text("1 visitor now")
    another = BROWSER.replace("126", "125")
    assert counted_site.service.collect(first, user_agent=another).status_code == 202
    expect(signed_in.locator("#now")).to_have_text("2 visitors now", timeout=30_000)


AWAY = """window.EventSource = class extends EventTarget {
  static OPEN = 1;
  static CLOSED = 2;
  readyState = 1;
  constructor() { super(); setTimeout(() => this.dispatchEvent(new Event("away")), 0); }
  close() {}
};"""


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


def test_it_works_without_scripts(
    without_scripts: Page, report: str, counted_site: Counted
) -> None:
    sign_in(without_scripts, counted_site.url, counted_site.owner.email)
    without_scripts.goto(report)
    expect(without_scripts.locator("svg.plot path.line").first).to_be_attached()
    without_scripts.locator("#notes > summary").click()
    without_scripts.get_by_label("What happened").fill("Launch")
    without_scripts.get_by_role("button", name="Save").click()
    expect(without_scripts.locator("a.flag")).to_have_count(1)
    without_scripts.get_by_text("The chart’s numbers").click()
    expect(without_scripts.locator("#figures")).to_be_visible()
    without_scripts.locator("summary", has_text="Filter").click()
    without_scripts.get_by_label("Value", exact=True).fill("/shoes")
    without_scripts.get_by_role("button", name="Add filter").click()
    expect(without_scripts).to_have_url(f"{report}?filter=page%3Ais%3A%2Fshoes")


def test_it_looks_good(signed_in: Page, report: str, counted_site: Counted) -> None:
    signed_in.goto(report)
    screenshot(signed_in, "report")
    assert_good_looks(signed_in)
    signed_in.goto(f"{report}/all/page")
    assert_good_looks(signed_in)


def test_a_report_behind_a_link_looks_good_within_a_page_too(
    signed_in: Page, report: str, without_scripts: Page
) -> None:
    signed_in.goto(f"{report}/settings")
    signed_in.get_by_role("button", name="Make a link").click()
    screenshot(signed_in, "settings-link")
    assert_good_looks(signed_in)
    link = signed_in.locator("#share-link").input_value()
    signed_in.get_by_label("Password of the link").fill("open sesame, please")
    signed_in.get_by_role("button", name="Set the password").click()
    without_scripts.goto(link)
    without_scripts.get_by_label("Password of the link").fill("open sesame, please")
    without_scripts.get_by_role("button", name="Show the report").click()
    expect(without_scripts.get_by_role("link", name="/shoes")).to_be_visible()
    signed_in.get_by_role("button", name="Remove the password").click()
    expect(signed_in.locator("#share-frame")).to_be_visible()
    without_scripts.goto(link)
    expect(without_scripts.get_by_role("link", name="/shoes")).to_be_visible()
    signed_in.goto(link)
    screenshot(signed_in, "report-link")
    assert_good_looks(signed_in)
    signed_in.goto(f"{link}?embed=1")
    screenshot(signed_in, "report-embed")
    assert_good_looks(signed_in)
    signed_in.get_by_role("link", name="/shoes").click()
    expect(signed_in).to_have_url(f"{link}?embed=1&filter=page%3Ais%3A%2Fshoes")
