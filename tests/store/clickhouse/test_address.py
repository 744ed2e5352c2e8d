"""The address of a cluster, as an operator writes it."""

from __future__ import annotations

import pytest

from ezee.errors import SetupError
from ezee.store.clickhouse.address import Address, Node, parse_address


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("clickhouse://one", Address((Node("one", 9000),), "ezee")),
        ("clickhouse://127.0.0.1:19000/stats", Address((Node("127.0.0.1", 19000),), "stats")),
        (
            "clickhouse://writer:p%40ss@one,two:9001/ezee?cluster=main&copies=2",
            Address((Node("one", 9000), Node("two", 9001)), "ezee", "writer", "p@ss", "main", 2),
        ),
        ("clickhouse://[::1]:9000/ezee", Address((Node("::1", 9000),), "ezee")),
        ("clickhouse://[::1]", Address((Node("::1", 9000),), "ezee")),
    ],
)
def test_what_an_address_says(url: str, address: Address) -> None:
    assert parse_address(url) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "clickhouse:",
        "clickhouse://",
        "postgresql://one/ezee",
        "clickhouse://one:port/ezee",
        "clickhouse://one:99999/ezee",
        "clickhouse://one,/ezee",
        "clickhouse://one/a;drop",
        "clickhouse://one/a/b",
        "clickhouse://one/ezee?cluster=",
        "clickhouse://one/ezee?cluster=a'b",
        "clickhouse://one/ezee?copies=two",
        "clickhouse://one/ezee?copies=-1",
        "clickhouse://one/ezee?replicas=2",
        "clickhouse://secret:word@[::1/ezee",
    ],
)
def test_anything_else_is_none(url: str) -> None:
    with pytest.raises(SetupError) as raised:
        parse_address(url)
    assert "word" not in raised.value.message.replace("password", "")
