"""The page is the readable path of the address, and what the tracker's rules keep of the rest."""

from __future__ import annotations

import re

import msgspec
import pytest

from ezee.events.steps.page import clean_path, page_of, read_page
from ezee.events.url import NO_URL, Url
from ezee.model.pages import NO_PAGE_RULES, PageRules
from tests.docs.pages import page as document

_EXAMPLE = re.compile(r"^\| `(\{.*?\})` \| `(.*?)` \| `(.*?)` \|$", re.MULTILINE)


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
        ("/a#b?c=d", "/a"),
        ("/?c=d", "/"),
        ("//a//b", "//a//b"),
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
    assert page_of(url, NO_PAGE_RULES) == page


@pytest.mark.parametrize(("rules", "url", "page"), _EXAMPLE.findall(document("docs/pages.md")))
def test_what_is_documented(rules: str, url: str, page: str) -> None:
    assert page_of(url, msgspec.json.decode(rules, type=PageRules)) == page


def test_every_row_is_an_example() -> None:
    rows = re.findall(r"^\| `\{", document("docs/pages.md"), re.MULTILINE)
    assert len(_EXAMPLE.findall(document("docs/pages.md"))) == len(rows) > 30


KEPT = PageRules(keep_parameters=("a", "b=", "c d"), hash_routing=True, strip_slash=True)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("/?a", "/?a"),
        ("/?a=1&&=2&a=&a==", "/?a=1&a&a=="),
        ("/?c%20d=1&b%3D=2&c+d=3", "/?b%3D=2&c d=1&c d=3"),
        ("/?a=%23%26", "/?a=%23%26"),
        ("/?a=100%", "/?a=100%25"),
        ("/?a=x%00", "/?a=x%00"),
        ("/?a=%C2%85+", "/?a=%C2%85+"),
        ("/?a=1;b=2", "/?a=1;b=2"),
        ("/?a=1?2", "/?a=1?2"),
        ("https://example.com?a=1", "/?a=1"),
        ("https://example.com#/x/?a=1#y", "/#/x?a=1"),
        ("//", "/"),
        ("/#", "/"),
        ("/#!", "/"),
        ("/#!top", "/"),
        ("/#!/", "/"),
        ("/#/?a=1", "/#/?a=1"),
        ("/x#//", "/x"),
        ("/%2F", "/"),
        ("/x?a=" + "y" * 3000 + "#/z", "/x?a=" + "y" * 1995),
        ("/x?a=1#/" + "%C3%A9" * 2000, "/x?a=1#/" + "é" * 1992),
    ],
)
def test_what_is_kept(url: str, path: str) -> None:
    assert clean_path(url, KEPT) == path


@pytest.mark.parametrize("value", ["%26a=2", "%2B", "%2526", "100%25", "%23/x", "1+2", "%25FF"])
def test_a_kept_query_reads_as_what_was_sent(value: str) -> None:
    path = clean_path(f"/?a={value}", KEPT)
    assert clean_path(path, KEPT) == path


def test_grouping_is_left_out_of_the_path() -> None:
    rules = PageRules(groups=("/user/*",))
    assert clean_path("/user/7", rules) == "/user/7"
    assert page_of("/user/7", rules) == "/user/*"


def test_a_custom_event_need_not_have_one() -> None:
    assert read_page(None, NO_PAGE_RULES) == (NO_URL, "", "")


@pytest.mark.parametrize(
    ("rules", "path", "page"),
    [
        (NO_PAGE_RULES, "/a", "/a"),
        (PageRules(groups=("/*",)), "/a", "/*"),
        (PageRules(keep_parameters=("b",)), "/a?b", "/a?b"),
    ],
)
def test_an_address_is_read_once(rules: PageRules, path: str, page: str) -> None:
    url = Url("example.com", "/a", "b", "c")
    assert read_page("https://example.com/a?b#c", rules) == (url, path, page)
