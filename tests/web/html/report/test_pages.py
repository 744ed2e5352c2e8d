"""The report page, with Alice, who owns the tracker, Bob, who owns others, and nobody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

PAYLOAD = '"><script>alert(1)</script><img src=x onerror=alert(2)>'


@pytest.fixture
def path(service: Service, alice: Account) -> str:
    """A tracker's report, of one visit of markup."""
    tracker = new_tracker(alice, name=f"Shop {PAYLOAD}")
    sent = {
        "site_id": tracker["site_id"],
        "url": f"https://{tracker['domain']}/{PAYLOAD}?utm_source={PAYLOAD}&utm_campaign={PAYLOAD}",
        "title": PAYLOAD,
        "language": "de",
    }
    assert service.collect(sent).status_code == 202
    bought = {**sent, "name": PAYLOAD, "props": {"plan": PAYLOAD}, "value": 5, "currency": "EUR"}
    assert service.collect(bought).status_code == 202
    return f"/trackers/{tracker['id']}"


@pytest.fixture
def at_bobs(service: Service, bob: Account) -> Iterator[Visitor]:
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        yield visitor


@pytest.mark.parametrize("rest", ["", "/all/page", "/csv/page", "/now", "/filter"])
def test_a_report_is_its_owners(anybody: Visitor, at_bobs: Visitor, path: str, rest: str) -> None:
    assert at_bobs.get(path + rest).status_code == 404
    assert anybody.get(path + rest).url.path == "/sign-in"


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "?sources=utm_campaign&places=country&events=prop:plan&devices=screen&pages=entry_page",
        "?events=revenue",
        "?events=properties",
        "/all/event",
        "/all/prop:plan",
        f"/all/page?search={PAYLOAD}",
        f"?filter=page:contains:{PAYLOAD}&filter=event:is_not:{PAYLOAD}",
        f"?filter={PAYLOAD}",
        f"?period={PAYLOAD}",
    ],
)
def test_markup_that_visitors_sent_is_text(at_alices: Visitor, path: str, rest: str) -> None:
    answer = at_alices.get(path + rest)
    assert answer.status_code in {200, 400}
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "style=" not in answer.text


def test_the_page_shows_what_the_api_answers(at_alices: Visitor, path: str) -> None:
    page = at_alices.get(path).text
    assert "1 visitor now" in page
    assert "12 months" in page
    assert "<h1" in page
    assert 'id="figures"' in page


@pytest.mark.parametrize(
    "wrong", ["period=never", "filter=page", "from=2026-01-01", "compare=x", "interval=minute"]
)
def test_a_wrong_address_is_told_on_the_page(at_alices: Visitor, path: str, wrong: str) -> None:
    answer = at_alices.get(f"{path}?{wrong}")
    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


SENT = [
    ("period", "<img src=x>"),
    ("interval", "<img src=x>"),
    ("period", "{x}"),
    ("filter", "{0.__class__}:is:%s"),
]


@pytest.mark.parametrize(("name", "value"), SENT)
@pytest.mark.parametrize("language", ["en", "de"])
def test_a_failure_quotes_what_was_sent_as_text(
    at_alices: Visitor, path: str, language: str, name: str, value: str
) -> None:
    for rest in ("", "/csv/page", "/all/page"):
        answer = at_alices.get(
            path + rest, params={name: value}, headers={"accept-language": language}
        )
        assert answer.status_code == 400
        assert "<img src=x" not in answer.text
        quoted = value.partition(":")[0]
        assert escape(f'"{quoted}"').replace("&quot;", "&#34;") in answer.text


def test_a_filter_that_is_added_is_in_the_address(at_alices: Visitor, path: str) -> None:
    answer = at_alices.get(f"{path}/filter?period=7d&dimension=country&operator=is&value=DE")
    assert str(answer.url).endswith(f"{path}?period=7d&filter=country%3Ais%3ADE")


def test_a_panels_file_is_csv_that_no_spreadsheet_runs(at_alices: Visitor, path: str) -> None:
    answer = at_alices.get(f"{path}/csv/page")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.text.splitlines()[0] == "page,visitors,pageviews"
    assert at_alices.get(f"{path}/csv/nothing").status_code == 404


def test_a_tracker_without_events_says_what_to_do_and_waits(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}"
    page = at_alices.get(path).text
    assert "Nothing has been counted yet" in page
    assert f"data-site=&#34;{tracker['site_id']}&#34;" in page
    assert "Waiting for the first hit" in page
    asked = f"{path}/install/hits?on=report"
    assert asked in page
    assert "hx-refresh" not in at_alices.get(asked).headers
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    # The page loads itself anew, and has the first number.
    assert at_alices.get(asked).headers["hx-refresh"] == "true"
    assert "Waiting for the first hit" not in at_alices.get(path).text


