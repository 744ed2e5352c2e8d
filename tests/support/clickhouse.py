"""Real ClickHouse servers of the tests' own, on free ports, in a folder that is gone afterwards."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from clickhouse_driver import Client
from clickhouse_driver.errors import Error

from tests.support.network import Machine, Network
from tests.support.polling import until

SERVER = "clickhouse-server"
CLUSTER = "tests"
_ZOOKEEPER = Path("/usr/share/java/zookeeper.jar")
_QUEUE = "/clickhouse/task_queue/ddl"
_START = 120.0


def program() -> str | None:
    """The server's program; None: not installed."""
    return shutil.which(SERVER) or shutil.which(SERVER, path="/usr/sbin")


def programs() -> bool:
    """Whether there is all that a cluster needs."""
    return program() is not None and _ZOOKEEPER.exists() and shutil.which("java") is not None


class Place(NamedTuple):
    """Where a program listens, and what its command begins with to be run there."""

    host: str
    prefix: tuple[str, ...] = ()


HERE = Place("127.0.0.1")


class Process:
    """A program that is started, killed and started again, with its words in a file."""

    def __init__(self, folder: Path, *command: str) -> None:
        self._folder = folder
        self._command = command
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self._folder / "out").open("ab") as said:
            self._running = subprocess.Popen(
                self._command, stdout=said, stderr=said, cwd=self._folder
            )

    @property
    def pid(self) -> int:
        """Its number, while it runs."""
        assert self._running is not None
        return self._running.pid

    def has_ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._running is not None and self._running.poll() is not None

    def kill(self) -> None:
        """``kill -9``, and wait until it is gone."""
        self.stop(signal.SIGKILL)

    def stop(self, by: signal.Signals = signal.SIGKILL) -> None:
        if self._running is None:
            return
        self._running.send_signal(by)
        self._running.wait(60)
        self._running = None


class ZooKeeper(Process):
    """What keeps the replicas in step."""

    def __init__(self, folder: Path, port: int, place: Place) -> None:
        folder.mkdir()
        self.port = port
        self.host = place.host
        settings = {
            "tickTime": 500,
            "dataDir": folder / "data",
            "clientPort": port,
            "clientPortAddress": self.host,
            "admin.enableServer": "false",
            "maxClientCnxns": 0,
        }
        told = "".join(f"{key}={each}\n" for key, each in settings.items())
        (folder / "zoo.cfg").write_text(told)
        super().__init__(
            folder, *place.prefix, "java", "-Xmx128m", "-cp", f"{_ZOOKEEPER.parent}/*",
            "org.apache.zookeeper.server.quorum.QuorumPeerMain", str(folder / "zoo.cfg"),
        )  # fmt: skip

    def await_ready(self) -> None:
        """Return when it listens."""
        until(self._listens, seconds=_START)

    def _listens(self) -> bool:
        with suppress(OSError):
            socket.create_connection((self.host, self.port), timeout=5).close()
            return True
        return False


class Node(Process):
    """One server; ``port`` is that of the native protocol."""

    def __init__(self, folder: Path, port: int, config: str, place: Place) -> None:
        folder.mkdir()
        self.port = port
        self.host = place.host
        (folder / "config.xml").write_text(config)
        (folder / "users.xml").write_text(_USERS)
        found = program()
        assert found is not None
        super().__init__(folder, *place.prefix, found, f"--config-file={folder / 'config.xml'}")

    def ask(self, statement: str, database: str = "default") -> list[tuple[object, ...]]:
        """Its answer to one statement, on a connection of its own."""
        client = Client(self.host, self.port, database=database, connect_timeout=5)
        try:
            rows: list[tuple[object, ...]] = client.execute(statement)
            return rows
        finally:
            client.disconnect()

    def await_ready(self) -> None:
        """Return when it answers."""
        until(self._answers, seconds=_START)

    def _answers(self) -> bool:
        with suppress(Error, OSError, EOFError):
            return self.ask("select 1") == [(1,)]
        return False


class Cluster:
    """Servers, shard by shard, and the ZooKeeper between them, if there is one."""

    def __init__(self, shards: list[list[Node]], zookeeper: ZooKeeper | None = None) -> None:
        self.shards = shards
        self.zookeeper = zookeeper

    @property
    def nodes(self) -> list[Node]:
        return [node for shard in self.shards for node in shard]

    def url(self, database: str) -> str:
        """The address of the events in a database."""
        hosts = ",".join(f"{node.host}:{node.port}" for node in self.nodes)
        cluster = f"?cluster={CLUSTER}" if self.zookeeper is not None else ""
        return f"clickhouse://{hosts}/{database}{cluster}"

    def start(self) -> None:
        if self.zookeeper is not None:
            self.zookeeper.start()
            # A server that cannot reach it at first takes its time to try again, or falls over.
            self.zookeeper.await_ready()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.await_ready()
        if self.zookeeper is not None:
            until(self._is_in_step, seconds=_START)

    def _is_in_step(self) -> bool:
        """Whether what is said ``on cluster`` reaches all; a server that is told so before it is
        in touch with ZooKeeper may fall over, and is started again.
        """
        for node in self.nodes:
            if node.has_ended():
                node.start()
                node.await_ready()
        with suppress(Error, OSError, EOFError):
            return all(
                len(node.ask(f"create database if not exists probe on cluster {CLUSTER}")) == 4
                for node in self.nodes
            )
        return False

    def stop(self) -> None:
        for each in (*self.nodes, *([self.zookeeper] if self.zookeeper else [])):
            each.stop()


