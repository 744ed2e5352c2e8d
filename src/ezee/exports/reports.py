"""One table of a report: its totals, its series, or the rows of a breakdown.

``docs/export.md`` tells its columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import NamedTuple

from msgspec.structs import replace

from ezee.exports.parts import TIMESERIES, TOTALS, Part
from ezee.exports.tables import Row, Table, Value
from ezee.model.calendar import date_of
from ezee.model.currency import exponent_of
from ezee.model.dimensions import parts_of
from ezee.model.metrics import METRICS, REVENUE
from ezee.model.query import Interval, StatsQuery
from ezee.model.result import BreakdownRow, Counts, Series
from ezee.model.site import ReadableSite
from ezee.stats import buckets
from ezee.stats.run import in_buckets
from ezee.store.base import EventStore

# A page costs the service that reads it about a second, most of it whatever its length.
PAGE = 50_000
# What a column of the range compared with is called, after the name of the other.
BEFORE = "_before"

_CLOCK = "timestamp with time zone"
_TIMES = {
    Interval.MINUTE: _CLOCK,
    Interval.HOUR: _CLOCK,
    Interval.DAY: "date",
    Interval.WEEK: "date",
    # 2026-10 is no date.
    Interval.MONTH: "varchar",
}
# The largest sums have 35 digits before the point.
_MONEY = "decimal(38, 3)"
_LONGEST_NAME = 100


class _Side(NamedTuple):
    """A range: the columns that say when, and for each row their values and the integers."""

    when: dict[str, str]
    rows: list[tuple[Row, Counts]]


Side = Callable[[ReadableSite, StatsQuery, int, Counts, Series], _Side]


def table_of_report(store: EventStore, site: ReadableSite, part: Part, now: int) -> Table:
    """The table that a part names. ``now`` is ms UTC. Blocks.

    A breakdown is read page by page, each of them one snapshot.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    if part.table == TOTALS:
        return _in_time(store, site, part.query, now, _totals)
    if part.table == TIMESERIES:
        return _in_time(store, site, part.query, now, _timeseries)
    return _breakdown(store, site, part.query)


def file_name(site: ReadableSite, part: Part) -> str:
    """``ezi_64a31d92b70f-page-2026-10-25-2026-11-23.csv``, with nothing a system would refuse."""
    table = re.sub(r"[^A-Za-z0-9_.-]+", "-", part.table or "")[:_LONGEST_NAME]
    first, last = (date_of(day) for day in (part.query.range.first_day, part.query.range.last_day))
    return f"{site.site_id}-{table}-{first}-{last}.{part.format}"


def _in_time(
    store: EventStore, site: ReadableSite, query: StatsQuery, now: int, side: Side
) -> Table:
    """What a range has, and beside it what the range has that it is compared with."""
    answer = store.query(site, query)
    sides = [side(site, query, now, answer.totals, answer.series)]
    if query.comparison is not None and answer.comparison is not None:
        before, compared = replace(query, range=query.comparison), answer.comparison
        sides.append(side(site, before, now, compared.totals, compared.series))
    currencies = sorted(
        {each for _, rows in sides for _, counts in rows for each in counts.revenue}
    )
    columns: dict[str, str] = {}
    for each, suffix in zip(sides, ("", BEFORE), strict=False):
        own = each.when | _columns(query.metrics, currencies)
        columns |= {f"{name}{suffix}": kind for name, kind in own.items()}
    cells = [_cells(each, query.metrics, currencies) for each in sides]
    # One range may have more buckets than the other.
    blank = [(None,) * (len(columns) // len(sides))] * len(sides)
    rows = [
        sum((row or none for row, none in zip(pair, blank, strict=True)), ())
        for pair in zip_longest(*cells)
    ]
    return Table(columns, iter([rows]))


def _totals(
    site: ReadableSite, query: StatsQuery, _now: int, totals: Counts, _series: Series
) -> _Side:
    kind = "date" if query.range.start is None else _CLOCK
    first, last = buckets.range_label(query.range, site.timezone)
    return _Side({"from": kind, "to": kind}, [((first, last), totals)])


def _timeseries(
    site: ReadableSite, query: StatsQuery, now: int, _totals: Counts, series: Series
) -> _Side:
    labelled = in_buckets(site, query, now, series)
    return _Side(
        {"time": _TIMES[query.interval]}, [((label,), counts) for label, counts in labelled.items()]
    )


def _columns(metrics: Iterable[str], currencies: Iterable[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for name in metrics:
        if name == REVENUE:
            columns |= {f"{REVENUE}_{currency}": _MONEY for currency in currencies}
        else:
            columns[name] = "bigint" if METRICS[name].additive else "double"
    return columns


def _cells(side: _Side, metrics: Sequence[str], currencies: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for when, counts in side.rows:
        integers = counts.numbers()
        values: list[Value] = [*when]
        for name in metrics:
            if name == REVENUE:
                values += [_amount(counts, currency) for currency in currencies]
            else:
                values.append(METRICS[name].value(integers))
        rows.append(tuple(values))
    return rows


def _amount(counts: Counts, currency: str) -> Decimal:
    return counts.revenue.get(currency, Decimal()).scaleb(-(exponent_of(currency) or 0))


def _breakdown(store: EventStore, site: ReadableSite, query: StatsQuery) -> Table:
    (name,) = query.breakdowns
    columns = dict.fromkeys(parts_of(name), "varchar") | _columns(query.metrics, ())
    return Table(columns, _pages(store, site, query, name))


def _pages(
    store: EventStore, site: ReadableSite, query: StatsQuery, name: str
) -> Iterator[Sequence[Row]]:
    given = 0
    while True:
        limit = min(PAGE, query.limit - given)
        page = replace(query, limit=limit, offset=query.offset + given)
        rows = store.query(site, page).breakdowns[name].rows
        yield [_row(row, query.metrics) for row in rows]
        given += len(rows)
        if len(rows) < limit or given == query.limit:
            return


def _row(row: BreakdownRow, metrics: Sequence[str]) -> Row:
    values = (row.value,) if isinstance(row.value, str) else row.value
    return (*values, *(row.visitors if name == "visitors" else row.count for name in metrics))
