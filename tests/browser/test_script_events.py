"""Custom events of the script: by function, by attributes, and those that are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Counted, browsing
from tests.browser.pages import PageServer
from tests.browser.script_tags import Event, document, names, props, settled, tag
from tests.browser.stamps import stamp_of
from tests.docs.pages import blocks
from tests.support.stats import report

pytestmark = pytest.mark.service

BUILDS = ["ezee.js", "ezee.core.js"]
STAY = "<script>addEventListener('click', (event) => event.preventDefault())</script>"
EVERYTHING = "data-outbound data-downloads data-forms data-404"


def open_page(
    page: Page, pages: PageServer, counted: Counted, body: str, attributes: str = ""
) -> None:
    """A page that links lead nowhere from, so that they can all be tried."""
    page.goto(pages.put("/shop", document(STAY + tag(counted, attributes), "Shop", body)))


def custom(counted: Counted, number: int) -> list[Event]:
    """The custom events of a page that was opened once."""
    read = settled(counted, number + 1)
    assert [each["name"] for each in read].count("pageview") == 1
    return [each for each in read if each["name"] != "pageview"]


@pytest.mark.parametrize("build", BUILDS)
def test_a_function_sends_events_with_properties_and_revenue(
    build: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/shop", document(tag(counted_site, name=build))))
    page.evaluate("ezee('Signup', { props: { plan: 'pro', seats: 3 }, interactive: false })")
    settled(counted_site, 2)
    page.evaluate("ezee('Order', { value: 12.5, currency: 'EUR' })")
    signup, order = custom(counted_site, 2)
    assert (signup["name"], props(signup)) == ("Signup", {"plan": "pro", "seats": "3"})
    assert signup["interactive"] is False
    assert (order["name"], order["amount"], order["currency"]) == ("Order", 12.5, "EUR")
    totals = report(counted_site.owner, counted_site.tracker, metrics="revenue")["totals"]
    assert totals == {"revenue": {"EUR": 12.5}}


@pytest.mark.parametrize("build", BUILDS)
def test_attributes_send_events(
    build: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    body = """
<button data-ezee="Buy" data-ezee-value="3.20" data-ezee-currency="USD" data-ezee-plan-type="A">
  <b>Buy</b></button>
