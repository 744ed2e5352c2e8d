"""Nodes write to one database at once: visits are the same, whichever node an event came by."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from ezee.model.event import Event, Kind
from ezee.store.base import Batch
from ezee.store.changes import RollUp
from ezee.store.clickhouse import ClickHouseStore
from ezee.store.clickhouse.address import parse_address
from ezee.store.looks import WrongRollups
from tests.store.engines import MINUTE, SITE, assert_counted
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, event


def made_up(number: int, seed: int) -> list[Event]:
    """Events of eight visitors over some hours, in the order in which they happened."""
    chance = random.Random(seed)
    events = []
    for at in sorted(NOON + chance.randrange(0, 360) * MINUTE for _ in range(number)):
        page = f"/{chance.randrange(4)}"
        kind = chance.choice([Kind.PAGEVIEW, Kind.PAGEVIEW, Kind.CUSTOM])
        name = "pageview" if kind is Kind.PAGEVIEW else "buy"
        visitor = chance.randrange(1, 9)
        events.append(event(at, visitor=visitor, page=page, path=page, kind=kind, name=name))
    return events


@pytest.mark.parametrize("affine", [True, False], ids=["affinity", "no affinity"])
def test_visits_are_the_same_by_one_node_or_by_three(cluster: Cluster, affine: bool) -> None:
    url = cluster.url(f"visits_{affine}".lower())
    nodes = [ClickHouseStore(parse_address(url)) for _ in range(3)]
    chance = random.Random(3)
    events = made_up(90, seed=5)
    for each in events:
        node = each.visitor % 3 if affine else chance.randrange(3)
        nodes[node].append(Batch([each]))
    for store in nodes:
        assert_counted(store, events)
    # And once more at night, when the day is rolled up by any of them.
    assert nodes[1].change(RollUp(SITE)) == len(events)
    for store in nodes:
        assert_counted(store, events)
        assert store.look(WrongRollups(SITE)) == []
        store.close()


def test_nodes_that_write_at_once_lose_nothing(cluster: Cluster) -> None:
    url = cluster.url("at_once")
    nodes = [ClickHouseStore(parse_address(url)) for _ in range(3)]
    nodes[0].describe()
    events = made_up(120, seed=6)

    def write(place: int) -> None:
        for each in events[place::3]:
            nodes[place].append(Batch([each]))

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(write, range(3)))
    for node in nodes:
        assert node.describe().events == len(events)
        node.close()
