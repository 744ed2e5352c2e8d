"""Events judged anew: people's become bots', bots' people's, or those of another rule.

They are inserted where they belong, as a batch that nothing sees yet, under the numbers they had.
Then those that they replace are deleted, and the batch is seen. From the deletion on there is no
way back: whoever finds the batch so, finishes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from msgspec.structs import astuple

from ezee.model.event import Event
from ezee.store.changes import Move, Rejudge
from ezee.store.clickhouse import expired, visible
from ezee.store.clickhouse.batches import Part
from ezee.store.clickhouse.dialect import literal
from ezee.store.clickhouse.expired import Late, check_late
from ezee.store.clickhouse.fences import Overtaken
from ezee.store.clickhouse.mutations import Mutation, mutate
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.schema import local
from ezee.store.clickhouse.servers import Row, Servers
from ezee.store.clickhouse.sharding import shard_of
from ezee.store.clickhouse.sources import Reach
from ezee.store.clickhouse.states import Span, States
from ezee.store.clickhouse.visible import State, Visible

_TOGETHER = 1_000
_FEATURES = ("day", "browser", "version", "os", "device", "hints", "referrer")
_FIELDS = Event.__struct_fields__
_VISITOR = _FIELDS.index("visitor")
_DAY = _FIELDS.index("day")


class _Moved(NamedTuple):
    """A stored event, by what was it known as a bot's, and its new rule and category."""

    event: Row
    token: str
    seq: int
    new_rule: str
    new_category: str


def judge(servers: Servers, numbers: Numbers, states: States, change: Rejudge) -> int:
    """Carry out a judgement; returns how many events have moved."""
    while True:
        kept_from = expired.kept(servers, change.site).announced
        moved = list(_find(servers, visible.look(servers), change, kept_from))
        if not moved:
            return 0
        days = sorted({each.event[_DAY] for each in moved})
        spans = [Span(change.site, day, day) for day in days]
        try:
            _move(servers, numbers, states, moved, spans)
        except Overtaken as ahead:
            numbers.pass_by(ahead.upto)
        except Late:
            continue
        else:
            return len(moved)


def _move(
    servers: Servers,
    numbers: Numbers,
    states: States,
    moved: Sequence[_Moved],
    spans: Sequence[Span],
) -> None:
    batch = numbers.take()
    with states.writing(servers, batch, spans, State.MOVED):
        check_late(servers, [(span.site, span.first_day) for span in spans])
        for part in _parts(servers, moved, batch):
            part.insert(servers)
        states.tell(servers, batch, State.MOVING)
        finish(servers, numbers, batch)


def finish(servers: Servers, numbers: Numbers, batch: int) -> None:
    """Delete what the rows of a batch replace."""
    sites = servers.ask(
        f"select distinct site from events where batch = {batch} "
        f"union all select distinct site from bots where batch = {batch}"
    )
    if not sites:
        return
    events, bots = local(servers.address, "events"), local(servers.address, "bots")
    now_bots = f"select seq from {bots} where batch = {batch}"
    now_any = f"{now_bots} union all select seq from {events} where batch = {batch}"
    others = f"site = {sites[0][0]} and batch <> {batch} and seq in"
    replaced = [
        Mutation("events", f"{others} ({now_bots})"),
        Mutation("bots", f"{others} ({now_any})"),
    ]
    mutate(servers, numbers, replaced)


def _find(
    servers: Servers, seen: Visible, change: Rejudge, kept_from: int | None
) -> Iterator[_Moved]:
    # Two moves of the same events would store them twice; the last one holds.
    moves = {
        astuple(move)[:-2]: move
        for move in change.moves
        if kept_from is None or move.day >= kept_from
    }
    people = [move for move in moves.values() if not move.rule]
    bots = [move for move in moves.values() if move.rule]
    for table, some in (("events", people), ("bots", bots)):
        for first in range(0, len(some), _TOGETHER):
            among = some[first : first + _TOGETHER]
            yield from _matching(servers, seen, change.site, table, among)


def _matching(
    servers: Servers, seen: Visible, site: int, table: str, moves: Sequence[Move]
) -> Iterator[_Moved]:
    keys = _FEATURES if table == "events" else (*_FEATURES, "rule", "token")
    by_key = {tuple(getattr(move, name) for name in keys): move for move in moves}
    among = ", ".join(f"({', '.join(map(literal, key))})" for key in by_key)
    days = [move.day for move in moves]
    reach = Reach(seen, site, min(days), max(days))
    judged = "judged" if table == "events" else "1 = 1"
    verdict = "'' as rule, '' as token" if table == "events" else "rule, token"
    rows = servers.ask(
        f"select {', '.join(_FIELDS)}, {verdict}, seq from {table} "
        f"where {reach.where('site', 'day')} and {judged} and ({', '.join(keys)}) in ({among})"
    )
    for *event, rule, token, seq in rows:
        known = dict(zip((*_FIELDS, "rule", "token"), (*event, rule, token), strict=True))
        move = by_key[tuple(known[name] for name in keys)]
        yield _Moved(event, token, seq, move.new_rule, move.new_category)


def _parts(servers: Servers, moved: Sequence[_Moved], batch: int) -> list[Part]:
    rows: dict[tuple[int, str], list[tuple[object, ...]]] = {}
    for each in moved:
        shard = shard_of(each.event[_VISITOR], servers.weights)
        verdict = (each.new_rule, each.new_category, each.token) if each.new_rule else ()
        table = "bots" if each.new_rule else "events"
        row = (*each.event, *verdict, each.seq, batch)
        rows.setdefault((shard, table), []).append(row)
    return [Part(shard, table, each) for (shard, table), each in rows.items()]
