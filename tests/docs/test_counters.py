"""``docs/counters.md`` names every form, parameter, style and limit."""

from __future__ import annotations

import re

import pytest

from ezee.counters import asked, current, number, pictures, viewing
from ezee.counters.drawing import face
from ezee.counters.drawing.styles import STYLES
from ezee.counters.old import STYLES as STYLES_OF_OLD
from tests.docs.pages import page

TEXT = page("docs/counters.md")


def rows(head: str) -> dict[str, str]:
    """The first column of a table and the second, by the head of the first."""
    table = TEXT.split(f"\n| {head} |", 1)[1].split("\n\n", 1)[0]
    return dict(re.findall(r"^\| `([^`]+)` \| ([^|]*[^| ]) \|", table, re.MULTILINE))


def test_every_form_is_there() -> None:
    assert tuple(rows("form")) == asked.FORMS


def test_every_parameter_is_there() -> None:
    assert set(rows("parameter")) == {*face.EXPECTED, *number.EXPECTED, *asked.FLAGS}


def test_every_value_is_there() -> None:
    assert re.findall(r"`(\w+)`", rows("parameter")["metric"]) == list(number.METRICS)
    assert set(re.findall(r"`(\w+)`", rows("parameter")["period"])) == set(number.PERIODS)


def test_every_style_is_there_as_it_is_described() -> None:
    assert rows("style") == {name: style.help for name, style in STYLES.items()}


@pytest.mark.parametrize(
    "told",
    [
        f"{viewing.VIEWS:,} views a minute",
        f"{current.QUESTIONS} questions",
        f"{pictures.UNITS:,} units",
    ],
)
def test_the_limits_are_told(told: str) -> None:
    assert told in " ".join(TEXT.split())


def test_every_old_style_is_there() -> None:
    told = re.findall(r"^\| `(\w+)` \| `([\w-]+)`", page("docs/old-counters.md"), re.MULTILINE)
    assert dict(told) == {name: drawn["style"] for name, drawn in STYLES_OF_OLD.items()}