@contextmanager
def one_node() -> Iterator[Cluster]:
    """One server by itself, while the block runs."""
    with _folder() as folder:
        (port,) = _free_ports(1)
        node = Node(folder / "node", port, _config(folder / "node", port), HERE)
        yield from _running(Cluster([[node]]))


@contextmanager
def two_shards(network: Network | None = None, settings: str = "") -> Iterator[Cluster]:
    """Two shards of two replicas each, with a ZooKeeper, while the block runs; each on a machine
    of its own where there is a network. ``settings`` are the servers', as in their files.
    """
    places = [Place(made.address, made.prefix) for made in _machines(network, 5)] or [HERE] * 5
    with _folder() as folder:
        keeper, *ports = _free_ports(9)
        native, between = ports[:4], ports[4:]
        listed = [(place.host, port) for place, port in zip(places, native, strict=False)]
        common = _CLUSTER.format(
            name=CLUSTER,
            keeper=keeper,
            keeper_host=places[4].host,
            queue=_QUEUE,
            shards="".join(
                f"<shard><internal_replication>true</internal_replication>{replicas}</shard>"
                for replicas in (_replicas(listed[:2]), _replicas(listed[2:]))
            ),
        )
        nodes = []
        for at, (port, other) in enumerate(zip(native, between, strict=True)):
            shard, replica = divmod(at, 2)
            host = places[at].host
            names = {"shard": shard + 1, "replica": replica + 1}
            more = common + settings + _REPLICA.format(**names, between=other, host=host)
            home = folder / f"node{at}"
            nodes.append(Node(home, port, _config(home, port, more, host), places[at]))
        zookeeper = ZooKeeper(folder / "zoo", keeper, places[4])
        yield from _running(Cluster([nodes[:2], nodes[2:]], zookeeper))


def _machines(network: Network | None, number: int) -> list[Machine]:
    return [] if network is None else [network.machine() for _ in range(number)]


def _running(cluster: Cluster) -> Iterator[Cluster]:
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ezee-ch-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _free_ports(number: int) -> list[int]:
    opened = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [each.getsockname()[1] for each in opened]
    for each in opened:
        each.close()
    return ports


def _config(folder: Path, port: int, more: str = "", host: str = "127.0.0.1") -> str:
    return _CONFIG.format(folder=folder, port=port, more=more, host=host)


def _replicas(listed: list[tuple[str, int]]) -> str:
    return "".join(
        f"<replica><host>{host}</host><port>{port}</port></replica>" for host, port in listed
    )


# Small, so that four fit beside everything else; connections are local and the machine is slow.
_CONFIG = """<?xml version="1.0"?>
<yandex>
  <logger>
    <level>warning</level><log>{folder}/log</log><errorlog>{folder}/errors</errorlog>
  </logger>
  <listen_host>{host}</listen_host>
  <tcp_port>{port}</tcp_port>
  <path>{folder}/data/</path>
  <tmp_path>{folder}/tmp/</tmp_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>16777216</mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <merge_tree>
    <old_parts_lifetime>1</old_parts_lifetime>
    <cleanup_delay_period>1</cleanup_delay_period>
    <cleanup_delay_period_random_add>1</cleanup_delay_period_random_add>
  </merge_tree>
  {more}
</yandex>
"""
_USERS = """<?xml version="1.0"?>
<yandex>
  <profiles><default>
    <max_memory_usage>1000000000</max_memory_usage>
    <max_threads>2</max_threads>
    <distributed_ddl_task_timeout>10</distributed_ddl_task_timeout>
    <background_pool_size>4</background_pool_size>
    <background_schedule_pool_size>4</background_schedule_pool_size>
  </default></profiles>
  <users><default>
    <password></password>
    <networks><ip>127.0.0.1</ip><ip>10.0.0.0/8</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
  </default></users>
  <quotas><default></default></quotas>
</yandex>
"""
_CLUSTER = """
  <remote_servers><{name}>{shards}</{name}></remote_servers>
  <zookeeper>
    <node><host>{keeper_host}</host><port>{keeper}</port></node>
    <session_timeout_ms>10000</session_timeout_ms>
  </zookeeper>
  <distributed_ddl><path>{queue}</path></distributed_ddl>
"""
_REPLICA = """
  <macros><shard>{shard}</shard><replica>{replica}</replica></macros>
  <interserver_http_port>{between}</interserver_http_port>
  <interserver_http_host>{host}</interserver_http_host>
"""
