"""Tables as text: CSV and newline-delimited JSON, both in UTF-8."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import msgspec

from ezee.exports.tables import Pieces, Row, Table, Value

# With these a spreadsheet begins a formula (OWASP, "CSV Injection"). The apostrophe is among them
# so that the one before it can always be taken away again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "'")

_JSON = msgspec.json.Encoder(decimal_format="number")


def write_csv(table: Table) -> Pieces:
    """CSV as RFC 4180 says, with a head. A text that a spreadsheet would run is disarmed."""
    head: list[Row] = [tuple(table.columns)]
    for page in table.pages:
        yield _lines([*head, *page])
        head = []


def write_ndjson(table: Table) -> Pieces:
    """A JSON object a line."""
    for page in table.pages:
        yield _JSON.encode_lines([dict(zip(table.columns, row, strict=True)) for row in page])


def _lines(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        [_cell(value) for value in row] for row in rows
    )
    return text.getvalue().encode()


def _cell(value: Value) -> Value:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA) else value
    if isinstance(value, bool):
        return "true" if value else "false"
    return value
