"""Domains as people type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ezee.accounts.domains import normal_domain


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("example.com", "example.com"),
        ("  Example.COM ", "example.com"),
        ("https://example.com", "example.com"),
        ("HTTP://EXAMPLE.com/", "example.com"),
        ("https://www.example.com/shop/?a=b#c", "example.com"),
        ("www.example.com", "example.com"),
        ("WWW.Example.com", "example.com"),
        ("example.com?x", "example.com"),
        ("example.com#x", "example.com"),
        ("example.com.", "example.com"),
        ("example.com:8080", "example.com"),
        ("https://user:secret@example.com:443/", "example.com"),
        ("shop.example.com", "shop.example.com"),
        ("localhost", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("my_site.example.com", "my_site.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("https://www.BÜCHER.example/shop", "xn--bcher-kva.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("bu\u0308cher.example", "xn--bcher-kva.example"),
        ("straße.example", "xn--strae-oqa.example"),
        ("例え。テスト", "xn--r8jz45g.xn--zckzah"),
        (f"{'a' * 63}.example", f"{'a' * 63}.example"),
    ],
)
def test_one_form_for_what_people_type(typed: str, domain: str) -> None:
    assert normal_domain(typed) == domain


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", ".", "https://", "/", "two words.example", "exa mple.com", "-a.example",
        "a-.example", "a..example", ".example", "example.com:port", "ex\x00ample.com",
        "[::1]", "a,b.example", "☃\u200b.example.", f"{'a' * 64}.example",
        ".".join(["abcdefgh"] * 29), "bü cher.example", "ü..example", "\ud800.example",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(typed: str) -> None:
    assert normal_domain(typed) is None


@given(st.text())
def test_any_text_is_a_domain_in_its_one_form_or_none(typed: str) -> None:
    domain = normal_domain(typed)
    if domain is not None:
        assert domain == domain.lower()
        assert domain.isascii()
        assert not set(domain) & set("/:@?# ")
        assert len(domain) <= 253


@given(st.from_regex(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8}){1,3}", fullmatch=True))
def test_a_plain_host_stays_as_it_is(host: str) -> None:
    assert normal_domain(f"https://www.{host.upper()}:8000/x") == normal_domain(host)
    assert normal_domain(host) == host.removeprefix("www.")
