"""What the report page weighs: bytes over the wire, which are the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import sign_in
from tests.support.service import Service

pytestmark = pytest.mark.service

FIRST = 110_000
LATER = 25_000
PARTS = {"style", "report", "app", "icons", "world"}
WEIGHED = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const parts = performance.getEntriesByType("resource");
  return {names: parts.map((each) => each.name),
    bytes: parts.reduce((sum, each) => sum + each.transferSize, page.transferSize)};
}"""


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Service]:
    """A service with 60 days of made-up visits of one tracker."""
    service = Service(tmp_path / "data").start()
    try:
        service.account("me@example.com")
        service.command("demo", "--user", "me@example.com")
        yield service
    finally:
        service.stop()


def test_a_month_of_a_report_is_light(chromium: Browser, shown: Service) -> None:
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, shown.url, "me@example.com")
    page.get_by_role("link", name="Demo", exact=True).click()
    page.wait_for_selector(".uplot")
    context.new_cdp_session(page).send("Network.clearBrowserCache")
    weighed = []
    for _ in range(2):
        page.goto(page.url)
        page.wait_for_selector(".uplot")
        page.wait_for_load_state()
        weighed.append(page.evaluate(WEIGHED))
    context.close()
    first, later = weighed
    assert first["bytes"] <= FIRST
    assert later["bytes"] <= LATER
    # All that is there was weighed: two styles, two scripts, the icons and the map.
    assert len({name.rpartition("/")[2].split(".")[0] for name in first["names"]} & PARTS) == 5
