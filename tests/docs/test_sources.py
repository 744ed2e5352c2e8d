"""``docs/sources.md`` has the tables of the code, every row of them."""

from __future__ import annotations

import pytest

from ezee.events.sources.overrides import read_overrides
from tests.docs.pages import blocks
from tests.docs.sources import PAGE, sections, tables


def test_every_table_is_there() -> None:
    assert sections().keys() == tables().keys()


@pytest.mark.parametrize("name", tables())
def test_it_is_the_codes(name: str) -> None:
    assert sections()[name] == tables()[name]


def test_the_example_of_own_names_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    (example,) = [block.text for block in blocks(PAGE) if block.language == "toml"]
    path = tmp_path_factory.mktemp("own") / "sources.toml"
    path.write_text(example)
    assert len(read_overrides(path).sources) == 3
