"""What matches a question's filters, found once for all that is asked about it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ezee.model.dimensions import Scope, dimension, parts_of
from ezee.model.metrics import REVENUE
from ezee.model.query import Interval
from ezee.store.plan import Run
from ezee.store.sql import Asked, Source, Statement, write
from ezee.store.sql.filters import on_events
from ezee.store.sql.matching import events, owners, visits

_EVENTS = ("site", "day", "visitor", "kind")
_VISITS = ("site", "day", "visitor", "bounce", "duration")
_KEPT = Source(Statement("matched_events"), Statement("matched_visits"), whole=False)


def keep_matched(run: Run, asked: Asked, breakdowns: Iterable[str]) -> Asked:
    """The same question without filters, of temporary tables with what they match.

    For ranges of whole days alone: there every visit that owns an event has begun in the range.
    """
    columns = _columns(breakdowns)
    of_events = [*_EVENTS, *_event_columns(asked), *columns[False]]
    of_visits = [*_VISITS, *_visit_columns(asked), *columns[True]]
    run(_keep("matched_events", events(asked, of_events), of_events))
    run(_keep("matched_visits", _visits(asked, of_visits), of_visits))
    query = replace(asked.query, filters=(), verified=False)
    return asked._replace(query=query, source=_KEPT._replace(numbered=asked.source.numbered))


def _visits(asked: Asked, columns: Iterable[str]) -> Statement:
    if not on_events(asked.dialect, asked.query.filters):
        return visits(asked, columns)
    return owners(asked, Statement("select * from matched_events"), columns)


def _event_columns(asked: Asked) -> list[str]:
    """What is read of events, beside what always is, but for breakdowns."""
    query = asked.query
    bucket = _bucket(query.interval, "happened_at")
    owner = ["visit"] if asked.source.numbered else ["happened_at"]
    money = ["amount", "currency"] if REVENUE in query.metrics else []
    return [*dict.fromkeys([*bucket, *owner, *money])]


def _visit_columns(asked: Asked) -> list[str]:
    bucket = _bucket(asked.query.interval, "started_at")
    told_by = ["number", "alone"] if asked.source.numbered else ["started_at", "ended_at"]
    return [*dict.fromkeys([*bucket, *told_by])]


def _bucket(interval: Interval, instant: str) -> list[str]:
    """The columns that tell in which bucket of the series something is."""
    if interval not in {Interval.HOUR, Interval.MINUTE}:
        return []
    return ["hour", "utc_offset", *([instant] if interval is Interval.MINUTE else [])]


def _columns(breakdowns: Iterable[str]) -> dict[bool, list[str]]:
    """The columns that breakdowns read: of visits, or else of events."""
    read: dict[bool, list[str]] = {True: [], False: []}
    for each in {dimension(part) for name in breakdowns for part in parts_of(name)}:
        of_visits = each.scope is Scope.VISIT
        if each.column not in read[of_visits]:
            read[of_visits].append(each.column)
    return read


def _keep(table: str, rows: Statement, columns: Iterable[str]) -> Statement:
    return write(
        "create or replace temp table {table} as select {columns} from ({rows}) as matched",
        table=table,
        columns=", ".join(columns),
        rows=rows,
    )
