"""An operator's lists: files with one entry a line, empty lines and ``#`` comments aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ezee.errors import SetupError

Entry = TypeVar("Entry")


def read_list(path: Path, read: Callable[[str], Entry], kind: str) -> list[Entry]:
    """The entries of a file, each as ``read`` reads its text; ``kind`` says what one should be.

    Raises:
        SetupError: the file cannot be read, or ``read`` raises ValueError for one of its lines.
    """
    try:
        lines = path.read_text().splitlines()
    except (OSError, UnicodeDecodeError):
        raise SetupError(f"{path} is no text file that can be read.") from None
    entries = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            entries.append(read(text))
        except ValueError:
            raise SetupError(f"{path}, line {number}: {text!r} is not {kind}.") from None
    return entries
