"""The tables as they are now. Older databases are brought here by ``MIGRATIONS``, one step each.

Every table is made twice in a cluster: once on each server, ``events_local``, where its replicas
keep the rows of their shard; and over all of them, ``events``, which is asked. One server by
itself has the first alone, without replicas and under the second's name.

Rows of ``events``, ``bots``, ``ids``, ``drops``, ``imports`` and ``seen`` belong to a batch, and
count once ``batches`` says that it is settled. Those of a visitor lie in one shard, all that is no
visitor's in the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ezee.errors import SetupError
from ezee.model.event import Event
from ezee.store.clickhouse.address import Address, Node
from ezee.store.clickhouse.numbers import HOUR
from ezee.store.clickhouse.servers import ANY_DATABASE, Servers

VERSION = 3

NEVER = 2**63 - 1
"""The batch of rows that nobody sees."""

_TYPES = {
    "site": "UInt64",
    "day": "Int32",
    "hour": "UInt8",
    "utc_offset": "Int16",
    "happened_at": "Int64",
    "received_at": "Int64",
    "visitor": "UInt64",
    "event_id": "UInt64",
    "kind": "UInt8",
    "version": "Int16",
    "hints": "Int16",
    "amount": "Int64",
    "interactive": "UInt8",
    "population": "UInt8",
    "judged": "UInt8",
    "verified": "UInt8",
}
_EVENT = {name: _TYPES.get(name, "String") for name in Event.__struct_fields__}
_BATCH = {"seq": "Int64", "batch": "Int64"}
_VERDICT = dict.fromkeys(("rule", "category", "token"), "String")


class Table(NamedTuple):
    """Its columns with their types, how rows are parted and ordered, and of which of them one
    remains, if not all do.
    """

    name: str
    columns: dict[str, str]
    parted: str
    order: str
    version: str = ""
    sharded: bool = False


class Columns(NamedTuple):
    """Columns that a table has got since it was made."""

    table: str
    columns: dict[str, str]


# Months, near enough: a question reads few of them, an erasure writes few anew.
WHOLE = "tuple()"
"""A table that is not parted."""
DAYS_TOGETHER = 32
_DAYS = f"intDiv(day, {DAYS_TOGETHER})"
_HOUR = f"intDiv(batch, {HOUR})"
_TABLES_1 = (
    Table("events", _EVENT | _BATCH, _DAYS, "(site, day, visitor)", sharded=True),
    Table("bots", _EVENT | _VERDICT | _BATCH, _DAYS, "(site, day, visitor)", sharded=True),
    # The ids of events and bots alike: to look for one takes no reading of a day's events.
    Table(
        "ids",
        {"event_id": "UInt64", "site": "UInt64", "received_at": "Int64", "day": "Int32"} | _BATCH,
        "intDiv(received_at, 86400000)",
        "event_id",
        sharded=True,
    ),
    Table(
        "drops",
        {"site": "UInt64", "day": "Int32", "reason": "String", "count": "Int64"} | _BATCH,
        _DAYS,
        "(site, day, reason)",
    ),
    Table(
        "imports",
        {
            "site": "UInt64",
            "head_size": "Int64",
            "head": "String",
            "lines": "Int64",
            "bytes": "Int64",
            "tail": "String",
            "salts": "Int64",
            "finished": "UInt8",
            "unjudged": "UInt8",
        }
        | _BATCH,
        WHOLE,
        "(site, salts, head, head_size)",
    ),
    # The numbers of tallies and batches, by which they are known when they come again.
    Table("seen", {"number": "Int64", "what": "UInt8"} | _BATCH, f"intDiv({_HOUR}, 24)", "number"),
    Table("batches", {"batch": "Int64", "state": "UInt8"}, _HOUR, "batch"),
    Table(
        "erased",
        {
            "receipt": "String",
            **dict.fromkeys(("events", "bots", "drops", "visits", "days", "removed_at"), "Int64"),
            "stage": "UInt8",
            "number": "Int64",
        },
        WHOLE,
        "receipt",
    ),
    # Erasures that are being carried out. What one is about goes with its partition.
    Table("erasures", {"asked": "String", "number": "Int64"}, "number", "number"),
    Table(
        "tallies",
        {
            "name": "String",
            "writer": "Int64",
            "value": "Int64",
            "day": "Int32",
            "today": "Int64",
            "made_at": "Int64",
            "changed_at": "Int64",
            "terms": "String",
            "termed": "Int64",
            "there": "UInt8",
            "number": "Int64",
        },
        WHOLE,
        "(name, writer)",
        version="number",
    ),
)
# Which local days of which trackers a batch is about, which it says when it is begun: of the first
# of ``sites`` those from the first of ``firsts`` to the first of ``lasts``, and so on.
_COLUMNS_2 = Columns(
    "batches",
    {"sites": "Array(UInt64)", "firsts": "Array(Int32)", "lasts": "Array(Int32)"},
)
_KEY = {"site": "UInt64", "dimension": "String", "day": "Int32", "value": "String"}
_TABLES_2 = (
    # Day roll-ups, in each shard those of its visitors: a row adds up with all others of its value.
    # ``seq`` is that of the roll-up in ``rolled``; without one there, rows count nowhere.
    Table(
        "rollups",
        {
            **_KEY,
            **dict.fromkeys(("visitors", "viewers", "visits", "pageviews", "events"), "UInt64"),
            "bounces": "UInt64",
            "duration": "Int64",
            "seq": "Int64",
        },
        _DAYS,
        "(site, dimension, day, value)",
        sharded=True,
    ),
    Table(
        "rollups_revenue",
        {
            **_KEY,
            "currency": "String",
            "amount": "Decimal(38, 0)",
            "sales": "UInt64",
            "seq": "Int64",
        },
        _DAYS,
        "(site, dimension, day, value)",
        sharded=True,
    ),
    # A day's roll-up is true of every batch up to ``upto``; with ``seq`` 0 the day waits for one.
    # Of what is said of a day, that with the highest ``version`` holds.
    Table(
        "rolled",
        {
            "site": "UInt64",
            "day": "Int32",
            **dict.fromkeys(("upto", "seq", "events", "version"), "Int64"),
        },
        _DAYS,
        "(site, day)",
        version="version",
    ),
    # Roll-ups of these days are true only if they are of batches up to ``upto``, or later ones.
    Table(
        "undone",
        {"site": "UInt64", "first_day": "Int32", "last_day": "Int32", "upto": "Int64"},
        WHOLE,
        "site",
    ),
    # Numbers up to which no batch may be begun any more; those that are ``passed`` tell that of
    # all batches up to them every roll-up knows, or waits.
    Table(
        "fences",
        {"upto": "Int64", "passed": "UInt8"},
        f"intDiv(intDiv(upto, {HOUR}), 24)",
        "upto",
    ),
)
_TABLES_3 = (
    # What is said of expiries, see ``expiring``: of which days no more is stored, which are counted
    # for good, with how much there was, and which are gone.
    Table(
        "expired",
        {
            "site": "UInt64",
            "kept_from": "Int32",
            "stage": "UInt8",
            "receipt": "String",
            **dict.fromkeys(("at", "events", "bots", "visits", "days", "seq"), "Int64"),
        },
        WHOLE,
        "(site, kept_from)",
    ),
    # Bots of days whose events have expired; ``seq`` is that of what says that they are counted.
    Table(
        "rollups_bots",
        {
            "site": "UInt64",
            "day": "Int32",
            **dict.fromkeys(("rule", "category", "page"), "String"),
            **dict.fromkeys(("events", "pageviews"), "UInt64"),
            "seq": "Int64",
        },
        _DAYS,
        "(site, day, rule, page)",
        sharded=True,
    ),
)
MIGRATIONS: tuple[tuple[Table | Columns, ...], ...] = (
    _TABLES_1,
    (_COLUMNS_2, *_TABLES_2),
    _TABLES_3,
)
TABLES = {table.name: table for table in (*_TABLES_1, *_TABLES_2, *_TABLES_3)}
VERSIONS = "schema_version"
_VERSIONS = Table(VERSIONS, {"version": "UInt32"}, WHOLE, "version")
NEWER = "The events' database was written by a newer ezee. Start that version instead."


def local(address: Address, table: str) -> str:
    """What a table of rows is called on each server."""
    return f"{address.database}.{table}{'_local' if address.cluster else ''}"


def migrate(servers: Servers, upto: int = VERSION, apart: str = "") -> None:
    """Bring the database to a version, on every server of the cluster.

    ``apart`` tells new tables from those of the same name that were set aside: replicas are known
    to each other by a name for ever.

    It may be begun on several nodes at once, or again after it ended half-way: what is there
    already stays. A database that is new is of no version before all of it is there.

    Raises:
        SetupError: the database was written by a newer version.
        Unavailable: a server could not be reached.
    """
    address = servers.address
    servers.define(f"create database if not exists {address.database}{on_cluster(address)}")
    make(servers, _VERSIONS)
    done = version(servers)
    if done > VERSION:
        raise SetupError(NEWER)
    for number, steps in enumerate(MIGRATIONS[done:upto], start=done + 1):
        for step in steps:
            if isinstance(step, Table):
                make(servers, step, apart)
            else:
                _add(servers, step)
        if done or number == upto:
            servers.insert(0, VERSIONS, ("version",), [(number,)])


def version(servers: Servers) -> int:
    """The number of the last step that the database was brought to, 0 for none."""
    if not has_table(servers, VERSIONS):
        return 0
    database = servers.address.database
    found = servers.ask(f"select max(version) from {database}.{VERSIONS}", ANY_DATABASE)
    return int(found[0][0])


def has_table(servers: Servers, name: str) -> bool:
    """Whether there is a table of that name, or one over all servers."""
    there = servers.ask(
        "select count(*) from system.tables "
        f"where database = '{servers.address.database}' and name = '{name}'",
        database=ANY_DATABASE,
    )
    return bool(there[0][0])


def names_at(version: int) -> list[str]:
    """The tables that a database of a version has, but for that which tells the version."""
    return [
        step.name for steps in MIGRATIONS[:version] for step in steps if isinstance(step, Table)
    ]


def spread(servers: Servers, node: Node, name: str) -> None:
    """Have the table over all servers anew on one of them, with the columns of its own rows."""
    address = servers.address
    if not address.cluster:
        return
    over, rows = f"{address.database}.{name}", local(address, name)
    servers.ask_at(node, f"drop table if exists {over}")
    by = _shard_by(TABLES[name])
    servers.ask_at(node, f"create table {over} as {rows} engine = {_over_all(address, name, by)}")


def make(servers: Servers, table: Table, apart: str = "") -> None:
    """Have a table on every server."""
    for statement in _statements(servers.address, table, apart):
        servers.define(statement)


def _add(servers: Servers, added: Columns) -> None:
    address = servers.address
    rows = local(address, added.table)
    _add_at(servers, servers.nodes[0], rows, added, on_cluster(address))
    if address.cluster:
        # A table over all servers is each server's own, and altered ``on cluster`` on none.
        for node in servers.nodes:
            _add_at(servers, node, f"{address.database}.{added.table}", added)


def _add_at(servers: Servers, node: Node, table: str, added: Columns, where: str = "") -> None:
    database, name = table.split(".")
    there = servers.ask_at(
        node,
        f"select name from system.columns where database = '{database}' and table = '{name}'",
    )
    known = {row[0] for row in there}
    wanted = [f"add column {each} {of}" for each, of in added.columns.items() if each not in known]
    if wanted and where:
        servers.define(f"alter table {table}{where} {', '.join(wanted)}")
    elif wanted:
        servers.ask_at(node, f"alter table {table} {', '.join(wanted)}")


def _statements(address: Address, table: Table, apart: str) -> Iterator[str]:
    rows = local(address, table.name)
    columns = ", ".join(f"{name} {of}" for name, of in table.columns.items())
    engine = _engine(address, table, apart)
    yield (
        f"create table if not exists {rows}{on_cluster(address)} ({columns}) "
        f"engine = {engine} partition by {table.parted} order by {table.order}"
    )
    if address.cluster:
        yield (
            f"create table if not exists {address.database}.{table.name}{on_cluster(address)} "
            f"({columns}) engine = {_over_all(address, table.name, _shard_by(table))}"
        )


def _shard_by(table: Table) -> str:
    return "cityHash64(visitor)" if "visitor" in table.columns else "rand()"


def _over_all(address: Address, name: str, by: str) -> str:
    return f"Distributed({address.cluster}, {address.database}, {name}_local, {by})"


def _engine(address: Address, table: Table, apart: str) -> str:
    family = "ReplacingMergeTree" if table.version else "MergeTree"
    version = [table.version] if table.version else []
    if not address.cluster:
        return f"{family}({', '.join(version)})"
    place = f"'/clickhouse/tables/{{shard}}/{address.database}/{table.name}{apart}'"
    named = ", ".join([place, "'{replica}'", *version])
    return f"Replicated{family}({named})"


def on_cluster(address: Address) -> str:
    """What a statement ends with that all servers are to carry out."""
    return f" on cluster {address.cluster}" if address.cluster else ""
