"""One question asked of any SQL engine: run its statements, gather the integers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ezee.model.query import StatsQuery
from ezee.model.result import Answer, Breakdown, BreakdownRow, Counts
from ezee.store import sql

Run = Callable[[sql.Statement], Sequence[Sequence[Any]]]


def answer(run: Run, site: int, query: StatsQuery) -> Answer:
    """Answer ``query`` with ``run``, which executes one statement within one snapshot."""
    series = _series(run, site, query, sql.BUCKET_COLUMNS[query.interval])
    by_day = series
    if sql.BUCKET_COLUMNS[query.interval] != ("day",):
        by_day = _series(run, site, query, ("day",))
    return Answer(
        totals=_sum(by_day),
        series=series,
        breakdowns={name: _breakdown(run, site, query, name) for name in query.breakdowns},
    )


def _series(
    run: Run, site: int, query: StatsQuery, columns: tuple[str, ...]
) -> dict[tuple[int, ...], Counts]:
    width = len(columns)
    buckets: dict[tuple[int, ...], Counts] = {}
    for row in run(sql.event_buckets(site, query, columns)):
        visitors, pageviews, events = (int(number) for number in row[width:])
        buckets[_key(row, width)] = Counts(visitors=visitors, pageviews=pageviews, events=events)
    for row in run(sql.visit_buckets(site, query, columns)):
        bucket = buckets.setdefault(_key(row, width), Counts())
        bucket.visits, bucket.bounces, bucket.duration = (int(number) for number in row[width:])
    return buckets


def _key(row: Sequence[Any], width: int) -> tuple[int, ...]:
    return tuple(int(part) for part in row[:width])


def _sum(by_day: dict[tuple[int, ...], Counts]) -> Counts:
    """Everything adds up over days, visitors too: a visitor is one local day's."""
    total = Counts()
    for counts in by_day.values():
        for name in Counts.__struct_fields__:
            setattr(total, name, getattr(total, name) + getattr(counts, name))
    return total


def _breakdown(run: Run, site: int, query: StatsQuery, name: str) -> Breakdown:
    rows, total = sql.breakdown(site, query, name)
    return Breakdown(
        rows=[BreakdownRow(value, int(visitors), int(hits)) for value, visitors, hits in run(rows)],
        total=int(run(total)[0][0]),
    )
