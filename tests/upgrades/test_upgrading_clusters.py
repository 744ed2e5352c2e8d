"""A cluster's database is brought to this version after a snapshot, and goes back to it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ezee.errors import SetupError, Unavailable
from ezee.settings import Settings
from ezee.store import cluster as clusters
from ezee.store.base import Batch
from ezee.store.changes import Erase
from ezee.store.clickhouse import (
    ClickHouseStore,
    schema,
    snapshots,
    swapping,
    turns,
    upgrading,
)
from ezee.store.clickhouse.address import parse_address
from ezee.store.clickhouse.schema import VERSION
from ezee.store.clickhouse.servers import Servers
from ezee.store.looks import NotCounted
from ezee.upgrades import everything
from tests.store.engines import SITE, TODAY, question
from tests.support.clickhouse import Cluster, programs, two_shards
from tests.support.events import NOON, event, readable
from tests.support.polling import until
from tests.upgrades.old import REVISIONS
from tests.upgrades.old import make_old as make_old_folder
from tests.upgrades.old_clusters import DROPS, EVENTS, SCHEMAS, make_old


@pytest.fixture(scope="module")
def shards() -> Iterator[Cluster]:
    if not programs():
        pytest.skip("clickhouse-server or zookeeper is not installed")
    with two_shards() as made:
        yield made


@pytest.fixture
def address(cluster: Cluster) -> str:
    return new_address(cluster)


def new_address(cluster: Cluster) -> str:
    return cluster.url(f"old_{uuid4().hex[:12]}")


def unheard(_: str) -> None:
    """Nobody reads how far it is."""


def opened(address: str) -> ClickHouseStore:
    return ClickHouseStore(parse_address(address))


def databases(cluster: Cluster, address: str) -> set[str]:
    """What belongs to a database, without its own name."""
    name = parse_address(address).database
    rows = cluster.nodes[0].ask("select name from system.databases")
    return {str(row[0]).removeprefix(name) for row in rows if str(row[0]).startswith(name)} - {""}


def assert_kept(store: ClickHouseStore, events: int = EVENTS) -> None:
    assert store.describe(SITE).events == events
    assert store.query(readable(), question()).totals.pageviews == events
    assert store.look(NotCounted(SITE, TODAY, TODAY)) == [(TODAY, "off_host", "", "", DROPS)]


def there_and_back(address: str, version: int) -> None:
    """An old database is opened, written to, gone back from, and opened once more."""
    make_old(address, version)
    store = opened(address)
    assert_kept(store)
    store.append(Batch([event(NOON + each, visitor=50 + each) for each in range(3)]))
    assert_kept(store, EVENTS + 3)
    store.close()
    assert clusters.schema_of(address) == VERSION

    undone = clusters.roll_back(address, unheard)
    assert (undone.version, undone.later_events) == (version, 3)
    assert clusters.schema_of(address) == version
    with pytest.raises(SetupError, match="no upgrade to go back from"):
        clusters.roll_back(address, unheard)

    again = opened(address)
    assert_kept(again)
    again.append(Batch([event(NOON + 1, visitor=9)]))
    assert_kept(again, EVENTS + 1)
    again.close()


@pytest.mark.parametrize("version", SCHEMAS)
def test_from_each_version_on_it_is_upgraded_and_gone_back_from(
    address: str, cluster: Cluster, version: int
) -> None:
    there_and_back(address, version)
    kept = {name.rpartition("_")[0] for name in databases(cluster, address)}
    assert kept == {f"_before_{version}", f"_undone_{version}"}


@pytest.mark.parametrize("version", SCHEMAS)
def test_so_it_is_in_all_shards_and_replicas(shards: Cluster, version: int) -> None:
    address = new_address(shards)
    there_and_back(address, version)
    rows = [
        node.ask("select count(*) from events_local", parse_address(address).database)
        for node in shards.nodes
    ]
    assert (rows[0], rows[2]) == (rows[1], rows[3])


@pytest.mark.parametrize("version", SCHEMAS)
def test_a_dry_run_counts_the_rows_of_a_copy(address: str, cluster: Cluster, version: int) -> None:
    make_old(address, version)
    rows = {row.table: (row.before, row.after) for row in clusters.try_upgrade(address, unheard)}
    assert rows["events"] == (EVENTS + 5, EVENTS + 5)
    assert rows["expired"] == (None, 0)
    assert clusters.schema_of(address) == version
    assert databases(cluster, address) == set()
    clusters.upgrade(address, unheard)
    assert clusters.try_upgrade(address, unheard) == clusters.upgrade(address, unheard) == []


def test_one_that_would_lose_rows_is_not_begun(
    address: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(address, 1)
    really = schema.migrate

    def lose(servers: Servers, upto: int = VERSION, apart: str = "") -> None:
        really(servers, upto, apart)
        if upto == VERSION:
            servers.ask(f"truncate table {servers.address.database}.drops")

    with monkeypatch.context() as patch:
        patch.setattr(schema, "migrate", lose)
        with pytest.raises(SetupError, match="rows there are of drops: 2 and then 0"):
            clusters.upgrade(address, unheard)
    assert clusters.schema_of(address) == 1
    with pytest.raises(SetupError, match="no upgrade to go back from"):
        clusters.roll_back(address, unheard)
    store = opened(address)
    assert_kept(store)
    store.close()


PLACES = [
    (snapshots, "copy_tables", 0),
    (snapshots, "copy_tables", 1),
    (snapshots, "_withdraw", 0),
    (snapshots, "remove", 1),
    (upgrading, "_migrated", 0),
    *[(upgrading, "_tell", after) for after in range(3)],
    *[(schema, "make", after) for after in (0, 15, 40)],
]


@pytest.mark.parametrize(("module", "name", "after"), PLACES)
def test_killed_anywhere_an_upgrade_is_gone_on_with(
    address: str, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, after: int
) -> None:
    make_old(address, 1)
    with monkeypatch.context() as patch:
        patch.setattr(module, name, _cut_off(getattr(module, name), after))
        with suppress(KeyboardInterrupt):
            clusters.upgrade(address, unheard)
    store = opened(address)
    assert_kept(store)
    store.close()
    undone = clusters.roll_back(address, unheard)
    assert (undone.version, undone.later_events) == (1, 0)
    store = opened(address)
    assert_kept(store)
    store.close()


@pytest.mark.parametrize("where", ["_swap_one", "_set_aside"])
@pytest.mark.parametrize("after", [0, 1, 4])
def test_killed_anywhere_a_rollback_is_gone_on_with(
    address: str, monkeypatch: pytest.MonkeyPatch, where: str, after: int
) -> None:
    make_old(address, 2 if where == "_swap_one" else 1)
    opened(address).describe()
    with monkeypatch.context() as patch:
        patch.setattr(swapping, where, _cut_off(getattr(swapping, where), after))
        with pytest.raises(KeyboardInterrupt):
            clusters.roll_back(address, unheard)
    with pytest.raises(SetupError, match="is being undone"):
        opened(address).describe()
    # An older version knows none of this: it has to see that it is not its own.
    assert clusters.schema_of(address) == VERSION
    clusters.roll_back(address, unheard)
    store = opened(address)
    assert_kept(store)
    store.close()


def _cut_off(really: Callable[..., Any], after: int) -> Callable[..., Any]:
    left = [after]

    def cut(*parts: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return really(*parts)

    return cut


def test_nodes_that_start_together_make_one_snapshot(address: str, cluster: Cluster) -> None:
    make_old(address, 1)
    stores = [opened(address) for _ in range(3)]

    def use(store: ClickHouseStore) -> None:
        until(lambda: _describes(store), seconds=120)

    threads = [threading.Thread(target=use, args=(store,)) for store in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for store in stores:
        assert_kept(store)
        store.close()
    assert len(databases(cluster, address)) == 1


def _describes(store: ClickHouseStore) -> bool:
    try:
        return store.describe(SITE).events == EVENTS
    except Unavailable:
        return False


def test_whoever_is_silent_for_long_has_his_turn_no_more(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(address, 1)
    servers = Servers(parse_address(address))
    # As one that was killed leaves it.
    servers.ask(f"create table {servers.address.database}.turn_7 (at UInt32) engine = TinyLog")
    with pytest.raises(Unavailable, match="Another node"):
        clusters.upgrade(address, unheard)
    monkeypatch.setattr(turns, "_SILENT", -1)
    clusters.upgrade(address, unheard)
    left = servers.ask(
        f"select name from system.tables where database = '{servers.address.database}' "
        "and name like 'turn%'"
    )
    assert left == []
    servers.close()


def test_killed_by_the_system_it_is_gone_on_with(
    address: str, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(address, 1)
    upgrade = subprocess.Popen(
        [sys.executable, "-m", "ezee", "upgrade", "--data", str(tmp_path / "data")],
        env={**os.environ, "EZEE_EVENTS": address},
        stderr=subprocess.PIPE,
        text=True,
    )
    with upgrade:
        assert upgrade.stderr is not None
        for line in upgrade.stderr:
            if "Migrating a copy" in line:
                break
        upgrade.kill()
    with suppress(Unavailable):
        clusters.upgrade(address, unheard)
    monkeypatch.setattr(turns, "_SILENT", -1)
    clusters.upgrade(address, unheard)
    store = opened(address)
    assert_kept(store)
    store.close()
    assert {name.rpartition("_")[0] for name in databases(cluster, address)} == {"_before_1"}


def test_accounts_in_the_folder_and_events_in_a_cluster_are_one_upgrade(
    address: str, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    make_old_folder(data, 1, REVISIONS[0])
    (data / "events.duckdb").unlink()
    make_old(address, 1)
    settings = Settings(data=data, events=address)
    before = everything.versions_of(settings)
    assert before == (1, REVISIONS[0])
    assert everything.is_old(before, everything.newest(settings))
    tried = {row.table: (row.before, row.after) for row in everything.dry_run(settings, unheard)}
    assert tried["events"] == (EVENTS + 5, EVENTS + 5)
    assert tried["trackers"] == (1, 1)
    assert everything.versions_of(settings) == before
    everything.upgrade(settings, NOON, unheard)
    assert everything.versions_of(settings) == everything.newest(settings)
    undone = everything.roll_back(settings, NOON, unheard)
    assert undone.versions == everything.versions_of(settings) == before
    assert undone.aside
    assert undone.aside_in_cluster
    with pytest.raises(SetupError, match="no upgrade to go back from"):
        everything.roll_back(settings, NOON, unheard)


def test_what_an_earlier_upgrade_has_changed_stays(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    make_old_folder(data, 1, REVISIONS[0])
    (data / "events.duckdb").unlink()
    make_old(address, 1)
    settings = Settings(data=data, events=address)
    monkeypatch.setattr(upgrading, "__version__", "0.0.1")
    clusters.upgrade(address, unheard)
    everything.upgrade(settings, NOON + 10**12, unheard)
    undone = everything.roll_back(settings, NOON, unheard)
    assert undone.versions == (VERSION, REVISIONS[0])
    assert undone.aside_in_cluster == ""


def test_a_snapshot_beside_writers_has_each_batch_wholly_or_not_at_all(shards: Cluster) -> None:
    store = opened(new_address(shards))
    servers = Servers(store._address)
    store.append(Batch([event(visitor=each) for each in range(8)]))
    stored, ended = [1], threading.Event()

    def write() -> None:
        while not ended.is_set():
            store.append(Batch([event(NOON + 1, visitor=each) for each in range(8)]))
            stored[0] += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        until(lambda: stored[0] > 3)
        before = stored[0]
        name = f"{servers.address.database}_copy"
        snapshots.take(servers, name, VERSION)
        after = stored[0] + 1
    finally:
        ended.set()
        writer.join()
    assert stored[0] >= before
    copy = ClickHouseStore(servers.address._replace(database=name))
    found = copy.describe(SITE).events
    assert found % 8 == 0
    assert before * 8 <= found <= after * 8
    assert copy.query(readable(), question()).totals.pageviews == found
    copy.append(Batch([event(NOON + 2, visitor=3)]))
    assert copy.describe(SITE).events == found + 1
    copy.close()
    store.close()
    servers.close()


def test_a_snapshot_is_made_anew_where_something_is_erased_meanwhile(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = opened(address)
    store.append(Batch([event(visitor=each) for each in range(8)]))
    really, tries = snapshots.copy_tables, []

    def copy(source: Servers, target: Servers, version: int) -> None:
        really(source, target, version)
        tries.append(version)
        if len(tries) == 1:
            store.change(Erase(SITE, TODAY, TODAY, receipt="r", at=NOON))

    monkeypatch.setattr(snapshots, "copy_tables", copy)
    monkeypatch.setattr(snapshots, "_PAUSE", 0.0)
    servers = Servers(parse_address(address))
    rows = snapshots.take(servers, f"{servers.address.database}_copy", VERSION)
    assert len(tries) == 2
    assert rows["events"] == 0
    store.close()
    servers.close()


def test_after_14_days_nothing_is_kept_of_an_upgrade(
    address: str, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_old(address, 1)
    clusters.upgrade(address, unheard)
    servers = Servers(parse_address(address))
    upgrading.forget_old(servers)
    assert len(databases(cluster, address)) == 1
    monkeypatch.setattr(upgrading, "_KEPT", 0)
    time.sleep(0.001)
    upgrading.forget_old(servers)
    assert databases(cluster, address) == set()
    with pytest.raises(SetupError, match="no upgrade to go back from"):
        clusters.roll_back(address, unheard)
    servers.close()


def test_a_snapshot_that_was_changed_is_not_put_back(address: str, cluster: Cluster) -> None:
    make_old(address, 1)
    clusters.upgrade(address, unheard)
    (name,) = databases(cluster, address)
    database = parse_address(address).database
    cluster.nodes[0].ask(f"truncate table {database}{name}.drops")
    with pytest.raises(SetupError, match="not what was made"):
        clusters.roll_back(address, unheard)
    store = opened(address)
    assert_kept(store)
    store.close()
