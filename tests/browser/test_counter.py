"""A counter in an ``<img>`` of a page of another origin, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Counted
from tests.browser.pages import PageServer
from tests.support.polling import until
from tests.support.stats import counted

pytestmark = pytest.mark.service

# What a page is made of that has a counter in it, and waits for nothing.
_PAGE = """<!doctype html><title>Shop</title><p>Visits:</p><img id="counter" src="{}">"""
_SIZE = "document.querySelector('#counter').naturalWidth"


def show(page: Page, pages: PageServer, path: str, source: str) -> int:
    """Open a page with a counter; returns the picture's width in pixels."""
    page.goto(pages.put(path, _PAGE.format(source)), wait_until="load")
    return int(page.evaluate(_SIZE))


@pytest.mark.parametrize("form", ["svg", "png", "gif"])
def test_it_is_shown_and_counts_each_view(
    page: Page, pages: PageServer, counted_site: Counted, form: str
) -> None:
    settings = {"counter": True}
    path = f"/api/v1/trackers/{counted_site.tracker['id']}"
    assert counted_site.owner.client.patch(path, json=settings).status_code == 200
    source = f"{counted_site.url}/counter/{counted_site.site_id}/shoes.{form}?count=1"
    for _ in range(3):
        assert show(page, pages, "/shoes", source) > 60
    until(lambda: counted(counted_site.owner, counted_site.tracker) == (3, 0))
    # Nothing but the pictures was fetched, and nothing is kept.
    assert page.context.cookies() == []


def test_an_unknown_one_and_an_old_one_nobody_claimed_are_pictures_too(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    for number, path in enumerate(("/counter/ezi_000000000000.svg?count=1", "/count.php?page=9")):
        assert show(page, pages, f"/{number}", f"{counted_site.url}{path}") > 40


def test_an_old_embed_shows_its_number(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    path = f"/api/v1/trackers/{counted_site.tracker['id']}/old-counters/777"
    answer = counted_site.owner.client.put(path, json={"start": 51877})
    assert answer.status_code == 200
    source = f"{counted_site.url}/count.php?page=777&style=odometer&nbdigits=6&reloads=1"

    def views() -> int:
        return counted(counted_site.owner, counted_site.tracker)[0]

    # The service may have looked a moment before the claim, and looks again within a second.
    until(lambda: show(page, pages, "/guestbook.html", source) > 60 and views() > 0)
    before = views()
    assert show(page, pages, "/guestbook.html", source) > 60
    until(lambda: views() == before + 1)
