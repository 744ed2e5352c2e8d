"""Hits badges: today's and all, of any page, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.support.service import Service

pytestmark = pytest.mark.service

INCR = "/api/count/incr/badge.svg"
KEEP = "/api/count/keep/badge.svg"


@pytest.fixture(scope="module")
def badges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("hits") / "data"
    running = Service(folder, "--hits-badges", "25").start()
    yield running
    running.stop()


def look(badges: Service, path: str, **asked: str) -> str:
    """What the badge says to those who cannot see it."""
    answer = httpx.get(f"{badges.url}{path}", params=asked, timeout=30)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["cache-control"].startswith("no-cache, no-store")
    found = re.search("<title>(.*)</title>", answer.text)
    assert found is not None
    return found[1]


def test_one_counts_and_the_other_shows(badges: Service) -> None:
    page = {"url": "https://github.com/you/project"}
    assert look(badges, KEEP, **page) == "hits: 0 / 0"
    assert look(badges, INCR, **page) == "hits: 1 / 1"
    assert look(badges, INCR, **page) == "hits: 2 / 2"
    assert look(badges, KEEP, **page) == "hits: 2 / 2"
    assert look(badges, KEEP, url="http://GitHub.com/you/project/?tab=x#y") == "hits: 2 / 2"
    assert look(badges, KEEP, url="github.com/you/other") == "hits: 0 / 0"
    assert httpx.head(f"{badges.url}{INCR}", params=page).status_code == 200
    assert look(badges, KEEP, **page) == "hits: 2 / 2"


def test_it_looks_as_it_is_told_to(badges: Service) -> None:
    asked = {"url": "a.example", "title": "visits", "title_bg": "#1e293b", "count_bg": "#4D9BC1"}
    answer = httpx.get(f"{badges.url}{KEEP}", params=asked)
    assert "visits: 0 / 0" in answer.text
    assert "#1e293b" in answer.text
    assert "#4d9bc1" in answer.text
    flat = httpx.get(f"{badges.url}{KEEP}", params={**asked, "edge_flat": "true"})
    assert flat.content != answer.content


@pytest.mark.parametrize("url", ["", "x", "javascript:alert(1)", "http://[", "a.example/\x00",
                                 "a.example/" + "a" * 600, "ftp://a.example/"])  # fmt: skip
def test_what_is_no_page_shows_dashes(badges: Service, url: str) -> None:
    for path in (INCR, KEEP):
        assert look(badges, path, url=url, title="\U0001f600") == "hits: - / -"


def test_there_are_no_more_pages_than_the_operator_allows(tmp_path: Path) -> None:
    service = Service(tmp_path / "data", "--hits-badges", "1").start()
    assert look(service, INCR, url="a.example") == "hits: 1 / 1"
    assert look(service, INCR, url="b.example") == "hits: - / -"
    assert look(service, INCR, url="a.example") == "hits: 2 / 2"
    service.stop()


def test_badges_are_read_only(badges: Service) -> None:
    assert httpx.post(f"{badges.url}{INCR}").status_code == 405
