"""What DuckDB calls the things that engines call differently."""

from __future__ import annotations

from ezee.store.sql import Dialect, Statement, write


def _property(column: str, key: str) -> Statement:
    # An event without properties has no JSON at all, which DuckDB would not read.
    json = f"case when {column} = '' then '{{}}' else {column} end"
    return Statement(f"coalesce(json_extract_string({json}, ?), '')", (f'$."{key}"',))


def _contains(value: Statement, text: str) -> Statement:
    return write(
        "contains(lower({value}), {text})", value=value, text=Statement("lower(?)", (text,))
    )


def _matches(value: Statement, expression: str) -> Statement:
    return write(
        "regexp_matches({value}, {expression})",
        value=value,
        expression=Statement("?", (expression,)),
    )


DUCKDB = Dialect(_property, _contains, _matches)
