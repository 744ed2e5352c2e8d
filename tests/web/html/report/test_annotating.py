"""Annotating days on the report page, and what others see of it."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

MARKUP = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def tracker(service: Service, alice: Account) -> dict[str, Any]:
    """A tracker with a visit."""
    tracker = new_tracker(alice)
    service.collect({"site_id": tracker["site_id"], "url": "/"}).raise_for_status()
    return tracker


def listed(alice: Account, tracker: dict[str, Any]) -> list[dict[str, str]]:
    answer = alice.client.get(f"/api/v1/trackers/{tracker['id']}/annotations")
    data: list[dict[str, str]] = answer.json()["data"]
    return data


def today(visitor: Visitor, path: str) -> str:
    found = re.findall(r'data-time="([\d-]{10})"', visitor.get(path).text)
    assert found
    return str(found[-1])


def test_a_day_is_annotated_changed_and_set_free(
    at_alices: Visitor, alice: Account, tracker: dict[str, Any]
) -> None:
    path = f"/trackers/{tracker['id']}"
    day = today(at_alices, path)
    form = {"day": day, "text": f"Launch {MARKUP}"}
    page = at_alices.send(f"{path}/annotations?period=7d", form, on=path)
    assert str(page.url).endswith(f"{path}?period=7d")
    assert "1 annotation" in page.text
    assert 'class="flag"' in page.text
    assert "<img" not in page.text
    (made,) = listed(alice, tracker)
    one = f"{path}/annotations/{made['id']}"
    page = at_alices.send(one, {"day": day, "text": "Relaunch"}, on=path)
    assert "Relaunch" in page.text
    page = at_alices.send(one, {"day": day, "text": "", "remove": "yes"}, on=path)
    assert 'class="flag"' not in page.text
    assert listed(alice, tracker) == []


def test_a_day_that_is_not_shown_has_no_flag(at_alices: Visitor, tracker: dict[str, Any]) -> None:
    path = f"/trackers/{tracker['id']}"
    page = at_alices.send(f"{path}/annotations", {"day": "2001-01-01", "text": "Old"}, on=path)
    assert 'class="flag"' not in page.text
    assert "Old" not in page.text


def test_what_is_wrong_is_told_where_it_was_typed(
    at_alices: Visitor, alice: Account, tracker: dict[str, Any]
) -> None:
    path = f"/trackers/{tracker['id']}"
    page = at_alices.send(f"{path}/annotations", {"day": "{x}", "text": "Typed <b>"}, on=path)
    assert page.status_code == 400
    assert "must be a date such as" in page.text
    assert "Typed &lt;b&gt;" in page.text
    assert listed(alice, tracker) == []


def test_others_see_them_when_their_owner_says_so_and_change_nothing(
    at_alices: Visitor, anybody: Visitor, tracker: dict[str, Any]
) -> None:
    path = f"/trackers/{tracker['id']}"
    at_alices.send(
        f"{path}/annotations", {"day": today(at_alices, path), "text": "Launch"}, on=path
    )
    settings = f"{path}/settings"
    page = at_alices.send(f"{settings}/link", {"do": "make"}, on=settings).text
    found = re.search(r'id="share-link" value="([^"]+)"', page)
    assert found is not None
    link = found[1].removeprefix(at_alices.url)
    assert "Launch" not in anybody.get(link).text
    at_alices.send(f"{settings}/link", {"do": "annotations", "annotations": "yes"}, on=settings)
    shown = anybody.get(link).text
    assert "Launch" in shown
    assert 'class="flag"' in shown
    assert "/annotations" not in shown
    at_alices.send(f"{settings}/link", {"do": "annotations"}, on=settings)
    assert "Launch" not in anybody.get(link).text
