"""One database's tables in the place of another's, on every server, by their names alone.

On each server a table goes aside and another comes in its place by one statement. Cut off anywhere
and done again, it goes on: what is to come has gone from where it was. The version is told last, so
that nobody takes the database for an older one, or for an empty one, in between.
"""

from __future__ import annotations

from ezee.store.clickhouse import schema
from ezee.store.clickhouse.address import Node
from ezee.store.clickhouse.schema import TABLES, VERSIONS, local, on_cluster
from ezee.store.clickhouse.servers import Servers


def swap(servers: Servers, coming: str, aside: str, version: int) -> None:
    """Set the tables of the database aside, and have those of another, which is of that version.

    Raises:
        Unavailable: not every server answers.
    """
    servers.define(f"create database if not exists {aside}{on_cluster(servers.address)}")
    names = schema.names_at(version)
    newer = [name for name in TABLES if name not in names]
    for node in servers.nodes:
        for name in newer:
            _set_aside(servers, node, name, aside)
        for name in names:
            _swap_one(servers, node, name, coming, aside)
            schema.spread(servers, node, name)
    for node in servers.nodes:
        _swap_one(servers, node, VERSIONS, coming, aside)


def more_events(servers: Servers, aside: str) -> int:
    """How many more events are in what was set aside, people's."""
    here, there = 0, 0
    for shard in servers.shards:
        node = shard.replicas[0]
        rows = _rows_name(servers, "events")
        here += int(servers.ask_at(node, f"select count(*) from {_database(servers)}.{rows}")[0][0])
        there += int(servers.ask_at(node, f"select count(*) from {aside}.{rows}")[0][0])
    return max(0, there - here)


def _swap_one(servers: Servers, node: Node, name: str, coming: str, aside: str) -> None:
    rows, database = _rows_name(servers, name), _database(servers)
    where = _databases_with(servers, node, rows)
    if coming not in where:
        return
    pairs = [f"{coming}.{rows} to {database}.{rows}"]
    if database in where:
        pairs.insert(0, f"{database}.{rows} to {aside}.{rows}")
    servers.ask_at(node, f"rename table {', '.join(pairs)}")


def _set_aside(servers: Servers, node: Node, name: str, aside: str) -> None:
    rows, database = _rows_name(servers, name), _database(servers)
    if database in _databases_with(servers, node, rows):
        servers.ask_at(node, f"rename table {database}.{rows} to {aside}.{rows}")
    if servers.address.cluster:
        servers.ask_at(node, f"drop table if exists {database}.{name}")


def _databases_with(servers: Servers, node: Node, rows: str) -> set[str]:
    asked = f"select database from system.tables where name = '{rows}'"
    return {database for (database,) in servers.ask_at(node, asked)}


def _rows_name(servers: Servers, name: str) -> str:
    return local(servers.address, name).rpartition(".")[2]


def _database(servers: Servers) -> str:
    return servers.address.database
