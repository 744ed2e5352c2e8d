"""The formats of exports, by the names they are asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ezee.exports.parquet import write_parquet
from ezee.exports.tables import Pieces, Table
from ezee.exports.text import write_csv, write_ndjson


class Format(NamedTuple):
    """A format: how HTTP calls it, and what writes it."""

    media_type: str
    write: Callable[[Table], Pieces]


FORMATS = {
    "csv": Format("text/csv", write_csv),
    "ndjson": Format("application/x-ndjson", write_ndjson),
    "parquet": Format("application/vnd.apache.parquet", write_parquet),
}
