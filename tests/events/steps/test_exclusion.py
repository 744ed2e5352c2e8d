"""What the owner excludes is not counted, nor are the pages of hosts that are not listed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ezee.events.steps.exclusion import host_of, is_excluded, is_of_another_host
from ezee.events.url import split_url
from ezee.model.exclusions import Exclusions
from ezee.model.rules import SiteRules
from tests.support.events import draft, site


@pytest.mark.parametrize(
    ("exclusions", "dropped"),
    [
        ({}, False),
        ({"networks": ("203.0.113.0/24",)}, True),
        ({"networks": ("192.0.2.0/24",)}, False),
        ({"paths": ("/admin/**",)}, True),
        ({"paths": ("/admin",)}, False),
        ({"countries": ("DE", "NL")}, True),
        ({"countries": ("DE",)}, False),
        ({"agents": ("windows NT",)}, True),
        ({"agents": ("Macintosh",)}, False),
        ({"networks": ("192.0.2.1",), "paths": ("/x",), "agents": ("Chrome",)}, True),
        ({"hostnames": ("other.example",)}, False),
    ],
)
def test_one_match_is_enough(tmp_path: Path, exclusions: dict[str, Any], dropped: bool) -> None:
    made = draft(tmp_path, site=site(rules=SiteRules(exclusions=Exclusions(**exclusions))))
    assert is_excluded(made, "/admin/users", "NL") is dropped


def test_nothing_known_is_nothing_excluded(tmp_path: Path) -> None:
    exclusions = Exclusions(("0.0.0.0/0",), ("/**",), ("DE",), ("x",))
    made = draft(
        tmp_path,
        site=site(rules=SiteRules(exclusions=exclusions)),
        url=None, name="signup", address="", user_agent="",
    )  # fmt: skip
    assert not is_excluded(made, "", "")


@pytest.mark.parametrize(
    ("url", "dropped"),
    [
        ("https://example.com/", False),
        ("http://WWW.Example.com.:8080", False),
        ("https://user:secret@shop.example.com/?x=@evil.example", False),
        ("https://bücher.example/", False),
        ("https://xn--bcher-kva.example/", False),
        ("http://localhost:3000/", False),
        ("http://192.168.1.7/", False),
        ("https://evil.example/", True),
        ("https://evil.example/#@example.com/", True),
        ("https://example.com.evil.example", True),
        ("https://[2001:db8::1]/", True),
        ("https://\u200d.example/", True),
        ("/", False),
        ("//evil.example/", False),
        (None, False),
    ],
)
def test_a_page_of_another_host_is_dropped(tmp_path: Path, url: str | None, dropped: bool) -> None:
    listed = ("example.com", "*.example.com", "xn--bcher-kva.example", "localhost", "192.168.1.7")
    rules = SiteRules(exclusions=Exclusions(hostnames=listed))
    made = draft(tmp_path, site=site(rules=rules), url=url)
    assert is_of_another_host(made, split_url(url or "").authority) is dropped


def test_without_a_list_every_host_counts(tmp_path: Path) -> None:
    made = draft(tmp_path, url="https://anywhere.example/")
    assert not is_of_another_host(made, "anywhere.example")


def test_a_very_long_host_is_none() -> None:
    assert host_of("ü" * 8000 + ".example") == ""
