"""Two shards of two replicas: what is acknowledged counts once, whoever dies in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ezee.errors import Unavailable
from ezee.model.query import Range
from ezee.store.base import Batch
from ezee.store.changes import Erase, Expire, RollUp
from ezee.store.looks import WrongRollups
from tests.store.engines import (
    DAY,
    SITE,
    TODAY,
    ClusterEngine,
    ask,
    assert_counted,
    bot,
    not_counted,
    question,
)
from tests.support.clickhouse import Cluster, Node, programs, two_shards
from tests.support.events import NOON, event
from tests.support.polling import until

VISITORS = 12


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if not programs():
        pytest.skip("clickhouse-server, java or zookeeper is not installed")
    with two_shards() as made:
        yield made


@pytest.fixture
def engine(cluster: Cluster) -> Iterator[ClusterEngine]:
    made = ClusterEngine(cluster)
    yield made
    made.close()


def batch(number: int) -> Batch:
    """A pageview of each of some visitors of both shards."""
    at = NOON + number * 1000
    return Batch([event(at, visitor=each, event_id=0) for each in range(VISITORS)], number=number)


def store(engine: ClusterEngine, number: int) -> bool:
    """Whether a batch was acknowledged."""
    try:
        engine.store.append(batch(number))
    except Unavailable:
        return False
    return True


def pageviews(engine: ClusterEngine) -> int:
    return ask(engine, question(range=Range(TODAY, TODAY))).totals.pageviews


def is_stored_again(engine: ClusterEngine, number: int) -> Callable[[], bool]:
    return lambda: store(engine, number)


def test_each_visitor_is_in_one_shard_and_each_event_on_both_replicas(
    cluster: Cluster, engine: ClusterEngine
) -> None:
    assert store(engine, 1)
    database = engine.database
    asked = f"select visitor from {database}.events_local order by visitor"
    found = [[int(str(row[0])) for row in node.ask(asked)] for node in cluster.nodes]
    assert found[0] == found[1]
    assert found[2] == found[3]
    assert sorted(found[0] + found[2]) == list(range(VISITORS))
    assert all(found)
    assert_counted(engine.store, list(batch(1).events))
    assert engine.store.change(Erase(SITE)) == VISITORS
    assert pageviews(engine) == 0


def test_each_shard_rolls_up_its_own_visitors(cluster: Cluster, engine: ClusterEngine) -> None:
    events = [*batch(1).events, event(NOON, visitor=3, amount=250, currency="EUR")]
    engine.store.append(Batch(events))
    before = ask(engine, question(metrics=("revenue",)))
    assert engine.store.change(RollUp(SITE)) == len(events)
    asked = f"select count(*) from {engine.database}.rollups_local where dimension = ''"
    assert [node.ask(asked) for node in cluster.nodes] == [[(1,)]] * 4
    assert ask(engine, question(metrics=("revenue",))) == before
    assert_counted(engine.store, events)
    assert engine.store.look(WrongRollups(SITE)) == []


def test_events_expire_in_both_shards_on_every_replica(
    cluster: Cluster, engine: ClusterEngine
) -> None:
    bots = [bot(NOON, visitor=each) for each in range(VISITORS)]
    engine.store.append(Batch([*batch(1).events, event(NOON + DAY, visitor=3)], bots=bots))
    asked = question(range=Range(TODAY, TODAY), breakdowns=("page",))
    before = ask(engine, asked), not_counted(engine.store)
    assert engine.store.change(Expire(SITE, TODAY + 1, "e", NOON)) == 2 * VISITORS
    for table in ("events", "bots"):
        rows = f"select count(*) from {engine.database}.{table}_local where site = {SITE} "
        assert [node.ask(f"{rows} and day = {TODAY}") for node in cluster.nodes] == [[(0,)]] * 4
    assert (ask(engine, asked), not_counted(engine.store)) == before
    assert engine.store.look(WrongRollups(SITE)) == []
    assert engine.store.append(batch(2)) == list(range(VISITORS))


@pytest.mark.parametrize("whole_shard", [False, True])
def test_a_replica_or_a_shard_is_killed_and_comes_back(
    cluster: Cluster, engine: ClusterEngine, whole_shard: bool
) -> None:
    acknowledged = [number for number in (1, 2) if store(engine, number)]
    assert acknowledged == [1, 2]
    killed: list[Node] = cluster.shards[1] if whole_shard else cluster.shards[1][1:]
    for node in killed:
        node.kill()
    # Both replicas are to have it, so nothing is promised now.
    assert not store(engine, 3)
    if not whole_shard:
        assert pageviews(engine) == 2 * VISITORS
    for node in killed:
        node.start()
    for node in killed:
        node.await_ready()
    until(is_stored_again(engine, 4), seconds=120)
    until(lambda: _counts(engine) == 3 * VISITORS)


def test_zookeeper_is_killed_and_comes_back(cluster: Cluster, engine: ClusterEngine) -> None:
    assert store(engine, 1)
    assert cluster.zookeeper is not None
    cluster.zookeeper.kill()
    assert not store(engine, 2)
    assert _counts(engine) == VISITORS
    cluster.zookeeper.start()
    cluster.zookeeper.await_ready()
    until(is_stored_again(engine, 3), seconds=120)
    assert _counts(engine) == 2 * VISITORS


def _counts(engine: ClusterEngine) -> int:
    """What a report counts; -1 while it cannot be asked for."""
    try:
        return pageviews(engine)
    except Unavailable:
        return -1
