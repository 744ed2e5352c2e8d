"""The order of the trackers on the overview."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import Visitor
from tests.support.service import Account, Service
from tests.support.stats import new_tracker

pytestmark = pytest.mark.service

PAGE = "/trackers/order"


def order(visitor: Visitor, ids: list[str]) -> list[int]:
    """How the overview has these trackers: the index of each in ``ids``, from the first card on."""
    found = re.findall(r'class="whole" href="/trackers/([0-9a-f-]{36})"', visitor.get("/").text)
    return [ids.index(each) for each in found if each in ids]


def test_trackers_are_moved_and_stay_where_they_are_put(at_alices: Visitor, alice: Account) -> None:
    ids = [new_tracker(alice)["id"] for _ in range(3)]
    assert order(at_alices, ids) == [0, 1, 2]
    page = at_alices.send(PAGE, {"id": ids[2], "move": "up"})
    assert page.url.path == PAGE
    assert order(at_alices, ids) == [0, 2, 1]
    # The button that was pressed has the focus again, to be pressed once more.
    row = page.text.partition('<li class="moved">')[2].partition("</li>")[0]
    assert re.search(r'value="up"[^>]* autofocus', row)
    page = at_alices.send(PAGE, {"id": ids[2], "move": "first"})
    row = page.text.partition('<li class="moved">')[2].partition("</li>")[0]
    assert re.search(r'value="up"[^>]* disabled', row)
    assert re.search(r'value="down"[^>]* autofocus', row)
    assert order(at_alices, ids) == [2, 0, 1]


def test_all_are_sorted_at_once(service: Service, at_alices: Visitor, alice: Account) -> None:
    rows = [new_tracker(alice, name=name) for name in ("Zebra", "mule", "Ant")]
    ids = [row["id"] for row in rows]
    service.collect({"site_id": rows[1]["site_id"], "url": "/"}).raise_for_status()
    for by, wanted in {"name": [2, 1, 0], "visitors": [1, 2, 0], "age": [0, 1, 2]}.items():
        at_alices.send(PAGE, {"by": by})
        assert order(at_alices, ids) == wanted, by


def test_what_makes_no_sense_is_said(at_alices: Visitor, alice: Account) -> None:
    tracker = new_tracker(alice)
    page = at_alices.send(PAGE, {"id": tracker["id"], "move": "sideways"})
    assert page.status_code == 400
    assert "Say where the tracker is to be moved." in page.text
    page = at_alices.send(PAGE, {"id": "7b0c0000-0000-4000-8000-000000000000", "move": "up"})
    assert page.status_code == 404
    page = at_alices.send(PAGE, {"move": "up"})
    assert page.status_code == 404


def test_bob_does_not_move_what_is_alices(service: Service, alice: Account, bob: Account) -> None:
    tracker = new_tracker(alice)
    with Visitor(service.url) as visitor:
        visitor.sign_in(bob.email)
        assert visitor.send(PAGE, {"id": tracker["id"], "move": "up"}).status_code == 404
        assert tracker["id"] not in visitor.get(PAGE).text
