"""Rows deleted and changed in place: ClickHouse's mutations, each awaited on every replica."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from ezee.errors import Unavailable
from ezee.store.clickhouse.address import Node
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.schema import DAYS_TOGETHER, NEVER, TABLES, WHOLE, local
from ezee.store.clickhouse.servers import Servers

_PATIENCE = 600.0
_PAUSE = 0.05


class Mutation(NamedTuple):
    """What becomes of the rows of a table that meet a condition: they are deleted, or given new
    values with which they do not meet it any more.
    """

    table: str
    where: str
    values: str = ""


class _Begun(NamedTuple):
    node: Node
    left: str


def mutate(servers: Servers, numbers: Numbers, mutations: Sequence[Mutation]) -> None:
    """Carry out mutations, beside each other; returns when on every replica no row is left that was
    there before and meets its condition.

    Raises:
        Unavailable: not every replica could be reached, or it takes too long. What was begun is
            finished by the servers themselves.
    """
    begun = [each for mutation in mutations for each in _begin(servers, numbers, mutation)]
    until = time.monotonic() + _PATIENCE
    for node, left in begun:
        while servers.ask_at(node, left)[0][0]:
            if time.monotonic() > until:
                raise Unavailable
            time.sleep(_PAUSE)


def under_way(servers: Servers) -> bool:
    """Whether any server still has to carry out what it was told."""
    asked = (
        "select count(*) from system.mutations "
        f"where database = '{servers.address.database}' and is_done = 0"
    )
    return any(servers.ask_at(node, asked)[0][0] for node in servers.nodes)


def _begin(servers: Servers, numbers: Numbers, mutation: Mutation) -> list[_Begun]:
    table = TABLES[mutation.table]
    # What comes later may stay; it might never end otherwise.
    mark = numbers.take()
    where = f"({mutation.where}) and seq < {mark}"
    # A constant that rows are grouped by is too little for old servers.
    parted = "seq - seq" if table.parted == WHOLE else table.parted
    partitions = servers.ask(
        f"select {parted} as parted, count(*) from {mutation.table} where {where} group by parted"
    )
    if not partitions:
        return []
    rows = local(servers.address, mutation.table)
    act = f"update {mutation.values}" if mutation.values else "delete"
    begun = []
    for place, shard in enumerate(servers.shards if table.sharded else servers.shards[:1]):
        _tell_one(servers, shard.replicas, f"alter table {rows} {act} where {where}")
        _let_go(servers, place, mutation.table, [row[0] for row in partitions], mark)
        left = f"select count(*) from {rows} where {where}"
        begun += [_Begun(node, left) for node in shard.replicas]
    return begun


def _tell_one(servers: Servers, replicas: Sequence[Node], statement: str) -> None:
    for node in replicas[:-1]:
        try:
            servers.ask_at(node, statement)
        except Unavailable:
            continue
        return
    servers.ask_at(replicas[-1], statement)


def _let_go(
    servers: Servers, shard: int, table: str, partitions: Sequence[object], mark: int
) -> None:
    """Insert rows that nobody sees into these partitions: of each, the part that was inserted last
    with copies on other replicas is not written anew.
    """
    if servers.copies < 2:
        return
    columns = TABLES[table].columns
    rows = []
    for partition in partitions:
        unseen = {"batch": NEVER, "seq": mark}
        if "day" in columns and isinstance(partition, int):
            unseen["day"] = partition * DAYS_TOGETHER
        rows.append([unseen.get(name, "" if of == "String" else 0) for name, of in columns.items()])
    servers.insert(shard, table, list(columns), rows)
