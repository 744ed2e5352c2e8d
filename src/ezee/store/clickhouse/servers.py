"""The servers of a cluster: who they are, and what is said to them.

Each has connections of its own, one for each thread that speaks to it at the time. A failure of a
server or of the way to it is ``Unavailable``; where another may do the same, it is asked instead.
"""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import structlog
from clickhouse_driver import Client
from clickhouse_driver.errors import Error, NetworkError, ServerException, SocketTimeoutError

from ezee.errors import Unavailable
from ezee.store.clickhouse.address import Address, Node

Row = Sequence[Any]
Ask = Callable[[str], list[Row]]
T = TypeVar("T")

ANY_DATABASE = "default"
"""One that every server has, whether ours is made already or not."""
# Seconds.
_CONNECT = 5.0
_ANSWER = 60.0
# How long an insert is tried, on one replica and another.
_INSERT = 30.0
_SETTINGS = {
    "max_query_size": 256 << 20,
    "max_ast_elements": 50_000_000,
    "max_expanded_ast_elements": 50_000_000,
    # The server's own, to another: its 50 ms are short for a busy machine.
    "connect_timeout_with_failover_ms": 2_000,
    "distributed_ddl_task_timeout": 40,
}
_QUORUM_TIMEOUT = 10_000
_PAUSE = 0.05

# Codes of failures that pass: another insert is on its way to its replicas; that of this one may
# be there or not, and is known by its content when it comes again.
_PASSING = {286, 319}
_TOO_LARGE = 359
_BROKEN = (Error, OSError, EOFError, struct.error, OverflowError, ValueError)
_log = structlog.get_logger("ezee.store")


class TooLarge(Unavailable):
    """A server does not remove so much at once; nothing was removed."""

    default = (
        "A ClickHouse server refuses to remove as much at once as this takes. Nothing is lost: set "
        "max_table_size_to_drop and max_partition_size_to_drop higher at each, and try again."
    )


class Shard(NamedTuple):
    """The replicas of one shard, and its share of the visitors."""

    weight: int
    replicas: tuple[Node, ...]