<form data-ezee="Search" data-ezee-where="top" action="/found"><input name="id"><i>x</i></form>"""
    page.goto(pages.put("/shop", document(tag(counted_site, name=build), "", body)))
    pages.put("/found", document(""))
    page.click("b")
    settled(counted_site, 2)
    page.click("i")
    page.click("b", button="right")
    page.press("input", "Enter")
    page.wait_for_url("**/found?id=")
    buy, search = custom(counted_site, 2)
    assert (buy["name"], buy["amount"], buy["currency"]) == ("Buy", 3.2, "USD")
    assert props(buy) == {"plan-type": "A"}
    assert (search["name"], search["path"], props(search)) == ("Search", "/shop", {"where": "top"})


def test_what_the_page_on_the_script_shows_is_what_happens(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    the_tag, calls, stub, attributes, *_ = (
        block.text.replace("ezi_64a31d92b70f", counted_site.site_id)
        for block in blocks("docs/script.md")
        if block.language == "html"
    )
    head = stub + the_tag.replace("https://stats.example.com", counted_site.url) + calls
    stay = "<script>addEventListener('submit', (event) => event.preventDefault())</script>"
    page.goto(pages.put("/shop", document(head + stay, "Shop", attributes)))
    settled(counted_site, 4)
    page.click("button")
    settled(counted_site, 5)
    page.evaluate("document.forms[0].requestSubmit()")
    read = settled(counted_site, 6)
    assert [each["name"] for each in read[4:]] == ["Add to basket", "Search"]
    by_name = {each["name"]: each for each in read}
    signup, order, video = (by_name[name] for name in ("Signup", "Order", "Video seen"))
    basket, search = read[4:]
    assert (props(signup), video["interactive"]) == ({"plan": "pro"}, False)
    assert [(each["amount"], each["currency"]) for each in (order, basket)] == [
        (49.9, "EUR"),
        (12.5, "EUR"),
    ]
    assert (props(basket), props(search)) == ({"article": "4711"}, {"where": "header"})


LINKS = """
<a href="https://other.example/a?token=secret#x"><i id="out">out</i></a>
<a href="/about" id="in">in</a> <a href="mailto:a@b.example" id="mail">mail</a>
<a href="/files/Guide.PDF?v=2" id="file">file</a> <a href="/files/x.pdf.html" id="page">page</a>
<a href="https://other.example/own.zip" id="own" data-ezee="Own">own</a>
<svg width="9" height="9"><a href="https://svg.example/"><path id="svg" d="M0 0h9v9H0"/></a></svg>
<form id="f"><input name="id"><button>Send</button></form>"""


def test_links_downloads_and_forms_are_counted_where_it_is_asked_for(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    forms = "<script>addEventListener('submit', (event) => event.preventDefault())</script>"
    open_page(page, pages, counted_site, LINKS + forms, EVERYTHING)
    for each in ("out", "in", "mail", "file", "page", "own", "svg"):
        page.click(f"#{each}")
    page.evaluate("document.forms[0].requestSubmit()")
    read = sorted((each["name"], *props(each).values()) for each in custom(counted_site, 4))
    assert read == [
        ("Download", f"{pages.url.removeprefix('http://')}/files/Guide.PDF"),
        ("Form sent", "f"),
        ("Outbound link", "other.example/a"),
        ("Own",),
    ]


def test_what_counts_as_a_download_can_be_told(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    body = '<a href="/a.pdf">a</a><a href="/b.sketch">b</a><a href="/c.fig">c</a>'
    open_page(page, pages, counted_site, body, 'data-downloads="sketch, fig"')
    for each in ("a", "b", "c"):
        page.click(f"text={each}")
    assert names(custom(counted_site, 2)) == ["Download", "Download"]


@pytest.mark.parametrize("name", BUILDS)
def test_nothing_of_it_is_counted_unasked(
    name: str, page: Page, pages: PageServer, counted_site: Counted
) -> None:
    asked = EVERYTHING if name == "ezee.core.js" else ""
    head = STAY + tag(counted_site, asked, name)
    page.goto(pages.put("/shop", document(head, "", LINKS)))
    for each in ("out", "file", "own"):
        page.click(f"#{each}")
    assert names(custom(counted_site, 1)) == ["Own"]


@pytest.mark.parametrize(
    ("attribute", "status", "name"),
    [("data-404", 404, "404"), ('data-404="page"', 200, "404"), ("data-404", 200, "")],
)
def test_pages_that_are_not_there_are_counted_as_such(
    attribute: str,
    status: int,
    name: str,
    pages: PageServer,
    counted_site: Counted,
    tmp_path: Path,
) -> None:
    """Chromium by itself: on the console it says of each such page that it was a 404."""
    page = document(tag(counted_site, attribute))
    with browsing(pages.put("/gone", page, status=status), tmp_path):
        read = settled(counted_site, 2 if name else 1)
    assert read[0]["name"] == "pageview"
    for lost in read[1:]:
        assert (lost["name"], props(lost), lost["interactive"]) == (name, {"path": "/gone"}, False)


def test_engagement_is_sent_once_on_leaving(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    body = '<p style="height: 5000px"></p>'
    page.goto(pages.put("/long", document(tag(counted_site), "Long", body)))
    pages.put("/short", document(tag(counted_site), "Short"))
    page.evaluate("scrollTo(0, 2000)")
    page.wait_for_timeout(1100)
    assert [each["name"] for each in settled(counted_site, 1, engagement=True)] == ["pageview"]
    page.goto(pages.url + "/short")
    page.wait_for_timeout(300)
    page.close()
    read = settled(counted_site, 4, engagement=True)
    told = [(each["name"], each["path"]) for each in sorted(read, key=lambda each: each["path"])]
    assert sorted(told) == [
        ("engagement", "/long"),
        ("engagement", "/short"),
        ("pageview", "/long"),
        ("pageview", "/short"),
    ]
    seen = {each["path"]: props(each) for each in read if each["name"] == "engagement"}
    assert 1 <= float(seen["/long"]["seconds"]) < 30
    assert 40 <= int(seen["/long"]["scroll"]) < 70
    assert seen["/short"]["scroll"] == "100"
    totals = report(counted_site.owner, counted_site.tracker)["totals"]
    assert (totals["visits"], totals["pageviews"], totals["events"]) == (1, 2, 0)
    assert totals["visit_duration"] >= 1


def test_time_counts_while_the_page_is_seen_alone(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site), "Home")))
    hide = """hidden => {
      Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }"""
    page.wait_for_timeout(600)
    page.evaluate(hide, True)
    page.evaluate(hide, True)
    page.wait_for_timeout(2500)
    page.evaluate(hide, False)
    page.wait_for_timeout(600)
    page.close()
    read = settled(counted_site, 3, engagement=True)
    seconds = [float(props(each)["seconds"]) for each in read if each["name"] == "engagement"]
    assert len(seconds) == 2
    assert all(each >= 0.5 for each in seconds)
    assert read[-1]["time"] > read[0]["time"]


def test_a_page_that_another_page_of_the_application_takes_the_place_of_is_left(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/", document(tag(counted_site), "Home")))
    page.wait_for_timeout(200)
    page.evaluate("history.pushState({}, '', '/a')")
    page.wait_for_timeout(300)
    page.close()
    read = settled(counted_site, 4, engagement=True)
    left = [each["path"] for each in read if each["name"] == "engagement"]
    assert sorted(left) == ["/", "/a"]


def test_a_stamp_goes_with_the_page(page: Page, pages: PageServer, counted_site: Counted) -> None:
    secret = counted_site.service.json("tracker", "sign", counted_site.site_id)["secret"]
    page.wait_for_timeout(1200)
    stamp = stamp_of(secret, counted_site.site_id, "/shop")
    page.goto(pages.put("/shop", document(tag(counted_site, f'data-stamp="{stamp}"'))))
    (read,) = settled(counted_site, 1)
    assert read["verified"] is True
