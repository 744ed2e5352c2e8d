"""What commands print: tables for people, JSON for scripts, progress for the patient."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence

import msgspec
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

# What goes into a pipe or a file is folded for nobody's screen: an id stays in one piece.
_UNFOLDED = 10_000

console = Console(highlight=False, width=None if sys.stdout.isatty() else _UNFOLDED)
errors = Console(stderr=True, highlight=False)


def print_json(value: object) -> None:
    """One JSON document on standard output, whatever its width."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    console.out(text, highlight=False)


def print_rows(rows: Sequence[Mapping[str, object]], empty: str) -> None:
    """A table with the rows' keys as its head, or a sentence when there are none."""
    if not rows:
        console.print(empty)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        table.add_column(name.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(Text("" if value is None else str(value)) for value in row.values()))
    console.print(table)


def print_record(record: Mapping[str, object]) -> None:
    """One thing, a line each for its properties."""
    print_settings({name.replace("_", " "): value for name, value in record.items()})


def print_settings(settings: Mapping[str, object]) -> None:
    """A line each, under the names by which they are set."""
    width = max(len(name) for name in settings)
    for name, value in settings.items():
        shown = "" if value is None else value
        console.print(f"{name:<{width}}  {shown}", markup=False, soft_wrap=True)


def print_one(record: Mapping[str, object], *, json: bool) -> None:
    """One thing, for scripts or for people."""
    if json:
        print_json(record)
    else:
        print_record(record)


def print_all(rows: Sequence[Mapping[str, object]], empty: str, *, json: bool) -> None:
    """Many things, for scripts or for people."""
    if json:
        print_json(rows)
    else:
        print_rows(rows, empty)
