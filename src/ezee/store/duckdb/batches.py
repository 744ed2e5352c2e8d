"""A batch on its way into the tables: what of it is new, and what else it brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from msgspec.structs import astuple

from ezee.model.event import Bot, Event
from ezee.store.base import Batch, Progress
from ezee.store.duckdb.file import Connection
from ezee.store.order import in_order, is_new

Row = tuple[Any, ...]
# Visits are derived later.
_NO_VISIT = 0
# The senders' ids, each with its tracker, and when they were received.
Ids = dict[tuple[int, int], int]


class Sifted(NamedTuple):
    """The rows of a batch that are stored, numbered up to ``latest``, and the places of events that
    are not.
    """

    events: list[Row]
    bots: list[Row]
    refused: list[int]
    latest: int


def sift(
    batch: Batch, known: set[tuple[int, int]], seq: int, kept_from: Mapping[int, int]
) -> Sifted:
    """Number what is new after ``seq``; the ids that are ``known`` are not. Nothing is stored of
    days before the tracker's ``kept_from``. Of what has moved all is new.
    """
    known = known.copy()
    events: list[Row] = []
    bots: list[Row] = []
    refused: list[int] = []

    def is_taken(event: Event) -> bool:
        expired = bool(kept_from) and event.day < kept_from.get(event.site, event.day)
        return not expired and (batch.moved or is_new(event, known))

    for index, each in in_order(batch):
        if isinstance(each, Bot):
            if is_taken(each.event):
                seq += 1
                bots.append((*astuple(each.event), each.rule, each.category, each.token, seq))
        # Most have no id and nothing has expired, which is told without a call.
        elif (not each.event_id and not kept_from) or is_taken(each):
            seq += 1
            events.append((*astuple(each), seq, _NO_VISIT))
        else:
            refused.append(index)
    return Sifted(events, bots, refused, seq)


def ids_of(batch: Batch) -> Ids:
    """The senders' ids in a batch."""
    return {
        (event.site, event.event_id): event.received_at
        for event in _every_event(batch)
        if event.event_id
    }


def known_ids(connection: Connection, ids: Ids, since: int) -> set[tuple[int, int]]:
    """Those of the senders' ids that are in the tables, received past ``since``."""
    rows = connection.execute(
        "select site, event_id from events where received_at > $since "
        "and event_id in (select unnest($ids::ubigint[])) union all "
        "select site, event_id from bots where received_at > $since "
        "and event_id in (select unnest($ids::ubigint[]))",
        {"since": since, "ids": [event_id for _, event_id in ids]},
    ).fetchall()
    return set(rows)


def _every_event(batch: Batch) -> Iterator[Event]:
    yield from batch.events
    for bot in batch.bots:
        yield bot.event


def last_number(connection: Connection) -> int:
    """The highest number that was given to an event."""
    row = connection.execute(
        "select greatest((select coalesce(max(seq), 0) from events), "
        "(select coalesce(max(seq), 0) from bots), "
        "(select value from state where name = 'visits_up_to'))"
    ).fetchone()
    return int(row[0]) if row else 0


def last_settled(connection: Connection) -> int:
    """The number of the last entry of the journal that is in the tables."""
    return _last(connection, "journal")


def write_settled(connection: Connection, number: int) -> None:
    """Every entry of the journal up to that number is in the tables with this transaction."""
    connection.execute("delete from state where name = 'journal'")
    connection.execute("insert into state values ('journal', ?)", [number])


def write_progress(connection: Connection, site: int, progress: Progress) -> None:
    """How far an import has come takes the place of how far it had."""
    connection.execute(
        "delete from imports where site = ? and head = ? and head_size = ? and salts = ?",
        [site, progress.head, progress.head_size, progress.salts],
    )
    connection.execute(
        "insert into imports (site, head_size, head, lines, bytes, tail, salts, finished, "
        "unjudged) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [site, *astuple(progress)],
    )


# Statements of their own for each row would hold the commit up: a second may bring thousands.
_TALLY = """(
    select site, day, reason, sum(count)::bigint as count
    from (
        select unnest($sites::ubigint[]) as site, unnest($days::integer[]) as day,
               unnest($reasons::varchar[]) as reason, unnest($counts::bigint[]) as count
    )
    group by site, day, reason
) as tally"""
_WRITE_DROPS = (
    f"""
    update drops set count = drops.count + tally.count from {_TALLY}
    where drops.site = tally.site and drops.day = tally.day and drops.reason = tally.reason
    """,
    f"insert into drops select * from {_TALLY} anti join drops using (site, day, reason)",
)


def write_drops(connection: Connection, batch: Batch) -> None:
    """Add to what was not counted, once for each tally: one row a tracker, day and reason.

    Whoever sent a tally may not have heard that it was stored, and sends it again.
    """
    if batch.tally:
        if batch.tally == _last(connection, "tally"):
            return
        connection.execute("delete from state where name = 'tally'")
        connection.execute("insert into state values ('tally', ?)", [batch.tally])
    columns = {
        "sites": [each.site for each in batch.drops],
        "days": [each.day for each in batch.drops],
        "reasons": [each.reason for each in batch.drops],
        "counts": [each.count for each in batch.drops],
    }
    for statement in _WRITE_DROPS:
        connection.execute(statement, columns)


def is_stored(connection: Connection, batch: Batch) -> bool:
    """Whether a batch that is sent again was stored the last time."""
    return batch.again and batch.number == _last(connection, "batch")


def write_number(connection: Connection, number: int) -> None:
    """Remember by its number that a batch is stored."""
    connection.execute("delete from state where name = 'batch'")
    connection.execute("insert into state values ('batch', ?)", [number])


def _last(connection: Connection, name: str) -> int:
    row = connection.execute("select value from state where name = ?", [name]).fetchone()
    return int(row[0]) if row else 0
