"""Copies of all tables in a database beside them, made of the same files, as of one moment.

Others write meanwhile. What is told last is copied first: so a roll-up in the copy knows no batch
that the copy does not know as settled, and of every batch that is settled there its rows are copied
after that. Rows of all others are withdrawn in the copy. Where something is erased, judged or
grouped anew, or expires meanwhile, the copy is made anew.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ezee.errors import SetupError
from ezee.store.clickhouse import schema
from ezee.store.clickhouse.address import Node
from ezee.store.clickhouse.numbers import HOUR, at, now
from ezee.store.clickhouse.rollups import answering
from ezee.store.clickhouse.schema import NEVER, TABLES, Table, local, on_cluster
from ezee.store.clickhouse.servers import Servers, TooLarge
from ezee.store.clickhouse.visible import SEEN, State

# In the order in which they are copied; all others come after them.
_FIRST = ("expired", "fences", "rolled", "undone", "batches")
_TRIES = 10
_PAUSE = 3.0
# How long a partition may take to be emptied, and how often it is looked at.
_PATIENCE = 600.0
_UNTIL_NEXT_LOOK = 0.2
# A batch that is so old is settled or withdrawn.
_DECIDED = 2 * HOUR
_AT_ONCE = 10_000
_CHANGED = (
    "Events of the cluster were erased, judged or grouped anew while they were copied, again and "
    "again. Nothing was changed; try again."
)

Rows = dict[str, int]
"""How many rows each table has."""


@contextmanager
def beside(servers: Servers, database: str) -> Iterator[Servers]:
    """The same servers, with another database of theirs."""
    there = Servers(servers.address._replace(database=database))
    try:
        yield there
    finally:
        there.close()


def take(servers: Servers, name: str, version: int) -> Rows:
    """Copy all tables of a version into a database of that name, which is new then.

    Raises:
        SetupError: something is changed all the time. Unavailable: not every server answers.
    """
    for _ in range(_TRIES):
        remove(servers, name)
        before = _changes(servers)
        if before is not None:
            with beside(servers, name) as copy:
                copy_tables(servers, copy, version)
                if _changes(servers) == before:
                    _withdraw(copy, version)
                    return count(copy, version)
        time.sleep(_PAUSE)
    raise SetupError(_CHANGED)


def copy_tables(source: Servers, target: Servers, version: int) -> None:
    """Have all that is in the tables of one database in those of another."""
    schema.migrate(target, version)
    for table in _in_order(version):
        for replicas in _shards(source, table):
            node = answering(source, replicas)
            _catch_up(source, node, table)
            for partition in _partitions(source, node, table):
                source.ask_at(
                    node,
                    f"alter table {local(target.address, table.name)} replace partition "
                    f"{partition} from {local(source.address, table.name)}",
                )
    for table in _in_order(version):
        for replicas in _shards(target, table):
            for node in replicas:
                _catch_up(target, node, table)


def count(servers: Servers, version: int) -> Rows:
    """How many rows each table has, of all that is stored: also what is not visible.

    Raises:
        SetupError: the replicas of a shard do not have the same.
    """
    found: Rows = {}
    for table in _in_order(version):
        found[table.name] = 0
        for replicas in _shards(servers, table):
            asked = f"select count(*) from {local(servers.address, table.name)}"
            rows = {int(servers.ask_at(node, asked)[0][0]) for node in replicas}
            if len(rows) > 1:
                raise SetupError(f"The replicas of {table.name} do not have the same. Try again.")
            found[table.name] += rows.pop()
    return found


def remove(servers: Servers, name: str) -> None:
    """Remove a database; done again, it does the same."""
    for node in servers.nodes:
        _remove_tables(servers, node, name)
    servers.define(f"drop database if exists {name}{on_cluster(servers.address)}")


def _remove_tables(servers: Servers, node: Node, name: str) -> None:
    # One by one: servers refuse to remove what is very large, unless part by part.
    parts = servers.ask_at(
        node,
        "select distinct table, partition from system.parts "
        f"where active and database = '{name}' order by table, partition",
    )
    for table, partition in parts:
        _drop(servers, node, f"{name}.{table}", partition)


def _drop(servers: Servers, node: Node, table: str, partition: str) -> None:
    """Remove a partition; one that is too large for that by itself is emptied first."""
    if _is_dropped(servers, node, table, partition):
        return
    servers.ask_at(node, f"alter table {table} delete where 1 = 1")
    until = time.monotonic() + _PATIENCE
    while not _is_dropped(servers, node, table, partition):
        if time.monotonic() > until:
            raise TooLarge
        time.sleep(_UNTIL_NEXT_LOOK)


def _is_dropped(servers: Servers, node: Node, table: str, partition: str) -> bool:
    try:
        servers.ask_at(node, f"alter table {table} drop partition {partition}")
    except TooLarge:
        return False
    return True


def _in_order(version: int) -> list[Table]:
    names = schema.names_at(version)
    return [TABLES[name] for name in sorted(names, key=_place)]


def _place(name: str) -> int:
    return _FIRST.index(name) if name in _FIRST else len(_FIRST)


def _shards(servers: Servers, table: Table) -> list[tuple[Node, ...]]:
    shards = servers.shards if table.sharded else servers.shards[:1]
    return [shard.replicas for shard in shards]


def _catch_up(servers: Servers, node: Node, table: Table) -> None:
    if servers.address.cluster:
        servers.ask_at(node, f"system sync replica {local(servers.address, table.name)}")


def _partitions(servers: Servers, node: Node, table: Table) -> list[str]:
    database, name = local(servers.address, table.name).split(".")
    rows = servers.ask_at(
        node,
        "select distinct partition from system.parts "
        f"where active and database = '{database}' and table = '{name}' order by partition",
    )
    return [partition for (partition,) in rows]


def _changes(servers: Servers) -> frozenset[tuple[object, ...]] | None:
    """What the servers were told to change until now; None: they are at it."""
    found = set()
    for node in servers.nodes:
        rows = servers.ask_at(
            node,
            "select table, mutation_id, is_done from system.mutations "
            f"where database = '{servers.address.database}'",
        )
        if not all(is_done for *_, is_done in rows):
            return None
        found |= {(node, table, change) for table, change, _ in rows}
    return frozenset(found)


def _withdraw(copy: Servers, version: int) -> None:
    """Withdraw, in a copy, what was not settled when it was made."""
    seen = ", ".join(str(int(each)) for each in (*SEEN, State.MOVING, State.CHANGING))
    since = at(now()) - _DECIDED
    tables = [name for name in schema.names_at(version) if "batch" in TABLES[name].columns]
    parts = " union all ".join(
        f"select batch from {name} where batch > {since} and batch < {NEVER}" for name in tables
    )
    known = f"select batch from batches group by batch having max(state) in ({seen})"
    rows = copy.ask(
        f"select batch from ({parts}) as told where batch global not in ({known}) group by batch"
    )
    told = [(batch, int(State.WITHDRAWN)) for (batch,) in rows]
    for first in range(0, len(told), _AT_ONCE):
        copy.insert(0, "batches", ("batch", "state"), told[first:][:_AT_ONCE])


def named(servers: Servers, prefix: str) -> list[str]:
    """The databases whose names begin so."""
    asked = (
        f"select name from system.databases where substring(name, 1, {len(prefix)}) = '{prefix}'"
    )
    found = {name for node in servers.nodes for (name,) in servers.ask_at(node, asked)}
    return sorted(found)
