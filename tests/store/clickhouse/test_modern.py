"""A ClickHouse of today understands what is said to it, and says what the embedded engine says.

It is chdb, which the tests alone use: one server by itself, without ZooKeeper and replicas.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from ezee.store.base import EventStore
from ezee.store.clickhouse import ClickHouseStore, servers
from ezee.store.clickhouse.address import parse_address
from ezee.store.duckdb.visits import VisitKeeper
from tests.store.clickhouse.drawn import NUMBERED_PLACES, Many, Place, compare
from tests.support.events import PatientStore
from tests.support.modern import Client, Modern

ROOT = Path(__file__).resolve().parents[3]
_OF_INSERTS = ("insert_quorum", "insert_quorum_timeout")
MODERN = Many(any_kind=1, rollable=1)


@pytest.fixture
def stores(
    modern: Modern, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[EventStore, EventStore]]:
    """The embedded engine, and that of a cluster with a modern server."""
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
    monkeypatch.setattr(servers, "Client", partial(_client, modern))
    # All of its connections are one, with one set of temporary tables.
    monkeypatch.setattr(ClickHouseStore, "_tidy", lambda _: None)
    embedded = PatientStore(tmp_path)
    cluster = ClickHouseStore(parse_address(f"clickhouse://modern:1/test_{tmp_path.name}"))
    yield embedded, cluster
    embedded.close()
    cluster.close()


def _client(modern: Modern, *_: object, database: str, **__: object) -> Client:
    return Client(modern, database)


@pytest.mark.parametrize(("number", "place"), NUMBERED_PLACES)
def test_both_engines_say_the_same(
    stores: tuple[EventStore, EventStore], number: int, place: Place
) -> None:
    assert compare(stores, place, number, MODERN) >= MODERN.compared / len(NUMBERED_PLACES)


@pytest.mark.parametrize("name", [*servers._SETTINGS, *_OF_INSERTS])
def test_it_knows_the_settings_that_servers_are_sent(modern: Modern, name: str) -> None:
    ((known,),) = modern.ask(
        f"select count(*) from system.settings where name = '{name}'", "default"
    )
    assert known == 1


def test_what_was_tested_is_said(modern: Modern) -> None:
    assert MODERN.compared >= 90
    ((version,),) = modern.ask("select version()", "default")
    said = (ROOT / "docs/clickhouse.md").read_text()
    assert f" {MODERN.compared} drawn questions" in said
    assert f"ClickHouse {version}" in said
