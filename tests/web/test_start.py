"""Every page gives the credit that the places' licence asks for."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from ezee.events.places import ALLOCATED
from tests.support.mmdb import write_mmdb
from tests.support.service import Service

pytestmark = pytest.mark.service


def test_it_credits_the_allocations(service: Service) -> None:
    page = httpx.get(f"{service.url}/sign-in")
    assert page.headers["content-type"].startswith("text/html")
    assert f'<a href="https://www.nro.net">{ALLOCATED.attribution}</a>' in page.text


def test_it_credits_the_database(tmp_path: Path) -> None:
    database = write_mmdb(
        tmp_path / "places.mmdb", {"193.0.6.0/24": {"country_code": "NL"}}, kind="DBIP-City-Lite"
    )
    service = Service(tmp_path / "data", "--places-database", str(database)).start()
    try:
        page = httpx.get(f"{service.url}/sign-in").text
    finally:
        service.stop()
    assert '<a href="https://db-ip.com">IP Geolocation by DB-IP</a>' in page
    assert "nro.net" not in page
