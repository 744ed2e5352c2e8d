"""Files of any format, read back as their readers do: a row as an object, all cells as text."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from tests.exports.tables import disarmed

Rows = list[dict[str, Any]]


def read_back(name: str, content: bytes, folder: Path) -> Rows:
    """The rows of a file in the format of that name. What is empty or null is None."""
    if name == "csv":
        lines = csv.DictReader(io.StringIO(content.decode(), newline=""))
        return [{key: disarmed(cell) or None for key, cell in row.items()} for row in lines]
    if name == "ndjson":
        return [json.loads(line, parse_float=Decimal) for line in content.splitlines()]
    file = folder / "read.parquet"
    file.write_bytes(content)
    found = duckdb.execute(f"select columns(*)::varchar from '{file}'")
    columns = [each[0] for each in found.description]
    return [dict(zip(columns, row, strict=True)) for row in found.fetchall()]


def as_text(rows: Rows) -> list[dict[str, str]]:
    """The same with every number as a plain text, so that formats can be compared."""
    return [{key: _text(value) for key, value in row.items()} for row in rows]


def _text(value: Any) -> str:
    if value is None:
        return ""
    try:
        return f"{Decimal(str(value)).normalize():f}"
    except ArithmeticError:
        return str(value)
