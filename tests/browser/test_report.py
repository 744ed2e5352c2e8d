"""The report page with a browser, with scripts and without."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Counted, sign_in
from tests.browser.looks import assert_good_looks, screenshot

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


def test_the_address_is_the_view(
    signed_in: Page, report: str, counted_site: Counted, without_scripts: Page
) -> None:
    page = signed_in
    page.goto(report)
    chosen = {
        "filter": ("", page.get_by_role("link", name="/shoes")),
        "show": ("", page.locator("[data-total=visits]")),
        "pages": ("", page.locator("#panel-pages").get_by_role("link", name="Exit pages")),
        "sources": ("", page.locator("#panel-sources").get_by_role("link", name="Channels")),
        "period": ("30 days", page.get_by_role("link", name="7 days")),
        "compare": ("Period before", page.get_by_role("link", name="No comparison")),
    }
    for name, (menu, link) in chosen.items():
        if menu:
            page.locator("summary", has_text=menu).click()
        link.click()
        expect(page).to_have_url(re.compile(rf"[?&]{name}="))
        expect(page.locator("#report.htmx-request, #report.htmx-swapping")).to_have_count(0)
    assert dict(parse_qsl(urlsplit(page.url).query)) == {
        "filter": "page:is:/shoes",
        "show": "visits",
        "pages": "exit_page",
        "sources": "channel",
        "period": "7d",
        "compare": "none",
    }
    shown = [".chips", ".totals", "#figures", "#panel-pages", "#panel-sources", ".report-head"]
    # Whoever is sent the address sees the same, without scripts too.
    sign_in(without_scripts, counted_site.url, counted_site.owner.email)
    without_scripts.goto(page.url)
    for part in shown:
        assert text(without_scripts, part) == text(page, part), part
    page.go_back()
    expect(page.locator("summary", has_text="Period before")).to_be_visible()


def text(page: Page, part: str) -> list[str]:
    """What a part of a page says, hidden or not, but for who is here."""
    said = page.locator(part).text_content() or ""
    return [line for line in said.split() if line not in {"now", "visitor", "visitors"}]


def test_the_chart_is_zoomed_with_keys(signed_in: Page, report: str) -> None:
    page = signed_in
    page.goto(report)
    page.locator(".uplot").focus()
    for key in ("End", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    selected = page.locator(".u-select").bounding_box()
    area = page.locator(".u-over").bounding_box()
    assert selected is not None
    assert area is not None
    assert abs(selected["width"] - area["width"] / 10) < 2
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?from=[\d-]+&to=[\d-]+$"))
    expect(page.locator("#figures tbody tr")).to_have_count(3)
    # Without a stretch it is what is read.
    page.locator(".uplot").focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator("#figures thead")).to_be_attached()
    expect(page).to_have_url(re.compile(r"from=([\d-]+)&to=\1"))


def test_everything_on_it_is_done_with_keys(signed_in: Page, report: str) -> None:
    page = signed_in
    page.goto(report)
    row = page.get_by_role("link", name="/shoes", exact=True)
    row.focus()
    page.keyboard.press("Alt+Enter")
    expect(page).to_have_url(f"{report}?filter=page%3Ais_not%3A%2Fshoes")
    page.keyboard.press("x")
    expect(page).to_have_url(report)
    for opened in ("30 days", "Period before", "Filter"):
        summary = page.locator("summary", has_text=opened).first
        summary.focus()
        page.keyboard.press("Enter")
        expect(page.locator("details.menu[open]")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator("details.menu[open]")).to_have_count(0)
        expect(summary).to_be_focused()
    page.locator("#panel-pages .about summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Visitors who opened the page")).to_be_visible()
    assert_good_looks(page)


def test_a_row_is_a_link_wherever_it_is_clicked(signed_in: Page, report: str) -> None:
    signed_in.goto(report)
    row = signed_in.locator("#panel-pages tr", has=signed_in.get_by_text("/shoes", exact=True))
    # The link lies above it.
    row.locator("td").last.click(force=True)
    expect(signed_in).to_have_url(f"{report}?filter=page%3Ais%3A%2Fshoes")


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
