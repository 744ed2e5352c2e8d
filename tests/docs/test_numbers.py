"""``docs/numbers.md`` says what every number and every dimension means."""

from __future__ import annotations

import re

import pytest

from ezee.events.sources.channels import CHANNEL_WORDS
from ezee.events.sources.kinds import KINDS
from ezee.events.sources.reading import DIRECT
from ezee.events.steps.screen import screen_of
from ezee.model.dimensions import DIMENSIONS
from ezee.model.metrics import METRICS
from tests.docs.pages import page

PAGE = "docs/numbers.md"


@pytest.mark.parametrize("name", [*METRICS, *DIMENSIONS])
def test_it_is_explained(name: str) -> None:
    assert f"`{name}`" in page(PAGE)


def test_every_channel_is_named() -> None:
    channels = {channel for kind in KINDS.values() for channel in kind[1:]}
    assert _codes("channel") == {DIRECT, *CHANNEL_WORDS.values(), *channels}


def test_every_screen_begins_where_the_page_says() -> None:
    *sizes, (largest, _) = re.findall(r"`(\w+)`(?: under)? (\d+|from there)", _item("screen"))
    names = [name for name, _ in sizes] + [largest]
    for (name, width), larger in zip(sizes, names[1:], strict=True):
        assert screen_of(int(width) - 1) == name
        assert screen_of(int(width)) == larger


def _item(name: str) -> str:
    """What the list says of a dimension."""
    found = re.search(rf"^- `{name}`: (.*?)(?=^- |^$)", page(PAGE), re.MULTILINE | re.DOTALL)
    assert found is not None
    return " ".join(found[1].split())


def _codes(name: str) -> set[str]:
    return {" ".join(code.split()) for code in re.findall(r"`([^`]+)`", _item(name))}
