"""What the fixtures promise: the browser is a person's, and its events are counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Counted
from tests.browser.pages import PageServer
from tests.support.stats import counted

pytestmark = pytest.mark.service

_SEND = """async ([to, event]) => {
  const answer = await fetch(to, { method: "POST", body: JSON.stringify(event) });
  return await answer.json();
}"""


def test_a_page_of_another_origin_is_counted_as_a_persons(
    page: Page, pages: PageServer, counted_site: Counted
) -> None:
    page.goto(pages.put("/shoes", "<title>Shoes</title>"))
    assert page.evaluate("navigator.webdriver") is False
    event = {"site_id": counted_site.site_id, "url": page.url}
    said = page.evaluate(_SEND, [f"{counted_site.url}/api/public/collect", event])
    assert said == {"data": {"accepted": 1, "dropped": []}}
    assert counted(counted_site.owner, counted_site.tracker) == (1, 0)
    assert pages.requests == ["/shoes"]
