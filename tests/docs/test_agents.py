"""``docs/agents.md`` names every browser and system that the tables have."""

from __future__ import annotations

import re

import pytest

from ezee.events.agent_names import BRANDS, FAMILIES, PLATFORMS, PRODUCTS, SYSTEMS, WORDS
from tests.docs.pages import page

NAMES = {
    "browsers": {*PRODUCTS.values(), *FAMILIES.values(), *BRANDS.values()} - {""},
    "systems": {*SYSTEMS.values(), *WORDS.values(), *PLATFORMS.values()},
}


@pytest.mark.parametrize("section", NAMES)
def test_the_page_has_the_names(section: str) -> None:
    found = re.search(
        rf"<!-- {section} -->(.*)<!-- /{section} -->", page("docs/agents.md"), re.DOTALL
    )
    assert found
    told = found[1].replace("\n>", " ").split(",")
    assert {" ".join(name.split()) for name in told} == NAMES[section]