def test_properties_are_listed_and_lead_to_their_values(
    service: Service, at_alices: Visitor, path: str
) -> None:
    page = at_alices.get(f"{path}?events=properties&period=7d").text
    row = page.partition('id="panel-events"')[2].partition("</section>")[0]
    assert f'href="{path}?period=7d&amp;events=prop%3Aplan"' in row
    assert "<bdi>plan</bdi>" in row
    page = at_alices.get(f"{path}?events=properties&period=yesterday").text
    assert "No event had properties in this time." in page


def test_the_list_of_properties_is_of_what_filters_leave(at_alices: Visitor, path: str) -> None:
    assert "<bdi>plan</bdi>" in at_alices.get(f"{path}/all/prop:*").text
    filtered = "filter=event:is:none"
    page = at_alices.get(f"{path}?events=properties&{filtered}").text
    assert "No event had properties in this time." in page
    assert "<bdi>plan</bdi>" not in at_alices.get(f"{path}/all/prop:*?{filtered}").text
    # No filter searches their names.
    page = at_alices.get(f"{path}/all/prop:*?search=x").text
    assert "<bdi>plan</bdi>" in page
    assert 'role="search"' not in page


def test_every_panel_and_the_chart_lead_to_their_file(at_alices: Visitor, path: str) -> None:
    pages = [at_alices.get(path + rest).text for rest in ("", "?events=properties")]
    pages.append(at_alices.get(f"{path}?events=revenue&filter=event:is_not:x").text)
    found = {each for page in pages for each in re.findall(r'href="([^"]+/csv/[^"]+)"', page)}
    names = {each.partition("/csv/")[2].partition("?")[0] for each in found}
    assert names == {
        *("timeseries", "page", "source", "country", "device", "event", "prop:*", "revenue")
    }
    for each in found:
        assert at_alices.get(unescape(each)).headers["content-type"].startswith("text/csv")


def test_revenue_over_time_is_a_file(at_alices: Visitor, path: str) -> None:
    lines = at_alices.get(
        f"{path}/csv/revenue?period=today&interval=day&compare=none"
    ).text.splitlines()
    assert lines[0] == "time,revenue_EUR"
    assert lines[1].endswith(",5.00")
    answer = at_alices.get(f"{path}/csv/timeseries?period=7d&compare=none")
    assert answer.text.startswith("time,visitors,visits,pageviews,")
    assert len(answer.text.splitlines()) == 8


def test_what_was_not_counted_is_a_file(
    service: Service, at_alices: Visitor, alice: Account
) -> None:
    tracker = new_tracker(alice)
    path = f"/trackers/{tracker['id']}"
    agent = "Googlebot/2.1 (+http://www.google.com/bot.html)"
    sent = {"site_id": tracker["site_id"], "url": "/"}
    service.collect(sent, user_agent=agent).raise_for_status()
    service.collect(sent).raise_for_status()
    page = at_alices.get(path).text
    assert f'href="{path}/csv/dropped"' in page
    answer = at_alices.get(f"{path}/csv/dropped")
    assert answer.text.splitlines() == ["reason,rule,category,count", "bot,Googlebot,search,1"]
    assert "-dropped.csv" in answer.headers["content-disposition"]


def test_revenue_is_told_by_currency(at_alices: Visitor, path: str) -> None:
    page = at_alices.get(f"{path}?events=revenue").text
    assert "€5.00" in page.partition('id="panel-events"')[2]


def test_every_figure_says_how_it_is_counted(at_alices: Visitor, path: str) -> None:
    page = at_alices.get(path).text
    assert "Share of visits that saw one page and did nothing else.</dd>" in page
    for name in ("pages", "sources", "places", "devices", "events", "dropped"):
        panel = page.partition(f'id="panel-{name}"')[2].partition("</section>")[0]
        assert "What the numbers mean" in panel, name


def test_other_trackers_are_a_step_away_in_the_owners_order(
    at_alices: Visitor, alice: Account, path: str
) -> None:
    other = new_tracker(alice, name="Other <b>shop</b>")
    page = at_alices.get(f"{path}?period=7d&filter=page:is:/x&show=visits").text
    others = page.partition('class="menu others')[2].partition("</details>")[0]
    links = re.findall(r'href="([^"]+)"', others)
    assert f"/trackers/{other['id']}?period=7d&amp;show=visits" in links
    assert not any(link.startswith(path) for link in links)
    assert "Other &lt;b&gt;shop&lt;/b&gt;" in others


def test_it_is_said_in_german(at_alices: Visitor, path: str) -> None:
    answer = at_alices.get(path, headers={"accept-language": "de"})
    assert "Besucher" in answer.text
