"""What goes wrong, and how it is mended: each a block during which it is so."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial

from tests.faults.whole import Whole
from tests.support.clickhouse import Node
from tests.support.network import Machine

Fault = Callable[[Whole], AbstractContextManager[None]]


@contextmanager
def _killed(service: Whole, nodes: Sequence[Node]) -> Iterator[None]:
    for node in nodes:
        node.kill()
    yield
    for node in nodes:
        node.start()
    for node in nodes:
        node.await_ready()


def _replica(service: Whole) -> AbstractContextManager[None]:
    return _killed(service, service.cluster.shards[0][1:])


def _shard(service: Whole) -> AbstractContextManager[None]:
    return _killed(service, service.cluster.shards[1])


@contextmanager
def _zookeeper(service: Whole) -> Iterator[None]:
    assert service.cluster.zookeeper is not None
    service.cluster.zookeeper.kill()
    yield
    service.cluster.zookeeper.start()
    service.cluster.zookeeper.await_ready()


@contextmanager
def _postgresql(service: Whole) -> Iterator[None]:
    service.accounts.control("-m", "immediate", "stop")
    yield
    service.accounts.control("start")


@contextmanager
def _redis(service: Whole) -> Iterator[None]:
    service.limits.kill()
    yield
    service.limits.start()


@contextmanager
def _cut(service: Whole, which: slice) -> Iterator[None]:
    machines: list[Machine] = service.network.machines[which]
    for machine in machines:
        machine.pull()
    yield
    for machine in machines:
        machine.mend()


@contextmanager
def _web_node(service: Whole) -> Iterator[None]:
    service.nodes[1].kill()
    yield
    service.nodes[1].start()


@contextmanager
def _rolling_restart(service: Whole) -> Iterator[None]:
    for node in service.nodes:
        assert node.stop() == 0
        node.start()
        while service.balancer.ready < len(service.nodes):
            time.sleep(0.05)
    yield


FAULTS: dict[str, Fault] = {
    "a replica is killed": _replica,
    "a shard is killed": _shard,
    "ZooKeeper is killed": _zookeeper,
    "PostgreSQL is stopped at once": _postgresql,
    "Redis is killed": _redis,
    "a replica's cable is pulled": partial(_cut, which=slice(3, 4)),
    "ZooKeeper's cable is pulled": partial(_cut, which=slice(4, 5)),
    "the cables of both shards are pulled": partial(_cut, which=slice(0, 4)),
    "a web node is killed": _web_node,
    "the web nodes are restarted, one after another": _rolling_restart,
}
MENDED_LAST = {"a replica is killed", "a shard is killed"}
"""Those who need ZooKeeper to be started again: without it a server of 18.16 ends at once."""
HARMLESS = {"Redis is killed", "the web nodes are restarted, one after another"}
"""Those in which no request may fail."""
CLUSTER_IS_AWAY = {"a shard is killed", "the cables of both shards are pulled"}
"""Those in which reports cannot be made."""
EVENTS_ARE_TAKEN = set(FAULTS) - {"a web node is killed"}
"""Those in which every event is taken, by one place or another."""
