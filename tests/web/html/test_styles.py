"""Colours are named in one file, where the light and the dark one stand beside each other."""

from __future__ import annotations

import re

import pytest

from tests.docs.pages import ROOT

STYLES = ROOT / "assets" / "pages" / "styles"
COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch)a?\(|:\s*(?:white|black|gray|grey)\b", re.IGNORECASE
)
OTHERS = sorted(path.name for path in STYLES.glob("*.css") if path.name != "style.css")


@pytest.mark.parametrize("name", OTHERS)
def test_nothing_else_names_a_colour(name: str) -> None:
    text = re.sub(r"/\*.*?\*/", "", (STYLES / name).read_text(), flags=re.DOTALL)
    # The name of an element is no colour.
    declared = re.findall(r"\{([^{}]*)\}", text)
    assert [each for each in declared if COLOUR.search(each)] == []
