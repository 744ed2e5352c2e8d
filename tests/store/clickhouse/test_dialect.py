"""ClickHouse reads what is let through as RE2 does in Python, and texts as texts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import re2
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ezee.stats.filters import read_filter
from ezee.store.clickhouse.dialect import CLICKHOUSE, written
from ezee.store.clickhouse.sharding import city_hash, shard_of
from ezee.store.sql import Statement, write
from tests.store.duckdb.test_dialect import TEXTS
from tests.support.clickhouse import Cluster
from tests.support.modern import Modern

Ask = Callable[[str], list[tuple[Any, ...]]]

_PIECES = [
    *"ab.|*+?()[]^$\\{}-1,Ä",
    *("(?:", "(?i)", "(?s)", "[^", r"\d", r"\pL", "{1,2}", "[[:alpha:]]"),
]


@pytest.fixture(scope="module", params=["18.16", "modern"])
def ask(request: pytest.FixtureRequest) -> Ask:
    """What an old server answers, and one of today."""
    if request.param == "modern":
        modern: Modern = request.getfixturevalue("modern")
        return lambda statement: modern.ask(statement, "default")
    server: Cluster = request.getfixturevalue("server")
    return server.nodes[0].ask


def said(ask: Ask, *values: Statement) -> tuple[object, ...]:
    """What these are."""
    named = ", ".join(written(each) for each in values)
    return ask(f"select {named}")[0]


@settings(
    max_examples=200,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.sampled_from(_PIECES), min_size=1, max_size=8).map("".join))
def test_expressions_match_the_same(ask: Ask, expression: str) -> None:
    try:
        (passed,) = read_filter("page:matches:" + expression.replace("|", r"\|")).values
    except ValueError:
        return
    compiled = re2.compile(passed)
    values = [CLICKHOUSE.matches(Statement("?", (text,)), passed) for text in TEXTS]
    expected = [compiled.search(text) is not None for text in TEXTS]
    assert list(map(bool, said(ask, *values))) == expected, passed


@pytest.mark.parametrize(
    ("value", "text", "found"),
    [
        ("/Docs", "dOC", True),
        ("/ÄÖ", "äö", True),
        ("a", "b", False),
        ("a%", "%", True),
        ("a_b", "_", True),
        ("ab", "_", False),
        ("a\0b", "\0B", True),
        ("'\\", "'\\", True),
    ],
)
def test_contains_takes_no_notice_of_case(ask: Ask, value: str, text: str, found: bool) -> None:
    assert said(ask, CLICKHOUSE.contains(Statement("?", (value,)), text)) == (int(found),)


@pytest.mark.parametrize(
    ("props", "key", "text"),
    [
        ("", "plan", ""),
        ('{"plan":"pro"}', "plan", "pro"),
        ('{"plan":"pro"}', "pla", ""),
        ('{"a.b":"1","a":"2"}', "a.b", "1"),
        ('{"a.b":"1","a":"2"}', "a", "2"),
        ('{"-":"\\u00e4\\"\\n"}', "-", 'ä"\n'),
        ('{"0":"x"}', "0", "x"),
        ('{"plan":""}', "plan", ""),
        ('{"a":"\\"b\\":\\"c\\"","b":"d"}', "b", "d"),
        ('{"a":"b\\\\","b":"d"}', "b", "d"),
    ],
)
def test_a_property(ask: Ask, props: str, key: str, text: str) -> None:
    column = CLICKHOUSE.property("props", key)
    asked = write("{column}", column=column)
    given_props = written(Statement("?", (props,)))
    found = ask(f"select {written(asked)} from (select {given_props} as props)")
    assert found == [(text,)]


@pytest.mark.parametrize("visitor", [0, 1, 5, 2**63, 2**64 - 1])
def test_a_visitors_shard_is_that_of_the_servers(ask: Ask, visitor: int) -> None:
    assert said(ask, Statement(f"cityHash64(toUInt64({visitor}))")) == (city_hash(visitor),)
    assert shard_of(visitor, [1, 2]) == (0 if city_hash(visitor) % 3 == 0 else 1)
    assert shard_of(visitor, [3]) == 0
