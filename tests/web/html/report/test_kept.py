"""The report page of days whose events are gone: what can be shown, and the way to the rest."""

from __future__ import annotations

from html import unescape
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker
from tests.web.test_retention_api import DAYS_AGO, day, expire, send

pytestmark = pytest.mark.service


@pytest.fixture
def tracker(service: Service, alice: Account) -> Any:
    """Its events are of the last months and half a year ago; two months of them are kept."""
    made = new_tracker(alice)
    assert send(alice, made, DAYS_AGO)["accepted"] == len(DAYS_AGO)
    return {**made, "kept_from": expire(service, alice, made)}


def address(tracker: Any, rest: str = "", **view: Any) -> str:
    return f"/trackers/{tracker['id']}{rest}?{urlencode(view, doseq=True)}"


WHOLE = {"from": day(250), "to": day(0)}


def test_a_filter_shows_what_can_be_told_and_leads_to_the_rest(
    at_alices: Visitor, tracker: Any
) -> None:
    page = at_alices.get(address(tracker, filter="page:is:/100", **WHOLE))
    assert page.status_code == 200
    text = unescape(page.text)
    # Of the other panels there is nothing, and it is said why.
    assert "<bdi>/100</bdi>" in text
    assert text.count("Not kept of days before") == 4
    later = address(tracker, **{**WHOLE, "from": tracker["kept_from"]}, filter="page:is:/100")
    asked = set(later.partition("?")[2].split("&"))
    links = {frozenset(part.partition('"')[0].partition("?")[2].split("&"))
             for part in text.split('href="')}  # fmt: skip
    assert frozenset(asked) in links
    assert "Not kept" not in at_alices.get(later).text


@pytest.mark.parametrize(
    ("view", "ways"),
    [
        ({"filter": "page:contains:1"}, ["Remove all filters", "Show it from"]),
        ({"interval": "hour", "from": day(150), "to": day(100)}, ["Days"]),
        ({"period": "today", "compare": f"{day(100)}..{day(99)}", "interval": "hour"},
         ["No comparison"]),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_said_with_ways_out(
    at_alices: Visitor, tracker: Any, view: dict[str, str], ways: list[str]
) -> None:
    view = view if "period" in view else {**WHOLE, **view}
    page = at_alices.get(address(tracker, **view))
    assert page.status_code == 400
    notice = page.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "of those only what they add up to is kept" in notice
    # None that would lead to the same again.
    assert notice.count("<a ") == len(ways) + 1
    for way in ways:
        link = next(part for part in notice.split("<a ") if way in part)
        target = unescape(link.partition('href="')[2].partition('"')[0])
        assert at_alices.get(target).status_code == 200, target


def test_it_is_said_in_the_readers_language(at_alices: Visitor, tracker: Any) -> None:
    german = {"accept-language": "de"}
    asked = {**WHOLE, "filter": "page:contains:1"}
    for path in (address(tracker, **asked), address(tracker, "/all/source", **asked)):
        page = at_alices.get(path, headers=german)
        assert page.status_code == 400
        assert "ist nur noch da, was sie zusammen ergeben" in page.text
        assert "Alle Filter entfernen" in page.text
    page = at_alices.get(address(tracker, filter="page:is:/100", **WHOLE), headers=german)
    assert "nicht mehr da." in page.text


def test_a_comparison_that_nobody_chose_gives_way(at_alices: Visitor, tracker: Any) -> None:
    asked = {"from": tracker["kept_from"], "to": day(0), "filter": "page:is_not:/1"}
    page = at_alices.get(address(tracker, **asked))
    assert page.status_code == 200
    assert "dashed" not in page.text
    assert at_alices.get(address(tracker, **asked, compare="year")).status_code == 400
