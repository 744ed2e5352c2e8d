"""A snapshot is removed where servers refuse to remove as much at once as one partition of it."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from ezee.store.base import Batch
from ezee.store.clickhouse import ClickHouseStore, snapshots
from ezee.store.clickhouse.address import parse_address
from ezee.store.clickhouse.schema import VERSION
from ezee.store.clickhouse.servers import Servers, TooLarge
from tests.support.clickhouse import Cluster, programs, two_shards
from tests.support.events import NOON, event

EVENTS = 3_000
# More than what is left of a partition whose rows were deleted, less than one with events.
LIMITS = """
  <max_table_size_to_drop>12000</max_table_size_to_drop>
  <max_partition_size_to_drop>12000</max_partition_size_to_drop>
"""


@pytest.fixture(scope="module")
def strict() -> Iterator[Cluster]:
    if not programs():
        pytest.skip("clickhouse-server or zookeeper is not installed")
    with two_shards(settings=LIMITS) as made:
        yield made


def test_it_is_removed_and_what_it_was_made_of_stays(strict: Cluster) -> None:
    address = parse_address(strict.url(f"large_{uuid4().hex[:12]}"))
    store = ClickHouseStore(address)
    store.append(Batch([event(NOON + each, visitor=each) for each in range(EVENTS)]))
    store.close()
    servers = Servers(address)
    name = f"{address.database}_before"
    assert snapshots.take(servers, name, VERSION)["events"] == EVENTS
    for node in servers.nodes:
        with pytest.raises(TooLarge, match="max_partition_size_to_drop"):
            servers.ask_at(node, f"drop table {name}.events_local")
    snapshots.remove(servers, name)
    assert snapshots.named(servers, name) == []
    assert servers.ask("select count(*) from events") == [(EVENTS,)]
    servers.close()
