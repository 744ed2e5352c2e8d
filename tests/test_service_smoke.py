"""The spine end to end: an event in, a number out, across a restart."""

from __future__ import annotations

import httpx
import pytest

from tests.support.service import Service

pytestmark = pytest.mark.service


def test_an_event_is_counted_and_survives_a_restart(own_service: Service) -> None:
    own_service.account("owner@example.com")
    site_id = own_service.tracker("owner@example.com")["site_id"]
    answer = own_service.collect({"site_id": site_id, "url": "https://example.com/hello"})
    assert (answer.status_code, answer.json()) == (202, {"data": {"accepted": 1, "dropped": []}})
    before = _totals(own_service, site_id)
    assert (before["visitors"], before["visits"], before["pageviews"]) == (1, 1, 1)

    assert own_service.stop() == 0
    own_service.start()
    assert _totals(own_service, site_id) == before


def _totals(service: Service, site_id: str) -> dict[str, float]:
    url = f"{service.url}/api/public/stats"
    report = httpx.get(url, params={"site_id": site_id, "period": "today"}).json()
    totals: dict[str, float] = report["data"]["totals"]
    return totals


def test_a_stop_is_quiet(own_service: Service) -> None:
    own_service.account("owner@example.com")
    site_id = own_service.tracker("owner@example.com")["site_id"]
    own_service.collect({"site_id": site_id, "url": "/"})
    _totals(own_service, site_id)
    own_service.stop()
    *_, last = own_service.log.read_text().splitlines()
    assert last == "Ctrl-C stops it; what it has accepted is on disk."
