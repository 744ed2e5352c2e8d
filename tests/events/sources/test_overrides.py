"""An operator's own names of sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import SetupError
from ezee.events.sources.kinds import Known
from ezee.events.sources.overrides import read_overrides


def test_a_file_of_sources(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text(
        """
        # ours
        "www.Blog.example.com" = { name = " Our blog " }
        "mail.example.com" = { name = "Unser Büro", kind = "mail" }
        weekly = { name = "The weekly", kind = "mail" }
        """,
        encoding="utf-8",
    )
    assert read_overrides(path).sources == {
        "blog.example.com": Known("Our blog", "site"),
        "mail.example.com": Known("Unser Büro", "mail"),
        "weekly": Known("The weekly", "mail"),
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'"a.example" = \n', "is not TOML at line 1, column"),
        (b'a = { name = "A" }\na = { name = "A" }', "is not TOML at "),
        (b'"a.example" = { name = "\xff" }', "is not UTF-8"),
        (b'a.example = { name = "A" }', "'a' needs a name, and a host quotes"),
        (b'"a.example" = "A"', "'a.example' needs a name"),
        (b'"a.example" = { kind = "site" }', "'a.example' needs a name"),
        (b'"a.example" = { name = " " }', "'a.example' needs a name"),
        (b'"a.example" = { name = 1 }', "'a.example' needs a name"),
        (b'"a.example" = { name = "A", kind = "blog" }', "the kind of 'a.example' is one of"),
        (b'"a.example" = { name = "A", kind = [] }', "the kind of 'a.example' is one of"),
        (b'"a.example" = { name = "A", color = "red" }', "'a.example' has no 'color'"),
        (b'"https://a.example/" = { name = "A" }', "'https://a.example/' is not a host"),
        (b'"" = { name = "A" }', "'' is not a host"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: bytes, said: str) -> None:
    path = tmp_path / "sources.toml"
    path.write_bytes(text)
    with pytest.raises(SetupError) as raised:
        read_overrides(path)
    assert said in raised.value.message


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"none\.toml cannot be read"):
        read_overrides(tmp_path / "none.toml")
