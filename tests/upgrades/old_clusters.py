"""Databases in a cluster as earlier versions left them, from the first on."""

from __future__ import annotations

from msgspec.structs import astuple

from ezee.model.event import Event
from ezee.store.clickhouse import schema
from ezee.store.clickhouse.address import parse_address
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.sharding import shard_of
from ezee.store.clickhouse.visible import State
from tests.support.events import NOON, event

SCHEMAS = list(range(1, schema.VERSION))
EVENTS = 40
DROPS = 3
_SITE = event().site


def make_old(address: str, version: int) -> None:
    """A database of a version of the schema, with a batch of a day's events and what was dropped,
    and what another has left that was cut off.
    """
    servers = Servers(parse_address(address))
    schema.migrate(servers, version)
    numbers = Numbers()
    _store(servers, numbers, range(1, EVENTS + 1), State.SETTLED)
    _store(servers, numbers, range(1000, 1005), State.OPEN)
    servers.close()


def _store(servers: Servers, numbers: Numbers, which: range, state: State) -> None:
    batch = numbers.take()
    servers.insert(0, "batches", ("batch", "state"), [(batch, int(State.OPEN))])
    columns = [*Event.__struct_fields__, "seq", "batch"]
    shards: dict[int, list[tuple[object, ...]]] = {}
    for each in which:
        made = event(NOON + each * 60_000, visitor=each % 7, page=f"/{each % 5}", event_id=each)
        row = (*astuple(made), numbers.take(), batch)
        shards.setdefault(shard_of(made.visitor, servers.weights), []).append(row)
    for shard, rows in shards.items():
        servers.insert(shard, "events", columns, rows)
    dropped = (_SITE, event().day, "off_host", DROPS, batch, batch)
    servers.insert(0, "drops", list(schema.TABLES["drops"].columns), [dropped])
    if state != State.OPEN:
        servers.insert(0, "batches", ("batch", "state"), [(batch, int(state))])
