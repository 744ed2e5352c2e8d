"""Reading an event file back, and working out by brute force what its visits must be."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import duckdb

from ezee.store.changes import RollUp
from ezee.store.duckdb import DuckDBStore
from ezee.store.looks import Row, WrongRollups

_GAP = 30 * 60_000

VisitRow = tuple[int, int, int, int, int, int, int, str, str]


class _Event(NamedTuple):
    visitor: int
    day: int
    happened_at: int
    received_at: int
    seq: int
    kind: int
    interactive: bool
    page: str


class Found(NamedTuple):
    """How often each new page is there, how many events in all, and the visits of the visitors."""

    pages: Counter[str]
    total: int
    visits: Counter[VisitRow]
    expected_visits: Counter[VisitRow]
    wrong_rollups: list[Row]


def read_back(data: Path, scratch: Path, after: int) -> tuple[Found, int]:
    """Open a copy of a dead service's file and read all events past the number ``after``.

    Returns that and the number of the last event. A copy, so that the service that comes next has
    the repair before it still.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in data.glob("events.*"):
        shutil.copy(path, scratch)
    store = DuckDBStore(scratch)
    store._keeper.wait(60)
    wrong = _wrong_rollups(store)
    store.close()
    with duckdb.connect(scratch / "events.duckdb", read_only=True) as connection:
        rows = connection.execute(
            "select visitor, day, happened_at, received_at, seq, kind, interactive, page "
            "from events where visitor in (select visitor from events where seq > ?)",
            [after],
        ).fetchall()
        visits = connection.execute(
            "select visitor, day, started_at, ended_at, pageviews, events, bounce, entry_page, "
            "exit_page from visits "
            "where visitor in (select visitor from events where seq > ?)",
            [after],
        ).fetchall()
        (total, last) = connection.execute(
            "select count(*), coalesce(max(seq), 0) from events"
        ).fetchall()[0]
    events = [_Event(*row) for row in rows]
    pages = Counter(event.page for event in events if event.seq > after)
    return Found(pages, total, Counter(visits), _visits_of(events), wrong), last


def _wrong_rollups(store: DuckDBStore) -> list[Row]:
    """What of the roll-ups is not what the events say: as they were left, and with all events."""
    with store._engine() as file, file.lend() as connection:
        sites = connection.execute("select distinct site from events").fetchall()
    wrong = []
    for (site,) in sites:
        wrong += store.look(WrongRollups(site))
        store.change(RollUp(site))
        wrong += store.look(WrongRollups(site))
    return wrong


def _visits_of(events: list[_Event]) -> Counter[VisitRow]:
    by_visitor: dict[tuple[int, int], list[_Event]] = {}
    for event in events:
        by_visitor.setdefault((event.visitor, event.day), []).append(event)
    return Counter(visit for each in by_visitor.values() for visit in _visits_of_one(each))


def _visits_of_one(events: list[_Event]) -> list[VisitRow]:
    events.sort(key=lambda each: (each.happened_at, each.received_at, each.seq))
    groups: list[list[_Event]] = []
    for event in events:
        if groups and event.happened_at - groups[-1][-1].happened_at < _GAP:
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_visit(group) for group in groups]


def _visit(group: list[_Event]) -> VisitRow:
    first, last = group[0], group[-1]
    views = [event.page for event in group if event.kind == 0]
    others = [event for event in group if event.kind == 1]
    interactions = sum(event.interactive for event in others)
    return (
        first.visitor,
        first.day,
        first.happened_at,
        last.happened_at,
        len(views),
        len(others),
        int(len(views) == 1 and interactions == 0),
        views[0] if views else "",
        views[-1] if views else "",
    )
