"""Referrer spam is told by its host."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.events.bots.spam import is_spammer, read_spammers


@pytest.mark.parametrize(
    ("host", "spam"),
    [
        ("semalt.com", True),
        ("eu.semalt.com", True),
        ("a.b.semalt.com", True),
        ("notsemalt.com", False),
        ("semalt.com.example.org", False),
        ("com", False),
        ("news.ycombinator.com", False),
        ("", False),
        (".", False),
    ],
)
def test_hosts(host: str, spam: bool) -> None:
    assert is_spammer(host) is spam


def test_a_list_of_the_operator_adds_to_ours(tmp_path: Path) -> None:
    path = tmp_path / "spam"
    path.write_text("# seen in May\nWWW.Spam.Example.  # with capitals\nxn--d1acpjx3f.xn--p1ai\n")
    spammers = read_spammers(path)
    hosts = ["spam.example", "shop.spam.example", "xn--d1acpjx3f.xn--p1ai", "semalt.com"]
    assert [is_spammer(host, spammers) for host in [*hosts, "example"]] == [*[True] * 4, False]


@pytest.mark.parametrize("line", ["https://spam.example/", "spam", "spam.example/path", "a b.c"])
def test_a_wrong_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "spam"
    path.write_text(f"spam.example\n\n{line}\n")
    with pytest.raises(SetupError, match=r"spam, line 3: '.*' is not a host"):
        read_spammers(path)
