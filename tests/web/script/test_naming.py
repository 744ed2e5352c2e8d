"""The script under another name: its files, and where its events go."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from ezee.web.script.versions import current_scripts
from tests.support.service import BROWSER, Service
from tests.support.stats import counted, new_tracker

pytestmark = pytest.mark.service


@pytest.fixture
def named(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "data", environ={"EZEE_SCRIPT_NAME": "hello"}).start()
    yield service
    service.stop()


def test_files_and_events_have_both_names(named: Service) -> None:
    for script in current_scripts().values():
        for name in (f"{script.name}.js", script.versioned_name):
            usual = httpx.get(f"{named.url}/{name}")
            other = httpx.get(f"{named.url}/{name.replace('ezee', 'hello', 1)}")
            assert (other.status_code, other.content) == (200, usual.content)
            assert other.headers["cache-control"] == usual.headers["cache-control"]
    owner = named.account("owner@example.com")
    mine = new_tracker(owner)
    headers = {"user-agent": BROWSER}
    for path in ("hello", "api/public/collect"):
        sent = {"site_id": mine["site_id"], "url": f"/{path}"}
        answer = httpx.post(f"{named.url}/{path}", json=sent, headers=headers)
        assert (answer.status_code, answer.json()["data"]["accepted"]) == (202, 1)
        asked = {"origin": "https://example.com", "access-control-request-method": "POST"}
        assert httpx.options(f"{named.url}/{path}", headers=asked).status_code == 204
    assert httpx.post(f"{named.url}/hello", json={"site_id": "x"}).status_code == 400
    assert counted(owner, mine) == (2, 0)
    tag = named.command("tracker", "snippet", mine["site_id"])
    assert f'src="{named.url}/hello.js"' in tag
    assert 'data-endpoint="hello"' in tag
    pinned = named.command("tracker", "snippet", mine["site_id"], "--pinned", "--core")
    version = current_scripts()["ezee.core"].version
    assert f'src="{named.url}/hello.core.{version}.js"' in pinned


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("docs", "something else answers at /docs"),
        ("count", "something else answers at /count"),
        ("A/b", "small letters, digits, hyphens"),
    ],
)
def test_a_name_that_cannot_be(tmp_path: Path, name: str, told: str) -> None:
    service = Service(tmp_path / "data", environ={**os.environ, "EZEE_SCRIPT_NAME": name})
    with pytest.raises(AssertionError, match=told):
        service.start()
