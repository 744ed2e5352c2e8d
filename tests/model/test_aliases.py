"""What a tracker is called by other trackers' clients, in its one spelling."""

from __future__ import annotations

import pytest

from ezee.model.aliases import PROTOCOLS, is_name, normal_alias, normal_name


@pytest.mark.parametrize(
    ("text", "alias"),
    [
        ("matomo:7", "matomo:7"),
        (" Matomo:007 ", "matomo:7"),
        ("matomo:0", "matomo:0"),
        ("matomo:000", "matomo:0"),
        ("Plausible: Blog.Example.com", "plausible:blog.example.com"),
        ("plausible:www.example.com", "plausible:example.com"),
        (
            "umami:5B9C4A1E-0000-4000-8000-000000000007",
            "umami:5b9c4a1e-0000-4000-8000-000000000007",
        ),
        ("goatcounter:my_blog", "goatcounter:my_blog"),
        (f"goatcounter:{'a' * 253}", f"goatcounter:{'a' * 253}"),
    ],
)
def test_an_alias_has_one_spelling(text: str, alias: str) -> None:
    assert normal_alias(text) == alias
    assert normal_alias(alias) == alias


@pytest.mark.parametrize(
    "text",
    [
        *("", "7", "matomo:", "matomo: ", "fathom:7", "matomo:7:8", "matomo:a b", "matomo:ü"),
        *("matomo:a/b", "matomo:\0", f"matomo:{'a' * 254}"),
    ],
)
def test_what_is_no_alias(text: str) -> None:
    assert normal_alias(text) is None


@pytest.mark.parametrize(
    ("name", "normal"),
    [("Example.com", "example.com"), (" www.Example.com", "example.com"), ("07", "7"), ("0", "0")],
)
def test_a_name_has_one_spelling(name: str, normal: str) -> None:
    assert normal_name(name) == normal


def test_every_protocol_takes_an_alias() -> None:
    for protocol in PROTOCOLS:
        assert normal_alias(f"{protocol}:x") == f"{protocol}:x"


@pytest.mark.parametrize("text", ["", "\0", "\ud800", "a\n", "ü", "a" * 254])
def test_what_nothing_is_called(text: str) -> None:
    assert not is_name(text)
    assert is_name("example.com")
