"""What the report page weighs: bytes over the wire, which are the same on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench.pages import Visit, visits
from playwright.sync_api import Browser

from tests.browser.conftest import sign_in
from tests.support.service import Service

pytestmark = pytest.mark.service

FIRST = 110_000
LATER = 25_000


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Service]:
    """A service with 60 days of made-up visits of one tracker."""
    service = Service(tmp_path / "data").start()
    service.account("me@example.com")
    service.command("demo")
    yield service
    service.stop()


def test_a_month_of_a_report_is_light(chromium: Browser, shown: Service) -> None:
    context = chromium.new_context()
    context.set_default_timeout(20_000)
    page = context.new_page()
    sign_in(page, shown.url, "me@example.com")
    page.get_by_role("link", name="Demo", exact=True).click()
    page.wait_for_load_state()
    found: list[Visit] = visits(page, page.url, 2)
    context.close()
    assert found[0].bytes <= FIRST
    assert found[1].bytes <= LATER
    # All that is there was weighed: the page, two styles, two scripts, the icons, the map.
    assert found[0].parts >= 6
