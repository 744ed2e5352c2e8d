"""What counts no more is removed: withdrawn rows, and what is said of batches long settled."""

from __future__ import annotations

from collections.abc import Iterable

from ezee.store.clickhouse import fences, rollups
from ezee.store.clickhouse.mutations import Mutation, mutate
from ezee.store.clickhouse.numbers import BITS, HOUR, Numbers, at, now
from ezee.store.clickhouse.schema import TABLES, local
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.states import TRUSTED, States
from ezee.store.clickhouse.visible import SEEN, State

_OF_BATCHES = [
    name for name, table in TABLES.items() if "batch" in table.columns and name != "batches"
]
_OF_ROLLUPS = ("rollups", "rollups_revenue")
_ROLLUPS_AT_ONCE = 1_000
# Seconds; what is replaced so soon after is awaited as well.
_CLOCKS_DIFFER = 5
_HOURS_KEPT = 3
# Ids count for 24 hours, tallies come again for as long as a node may have been away.
_DAYS_KEPT = {"ids": 3, "fences": 3, "seen": 30}


def clear(servers: Servers, numbers: Numbers, states: States) -> None:
    """Withdraw what dead writers left open, remove what was withdrawn, forget what is settled."""
    old = at(now() - 2 * round(TRUSTED * 1_000_000))
    left = servers.ask(
        "select batch, max(state) as latest from batches group by batch "
        f"having latest in ({int(State.OPEN)}, {int(State.WITHDRAWN)}) and batch < {old}"
    )
    for batch, state in left:
        if state == State.OPEN:
            states.tell(servers, batch, State.WITHDRAWN)
    if left:
        among = ", ".join(str(batch) for batch, _ in left)
        where = f"batch in ({among})"
        mutate(servers, numbers, [Mutation(table, where) for table in _OF_BATCHES])
        for batch, _ in left:
            states.tell(servers, batch, State.CLEARED)
    _clear_rollups(servers, numbers, old)
    _clear_bots(servers, numbers, old)
    _forget(servers)


def are_files_gone(servers: Servers, number: int) -> bool:
    """Whether no server has a file any more that was replaced before this number was given."""
    told_at = (number >> BITS) // 1_000_000 + _CLOCKS_DIFFER
    tables = ", ".join(f"'{_local(servers, name)}'" for name in TABLES)
    asked = (
        f"select count(*) from system.parts where database = '{servers.address.database}' "
        f"and table in ({tables}) and not active and toUInt32(remove_time) <= {told_at}"
    )
    return not any(servers.ask_at(node, asked)[0][0] for node in servers.nodes)


def _clear_rollups(servers: Servers, numbers: Numbers, old: int) -> None:
    """Remove roll-ups that others have taken the place of, or that never came to their end."""
    left = servers.ask(
        f"""
        select site, day, seq
        from (
            select site, day, seq from rollups
            where dimension = '' and seq < {old} and site <> 0 group by site, day, seq
        ) as stored any left join (
            select site, day, argMax(seq, tuple(version, seq)) as latest, max(upto) as since
            from rolled group by site, day
        ) as told using (site, day)
        where seq <> latest and (since < {old} or since = {rollups.FOR_GOOD})
        limit {_ROLLUPS_AT_ONCE}
        """
    )
    if left:
        among = ", ".join(f"({site}, {day}, {seq})" for site, day, seq in left)
        where = f"(site, day, seq) in ({among})"
        mutate(servers, numbers, [Mutation(table, where) for table in _OF_ROLLUPS])


def _clear_bots(servers: Servers, numbers: Numbers, old: int) -> None:
    """Remove what was counted of bots by expiries that were cut off then."""
    left = servers.ask(
        f"select seq from rollups_bots where site <> 0 and seq < {old} and seq "
        "global not in (select seq from expired where stage > 0) group by seq"
    )
    if left:
        among = ", ".join(str(seq) for (seq,) in left)
        mutate(servers, numbers, [Mutation("rollups_bots", f"seq in ({among})")])


def _forget(servers: Servers) -> None:
    seen = ", ".join(str(int(each)) for each in SEEN)
    # What was not passed yet is still to be told of days that are rolled up.
    _, passed = fences.latest(servers)
    settled = servers.ask(
        f"""
        select hour, min(is_seen) as are_seen
        from (
            select intDiv(batch, {HOUR}) as hour, max(state) in ({seen}) as is_seen
            from batches group by batch
        ) as told
        group by hour
        having are_seen and hour < {min(at(now()) // HOUR - _HOURS_KEPT, passed // HOUR)}
        """
    )
    drop(servers, "batches", (hour for hour, _ in settled))
    for table, kept in _DAYS_KEPT.items():
        days = _parted(servers, table)
        # The last number that was passed is needed for ever.
        least = min(max(days, default=0) - kept, passed // HOUR // 24)
        drop(servers, table, (day for day in days if day < least))


def _parted(servers: Servers, table: str) -> list[int]:
    asked = (
        f"select distinct partition from system.parts where active and "
        f"database = '{servers.address.database}' and table = '{_local(servers, table)}'"
    )
    shards = servers.shards if TABLES[table].sharded else servers.shards[:1]
    return sorted(
        {int(row[0]) for shard in shards for row in servers.ask_at(shard.replicas[0], asked)}
    )


def drop(servers: Servers, table: str, partitions: Iterable[int]) -> None:
    """Remove whole partitions, at once."""
    shards = servers.shards if TABLES[table].sharded else servers.shards[:1]
    for partition in partitions:
        for shard in shards:
            servers.ask_at(
                shard.replicas[0],
                f"alter table {local(servers.address, table)} drop partition {partition}",
            )


def _local(servers: Servers, table: str) -> str:
    return local(servers.address, table).rpartition(".")[2]
