"""What an export consists of: named columns, and rows that come page by page."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

Value = str | int | float | bool | Decimal | None
Row = tuple[Value, ...]
# A file, piece by piece; a piece may be empty. Whoever stops early closes it.
Pieces = Generator[bytes, None, None]


class Table(NamedTuple):
    """Columns, each with its type as SQL names it, and at least one page of rows, maybe empty.

    Times and dates are ISO 8601 text. To take a page may block, and raise ``Unavailable``.
    """

    columns: Mapping[str, str]
    pages: Iterator[Sequence[Row]]
