"""A whole service of several nodes: everything it needs, each to be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from ezee.store.looks import Condition
from ezee.store.open import OpenStore
from tests.support import clickhouse, network, postgres, redis
from tests.support.balancer import Balancer
from tests.support.clickhouse import Cluster
from tests.support.network import Network
from tests.support.nodes import make_node
from tests.support.redis import Server as Redis
from tests.support.service import Account, Service

OWNER = "alice@example.com"
# Of the nodes: nothing is to be refused for being too much.
_OPTIONS = (
    *("--collect-limit", "0", "--visitor-limit", "0", "--public-stats-limit", "0"),
    *("--sign-in-limit", "0", "--drain", "2", "--nodes", "2"),
)


class Whole(NamedTuple):
    """Two nodes behind a balancer, on PostgreSQL, Redis and two shards of two replicas, each of
    these on a machine of its own.
    """

    nodes: list[Service]
    balancer: Balancer
    accounts: postgres.Server
    limits: Redis
    cluster: Cluster
    network: Network
    owner: Account
    tracker: Any

    def waiting(self) -> int:
        """How many batches wait on the nodes' disks."""
        return sum(self._waiting_on(node) for node in self.nodes)

    def _waiting_on(self, node: Service) -> int:
        with OpenStore(node.data) as store:
            ((*_, batches, _),) = store.look(Condition())
        return int(batches)


def missing() -> str:
    """What it cannot be made without here; empty where there is everything."""
    there = {
        "postgresql": postgres.programs() is not None,
        "redis-server": redis.is_installed(),
        "clickhouse-server, java and zookeeper": clickhouse.programs(),
        "ip, as root": network.is_possible(),
    }
    return ", ".join(name for name, is_there in there.items() if not is_there)


@contextmanager
def whole(folder: Path) -> Iterator[Whole]:
    """It, while the block runs."""
    with ExitStack() as kept:
        accounts = kept.enter_context(postgres.running())
        limits = kept.enter_context(redis.running())
        cables = kept.enter_context(network.running())
        cluster = kept.enter_context(clickhouse.two_shards(cables))
        environ = {"EZEE_EVENTS": cluster.url("whole"), "EZEE_LIMITS": limits.url}
        nodes = _nodes(folder, accounts.new_database("whole"), environ)
        kept.callback(_stop, nodes)
        for node in nodes:
            node.start()
        owner = nodes[0].account(OWNER)
        tracker = nodes[0].tracker(OWNER)
        balancer = kept.enter_context(Balancer(lambda: [node.url for node in nodes]))
        yield Whole(nodes, balancer, accounts, limits, cluster, cables, owner, tracker)


def _nodes(folder: Path, addresses: tuple[str, str], environ: dict[str, str]) -> list[Service]:
    first = make_node(folder / "first", addresses, *_OPTIONS)
    first.environ |= environ
    # Whose key the other has.
    first.start()
    first.stop()
    second = make_node(folder / "second", addresses, *_OPTIONS, like=first)
    second.environ |= environ
    return [first, second]


def _stop(nodes: list[Service]) -> None:
    for node in nodes:
        if node.process is not None:
            with suppress(AssertionError):
                node.stop()
