"""DuckDB reads the expressions that are let through, and as RE2 does in Python."""

from __future__ import annotations

import duckdb
import pytest
import re2
from hypothesis import given, settings
from hypothesis import strategies as st

from ezee.stats.filters import read_filter
from ezee.store.duckdb.dialect import DUCKDB
from ezee.store.sql import Statement

TEXTS = ["", "a", "b", "ab", "a.b", "Ä", "a\nb", "é|(", "11"]
_PIECES = [
    *"ab.|*+?()[]^$\\{}-1,Ä",
    "(?:",
    "(?i)",
    "(?s)",
    "[^",
    r"\d",
    r"\pL",
    "{1,2}",
    "[[:alpha:]]",
]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def said(connection: duckdb.DuckDBPyConnection, condition: Statement) -> object:
    row = connection.execute(f"select {condition.sql}", condition.parameters).fetchone()
    return row and row[0]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map("".join))
def test_expressions_match_the_same(connection: duckdb.DuckDBPyConnection, expression: str) -> None:
    try:
        (passed,) = read_filter("page:matches:" + expression.replace("|", r"\|")).values
    except ValueError:
        return
    compiled = re2.compile(passed)
    for text in TEXTS:
        found = said(connection, DUCKDB.matches(Statement("?", (text,)), passed))
        assert found == (compiled.search(text) is not None), (passed, text)


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [("/Docs", "dOC", True), ("/ÄÖ", "äö", True), ("a", "b", False), ("a%", "%", True)],
)
def test_contains_takes_no_notice_of_case(
    connection: duckdb.DuckDBPyConnection, value: str, text: str, found: bool
) -> None:
    assert said(connection, DUCKDB.contains(Statement("?", (value,)), text)) is found


@pytest.mark.parametrize(
    ("props", "key", "text"),
    [
        ("", "plan", ""),
        ('{"plan":"pro"}', "plan", "pro"),
        ('{"plan":"pro"}', "pla", ""),
        ('{"a.b":"1","a":"2"}', "a.b", "1"),
        ('{"-":"\\u00e4\\"\\n"}', "-", 'ä"\n'),
        ('{"0":"x"}', "0", "x"),
        ('{"plan":""}', "plan", ""),
    ],
)
def test_a_property(connection: duckdb.DuckDBPyConnection, props: str, key: str, text: str) -> None:
    column = DUCKDB.property("props", key)
    sql = f"select {column.sql} from (select ? as props)"
    row = connection.execute(sql, [*column.parameters, props]).fetchone()
    assert row == (text,)
