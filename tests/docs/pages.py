"""The documentation as tests see it: its text, and the examples in it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"^```(\w+)(?: (\w+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block. ``mark`` is the word after its language: ``run`` for one to be run."""

    language: str
    mark: str
    text: str


def page(name: str) -> str:
    """The text of ``README.md`` or ``docs/….md``."""
    return (ROOT / name).read_text()


def blocks(name: str) -> list[Block]:
    """Every fenced block of a page, in order."""
    return [Block(language, mark, text) for language, mark, text in _BLOCK.findall(page(name))]


def examples(name: str) -> list[tuple[Block, Block | None]]:
    """The blocks that run, each with the block after it."""
    found = blocks(name)
    following = [*found[1:], None]
    return [pair for pair in zip(found, following, strict=True) if pair[0].mark == "run"]


def first_column(name: str, heading: str) -> list[str]:
    """The code words in the first column of the tables under a heading."""
    section = page(name).split(f"\n{heading}\n", 1)[1]
    section = re.split(r"\n#{1,3} ", section, maxsplit=1)[0]
    cells = re.findall(r"^\| ([^|]*) \|", section, re.MULTILINE)
    return [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]