class Servers:
    """Every call raises ``Unavailable`` when nobody answers it."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._lock = threading.Lock()
        self._idle: dict[Node, list[Client]] = {}
        self._first = 0
        self.shards = self._find_shards()
        self.weights = [shard.weight for shard in self.shards]
        self.nodes = [node for shard in self.shards for node in shard.replicas]
        replicas = min(len(shard.replicas) for shard in self.shards)
        self.copies = min(address.copies or replicas, replicas)
        self.may_lag = any(self.copies < len(shard.replicas) for shard in self.shards)

    def ask(self, statement: str, database: str | None = None) -> list[Row]:
        """The answer of whichever server gives one; with a database, of a connection to that."""
        nodes = getattr(self, "nodes", None) or list(self.address.nodes)
        first = self._first
        failure: Exception | None = None
        for at in range(len(nodes)):
            place = (first + at) % len(nodes)
            try:
                rows = self._say(nodes[place], statement, database=database)
            except (NetworkError, SocketTimeoutError, OSError, EOFError) as error:
                failure = error
                continue
            except _BROKEN as error:
                raise self._unavailable(error) from error
            # Whoever answers is asked first from now on.
            self._first = place
            return rows
        raise self._unavailable(failure) from failure

    def converse(self, talk: Callable[[Ask], T]) -> T:
        """What several questions come to that have to go over one connection."""
        failure: Exception | None = None
        for at in range(len(self.nodes)):
            node = self.nodes[(self._first + at) % len(self.nodes)]
            try:
                with self._lend(node, None) as client:
                    return talk(client.execute)
            except (NetworkError, SocketTimeoutError, OSError, EOFError) as error:
                failure = error
            except _BROKEN as error:
                raise self._unavailable(error) from error
        raise self._unavailable(failure) from failure

    def converse_at(self, node: Node, talk: Callable[[Ask], T]) -> T:
        """The same with one server; what is inserted is on as many replicas as shall have it."""
        settings = self._of_inserts()
        try:
            with self._lend(node, None) as client:
                return talk(lambda statement: client.execute(statement, settings=settings))
        except _BROKEN as error:
            raise self._unavailable(error) from error

    def ask_at(self, node: Node, statement: str) -> list[Row]:
        """The answer of one server."""
        try:
            return self._say(node, statement)
        except _BROKEN as error:
            raise self._unavailable(error) from error

    def define(self, statement: str) -> None:
        """Have a table made; ``on cluster``, every server has it then."""
        for node in self.address.nodes:
            try:
                for _, _, status, *_ in self._say(node, statement, database=ANY_DATABASE):
                    if status:
                        raise Unavailable
            except (NetworkError, SocketTimeoutError, OSError, EOFError):
                continue
            except _BROKEN as error:
                raise self._unavailable(error) from error
            return
        raise Unavailable

    def insert(self, shard: int, table: str, columns: Sequence[str], rows: Sequence[Row]) -> None:
        """Insert rows into a shard; returns when as many replicas have them as shall.

        Rows that are there already, since the same insert was tried before, are not inserted again.
        """
        replicas = self.shards[shard].replicas
        name = f"{table}_local" if self.address.cluster else table
        statement = f"insert into {name} ({', '.join(columns)}) values"
        until = time.monotonic() + _INSERT
        at = 0
        while True:
            try:
                self._say(replicas[at % len(replicas)], statement, rows)
            except ServerException as error:
                if error.code not in _PASSING and at + 1 >= len(replicas):
                    raise self._unavailable(error) from error
                failure: Exception = error
            except (NetworkError, SocketTimeoutError, OSError, EOFError) as error:
                if not self.address.cluster or at + 1 >= 2 * len(replicas):
                    raise self._unavailable(error) from error
                failure = error
            except _BROKEN as error:
                # Such values are in no column.
                raise self._unavailable(error) from error
            else:
                return
            if time.monotonic() > until:
                raise self._unavailable(failure) from failure
            at += 1
            time.sleep(_PAUSE)

    def close(self) -> None:
        """Hang up."""
        with self._lock:
            idle, self._idle = self._idle, {}
        for clients in idle.values():
            for client in clients:
                client.disconnect()

    def _find_shards(self) -> list[Shard]:
        if not self.address.cluster:
            return [Shard(1, self.address.nodes[:1])]
        found = self.ask(
            "select shard_num, shard_weight, host_name, port from system.clusters "
            f"where cluster = '{self.address.cluster}' order by shard_num, replica_num",
            database=ANY_DATABASE,
        )
        if not found:
            _log.error("the servers know no such cluster")
            raise Unavailable
        shards: dict[int, tuple[int, list[Node]]] = {}
        for number, weight, host, port in found:
            shards.setdefault(number, (weight, []))[1].append(Node(host, port))
        return [Shard(weight, tuple(replicas)) for weight, replicas in shards.values()]

    def _say(
        self,
        node: Node,
        statement: str,
        rows: Sequence[Row] | None = None,
        database: str | None = None,
    ) -> list[Row]:
        with self._lend(node, database) as client:
            settings = self._of_inserts() if rows is not None else {}
            answer: list[Row] = client.execute(
                statement, rows, types_check=rows is not None, settings=settings
            )
            return answer if rows is None else []

    def _of_inserts(self) -> dict[str, int]:
        if self.copies < 2:
            return {}
        return {"insert_quorum": self.copies, "insert_quorum_timeout": _QUORUM_TIMEOUT}

    @contextmanager
    def _lend(self, node: Node, database: str | None) -> Iterator[Client]:
        client = self._borrow(node, database)
        try:
            yield client
        except BaseException:
            client.disconnect()
            raise
        if database is not None:
            client.disconnect()
            return
        with self._lock:
            self._idle.setdefault(node, []).append(client)

    def _borrow(self, node: Node, database: str | None) -> Client:
        with self._lock:
            if database is None and self._idle.get(node):
                return self._idle[node].pop()
        return Client(
            node.host,
            node.port,
            database=database or self.address.database,
            user=self.address.user,
            password=self.address.password,
            connect_timeout=_CONNECT,
            send_receive_timeout=_ANSWER,
            sync_request_timeout=_CONNECT,
            client_name="ezee",
            settings=_SETTINGS,
        )

    def _unavailable(self, error: Exception | None) -> Unavailable:
        # The server's own message may quote values; only its kind and number are written.
        code = getattr(error, "code", None)
        if code == _TOO_LARGE:
            return TooLarge()
        _log.error("event store failed", kind=type(error).__name__, code=code)
        return Unavailable()
