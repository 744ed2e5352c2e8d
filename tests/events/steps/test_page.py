"""The page is the readable path of the address."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.events.steps.page import page_of, put_page
from tests.support.events import draft


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://example.com", "/"),
        ("https://example.com/", "/"),
        ("https://example.com?a=b", "/"),
        ("https://example.com#top", "/"),
        ("HTTPS://Example.com/A/b/", "/A/b/"),
        ("http://example.com:8080/a?b#c", "/a"),
        ("https://user:secret@example.com/a", "/a"),
        ("/a/b?c=d#e", "/a/b"),
        ("/?c=d", "/"),
        ("/caf%C3%A9", "/café"),
        ("/café", "/café"),
        ("/%F0%9F%98%80", "/😀"),
        ("/100%", "/100%"),
        ("/%zz", "/%zz"),
        ("/%FF", "/%FF"),
        ("/a%00b", "/a%00b"),
        ("/a%0Ab", "/a%0Ab"),
        ("/%ED%A0%80", "/%ED%A0%80"),
        ("/%C2%85", "/%C2%85"),
        ("/" + "x" * 3000, "/" + "x" * 1999),
        ("/" + "%C3%A9" * 1000, "/" + "é" * 1000),
    ],
)
def test_pages(url: str, page: str) -> None:
    assert page_of(url) == page


def test_a_custom_event_need_not_have_one(tmp_path: Path) -> None:
    made = draft(tmp_path, name="buy", url=None)
    put_page(made)
    assert made.page == ""


def test_the_step_puts_it(tmp_path: Path) -> None:
    made = draft(tmp_path, url="https://example.com/a?b")
    put_page(made)
    assert made.page == "/a"
