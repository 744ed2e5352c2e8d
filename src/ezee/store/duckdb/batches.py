"""A batch on its way into the tables: what of it is new, and what else it brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec.structs import astuple

from ezee.model.calendar import DAY
from ezee.model.event import Drops, Event
from ezee.store.base import Batch, Progress
from ezee.store.duckdb.file import Connection

Row = tuple[Any, ...]


class Sifted(NamedTuple):
    """The rows of a batch that are new, numbered up to ``latest``, and the places of events that
    are not.
    """

    events: list[Row]
    bots: list[Row]
    duplicates: list[int]
    latest: int


def sift(connection: Connection, batch: Batch, seq: int) -> Sifted:
    """Number what is new after ``seq``."""
    known = _known_ids(connection, batch)
    sifted = Sifted([], [], [], 0)
    for index, event in enumerate(batch.events):
        if _is_new(event, known):
            seq += 1
            sifted.events.append((*astuple(event), seq))
        else:
            sifted.duplicates.append(index)
    for bot in batch.bots:
        if _is_new(bot.event, known):
            seq += 1
            sifted.bots.append((*astuple(bot.event), bot.rule, bot.category, bot.token, seq))
    return sifted._replace(latest=seq)


def _is_new(event: Event, known: set[tuple[int, int]]) -> bool:
    """Whether the event's id was not seen before; from now on it was."""
    if not event.event_id:
        return True
    key = (event.site, event.event_id)
    if key in known:
        return False
    known.add(key)
    return True


def _known_ids(connection: Connection, batch: Batch) -> set[tuple[int, int]]:
    asked = [event for event in _every_event(batch) if event.event_id]
    if not asked:
        return set()
    since = min(event.received_at for event in asked) - DAY
    ids = [event.event_id for event in asked]
    rows = connection.execute(
        "select site, event_id from events where received_at > $since "
        "and event_id in (select unnest($ids::ubigint[])) union all "
        "select site, event_id from bots where received_at > $since "
        "and event_id in (select unnest($ids::ubigint[]))",
        {"since": since, "ids": ids},
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
        "(select coalesce(max(seq), 0) from bots), (select max(value) from state))"
    ).fetchone()
    return int(row[0]) if row else 0


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


def write_drops(connection: Connection, drops: Sequence[Drops]) -> None:
    """Add to what was not counted: one row a tracker, day and reason."""
    for each in drops:
        key = [each.site, each.day, each.reason]
        changed = connection.execute(
            "update drops set count = count + ? where site = ? and day = ? and reason = ?",
            [each.count, *key],
        ).fetchone()
        if not changed or not changed[0]:
            connection.execute("insert into drops values (?, ?, ?, ?)", [*key, each.count])
