"""A batch on its way into the tables: what of it is new, and in which shard it is.

``batches`` is told first that a batch begins, then its rows are inserted, then it is settled, and
only from then on do its rows count. So it is stored wholly or not at all, over however many tables
and shards; what a writer left behind that has died in between counts nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from msgspec.structs import astuple

from ezee.model.calendar import DAY
from ezee.model.event import Bot, Drops, Event
from ezee.store.base import Batch
from ezee.store.clickhouse.dialect import literal
from ezee.store.clickhouse.numbers import STEP, Numbers
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.sharding import shard_of
from ezee.store.clickhouse.states import Span
from ezee.store.clickhouse.visible import Visible
from ezee.store.order import in_order, is_new

Row = tuple[Any, ...]


class Seen(IntEnum):
    """What has a number by which it is known when it comes again."""

    TALLY = 0
    BATCH = 1


class Part(NamedTuple):
    """Rows for one table of one shard."""

    shard: int
    table: str
    rows: list[Row]

    def insert(self, servers: Servers) -> None:
        """Have them stored; see ``Servers.insert``."""
        servers.insert(self.shard, self.table, list(TABLES[self.table].columns), self.rows)


class Numbered(NamedTuple):
    """What of a batch is new, under its number, and the places of events that are not stored; and
    of which days it has people's events, and of which any.
    """

    number: int
    parts: list[Part]
    refused: list[int]
    spans: list[Span]
    days: set[tuple[int, int]]


def number(
    servers: Servers,
    visible: Visible,
    batch: Batch,
    numbers: Numbers,
    kept_from: Mapping[int, int],
) -> Numbered:
    """Make rows of what is new in a batch; of what has moved all is. Nothing is stored of days
    before the tracker's ``kept_from``.
    """
    known = set() if batch.moved else _known_ids(servers, visible, batch)
    first = numbers.take(len(batch.events) + len(batch.bots) + 1)
    gathered = _Gathered(servers.weights, first)
    since = _ids_since(batch)
    refused = []
    seq = first
    for index, each in in_order(batch):
        event = each.event if isinstance(each, Bot) else each
        expired = event.day < kept_from.get(event.site, event.day)
        if not expired and (batch.moved or is_new(event, known)):
            seq += STEP
            gathered.add(each, seq, since)
        elif not isinstance(each, Bot):
            refused.append(index)
    if batch.drops and not is_seen(servers, visible, Seen.TALLY, batch.tally):
        gathered.add_drops(batch.drops)
        gathered.remember(Seen.TALLY, batch.tally)
    if batch.progress is not None:
        gathered.put(0, "imports", (batch.site, *astuple(batch.progress), first, first))
    if gathered.parts:
        gathered.remember(Seen.BATCH, batch.number)
    return Numbered(first, gathered.parts, refused, gathered.spans, gathered.days)


class _Gathered:
    """The rows of one batch, by table and shard."""

    def __init__(self, weights: Sequence[int], number: int) -> None:
        self._weights = weights
        self._number = number
        self._rows: dict[tuple[int, str], list[Row]] = {}
        self._of_people: set[tuple[int, int]] = set()
        self.days: set[tuple[int, int]] = set()

    @property
    def spans(self) -> list[Span]:
        return [Span(site, day, day) for site, day in sorted(self._of_people)]

    @property
    def parts(self) -> list[Part]:
        return [Part(shard, table, rows) for (shard, table), rows in self._rows.items()]

    def put(self, shard: int, table: str, row: Row) -> None:
        self._rows.setdefault((shard, table), []).append(row)

    def add(self, each: Event | Bot, seq: int, since: int) -> None:
        """An event; its id is noted where it may come again: if it was received past ``since``."""
        event, table, verdict = _told(each)
        shard = shard_of(event.visitor, self._weights)
        self.put(shard, table, (*astuple(event), *verdict, seq, self._number))
        self.days.add((event.site, event.day))
        if table == "events":
            self._of_people.add((event.site, event.day))
        if event.event_id and event.received_at > since:
            known = (event.event_id, event.site, event.received_at, event.day)
            self.put(shard, "ids", (*known, seq, self._number))

    def remember(self, what: Seen, number: int) -> None:
        if number:
            self.put(0, "seen", (number, int(what), self._number, self._number))

    def add_drops(self, drops: Sequence[Drops]) -> None:
        counts: dict[tuple[int, int, str], int] = {}
        for each in drops:
            key = (each.site, each.day, str(each.reason))
            counts[key] = counts.get(key, 0) + each.count
        for key, count in counts.items():
            self.put(0, "drops", (*key, count, self._number, self._number))


def _told(each: Event | Bot) -> tuple[Event, str, tuple[str, ...]]:
    """An event, its table, and what was found of it."""
    if isinstance(each, Bot):
        return each.event, "bots", (each.rule, each.category, each.token)
    return each, "events", ()


def _known_ids(servers: Servers, visible: Visible, batch: Batch) -> set[tuple[int, int]]:
    every = (*batch.events, *(bot.event for bot in batch.bots))
    asked = [event for event in every if event.event_id]
    if not asked:
        return set()
    since = min(event.received_at for event in asked) - DAY
    ids = ", ".join(str(event.event_id) for event in asked)
    found = servers.ask(
        "select distinct site, event_id, day from ids "
        f"where received_at > {since} and event_id in ({ids}) and {visible.condition}"
    )
    return _still_there(servers, visible, found, since) if found else set()


def _ids_since(batch: Batch) -> int:
    """Ids that were received up to then cannot come again: of what has moved most are so old."""
    if not batch.moved:
        return 0
    events = (each.event if isinstance(each, Bot) else each for _, each in in_order(batch))
    return max((event.received_at for event in events), default=0) - DAY


def _still_there(
    servers: Servers, visible: Visible, found: Sequence[Sequence[int]], since: int
) -> set[tuple[int, int]]:
    """Those whose events were not erased since."""
    sites, ids, days = (
        ", ".join({str(each) for each in column}) for column in zip(*found, strict=True)
    )
    where = (
        f"site in ({sites}) and day in ({days}) and event_id in ({ids}) "
        f"and received_at > {since} and {visible.condition}"
    )
    rows = servers.ask(
        f"select site, event_id from events where {where} "
        f"union all select site, event_id from bots where {where}"
    )
    return {(site, event_id) for site, event_id in rows}


def is_seen(servers: Servers, visible: Visible, what: Seen, number: int) -> bool:
    """Whether what has this number is stored; nothing has the number 0."""
    if not number:
        return False
    where = f"number = {literal(number)} and what = {int(what)} and {visible.condition}"
    return bool(servers.ask(f"select count(*) from seen where {where}")[0][0])
