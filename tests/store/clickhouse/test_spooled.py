"""A real ClickHouse server is killed and started again: what came meanwhile counts once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.errors import Unavailable
from ezee.store.base import Batch
from ezee.store.clickhouse import ClickHouseStore
from ezee.store.clickhouse.address import parse_address
from ezee.store.looks import KeptPaths
from ezee.store.spooled import SpooledStore
from tests.store.engines import SITE
from tests.support.clickhouse import Cluster, one_node, program
from tests.support.events import event
from tests.support.polling import until

ROOM = 1 << 20


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    if program() is None:
        pytest.skip("clickhouse-server is not installed")
    with one_node() as cluster:
        yield cluster


def open_store(cluster: Cluster, folder: Path) -> SpooledStore:
    return SpooledStore(ClickHouseStore(parse_address(cluster.url("spooled"))), folder, ROOM)


@pytest.mark.slow
def test_what_comes_while_the_server_is_gone_counts_once(cluster: Cluster, tmp_path: Path) -> None:
    (node,) = cluster.nodes
    store = open_store(cluster, tmp_path)
    store.append(Batch([event(path="/before")]))
    assert store.waiting == (0, 0)
    expected = {"/before": 1}
    for number in range(3):
        node.kill()
        for place in range(4):
            path = f"/{number}/{place}"
            assert store.append(Batch([event(path=path)])) == []
            expected[path] = 1
        assert store.waiting.batches > 0
        with pytest.raises(Unavailable):
            store.describe()
        if number == 1:
            # The service ends meanwhile too.
            store.close()
            store = open_store(cluster, tmp_path)
            assert store.waiting.batches > 0
        node.start()
        node.await_ready()
        until(lambda: store.waiting.batches == 0, seconds=120)  # noqa: B023
    rows = store.look(KeptPaths(SITE))
    assert {str(path): count for path, _, count in rows} == expected
    assert store.append(Batch([event(path="/after")])) == []
    assert store.waiting == (0, 0)
    store.close()
