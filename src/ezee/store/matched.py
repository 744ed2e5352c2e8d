"""What matches a question's filters, found once for all that is asked about it."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from ezee.model.dimensions import Scope, dimension, parts_of
from ezee.store.plan import Run
from ezee.store.sql import Asked, Source, Statement, write
from ezee.store.sql.filters import on_events
from ezee.store.sql.matching import events, owners, visits

_BUCKET = ("site", "day", "hour", "utc_offset")
_EVENTS = (*_BUCKET, "visitor", "happened_at", "kind", "amount", "currency")
_VISITS = (*_BUCKET, "visitor", "started_at", "ended_at", "bounce", "duration")
_KEPT = Source(Statement("matched_events"), Statement("matched_visits"))


def keep_matched(run: Run, asked: Asked, breakdowns: Iterable[str]) -> Asked:
    """The same question without filters, of temporary tables with what they match.

    For ranges of whole days alone: there every visit that owns an event has begun in the range.
    """
    columns = _columns(breakdowns)
    of_events = [*_EVENTS, *columns[False]]
    of_visits = [*_VISITS, *columns[True]]
    run(_keep("matched_events", events(asked), of_events))
    run(_keep("matched_visits", _visits(asked, of_visits), of_visits))
    query = replace(asked.query, filters=(), verified=False)
    return asked._replace(query=query, source=_KEPT)


def _visits(asked: Asked, columns: Iterable[str]) -> Statement:
    if not on_events(asked.dialect, asked.query.filters):
        return visits(asked, columns)
    return owners(asked, Statement("select * from matched_events"), columns)


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
