"""An address in its parts."""

from __future__ import annotations

import pytest

from ezee.events.url import NO_URL, Url, split_url


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", NO_URL),
        ("/", Url("", "/")),
        ("/a?b=c#d", Url("", "/a", "b=c", "d")),
        ("/?#", Url("", "/")),
        ("/#/shop?utm_source=no", Url("", "/", "", "/shop?utm_source=no")),
        ("/a?b?c#d#e", Url("", "/a", "b?c", "d#e")),
        ("//a//b", Url("", "//a//b")),
        ("https://example.com", Url("example.com")),
        ("https://example.com?a=b", Url("example.com", "", "a=b")),
        ("https://example.com#/a", Url("example.com", "", "", "/a")),
        ("HTTPS://u:p@Example.com:8080/A/b", Url("u:p@Example.com:8080", "/A/b")),
        ("http:///a", Url("", "/a")),
        ("ftp://example.com/a", Url("", "ftp://example.com/a")),
        ("a//b", Url("", "a//b")),
        ("a\nb", Url("", "a\nb")),
    ],
)
def test_parts(text: str, parts: Url) -> None:
    assert split_url(text) == parts
