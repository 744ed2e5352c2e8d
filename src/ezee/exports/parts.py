"""Which part of a report is asked for: all of it as JSON, or one of its tables as a file."""

from __future__ import annotations

from typing import NamedTuple

from msgspec.structs import replace

from ezee.exports.formats import FORMATS
from ezee.model.dimensions import dimension, parts_of, scope_of
from ezee.model.query import Interval, StatsQuery
from ezee.model.site import ReadableSite
from ezee.stats.kept import check_kept
from ezee.stats.parse import KNOWN, Now, Parameters, read_breakdown, read_query
from ezee.stats.reader import Reader, none_of
from ezee.stats.run import asked_at, check_private
from ezee.store.base import EventStore

PARAMETERS = ("format", "table")
JSON = "json"
FORMAT_NAMES = (JSON, *FORMATS)
TOTALS, TIMESERIES = TABLES = ("totals", "timeseries")

# More rows than any breakdown has.
EVERY_ROW = 1 << 53

_OF_BREAKDOWNS = ("dimension", "order", "limit", "offset")
# A table has no use for these; whoever gives one is to know that it changed nothing.
_USELESS = {
    TOTALS: ("interval", *_OF_BREAKDOWNS),
    TIMESERIES: _OF_BREAKDOWNS,
}
_USELESS_IN_BREAKDOWNS = ("interval", "compare", "dimension")


class Part(NamedTuple):
    """What is asked, the name of a format, and of a table unless that is JSON.

    The query of a table has the metrics that are its columns; that of a breakdown has the name
    of it alone, and its limit.
    """

    query: StatsQuery
    format: str
    table: str | None


def asks_for_file(parameters: Parameters) -> bool:
    """Whether the parameters, right or wrong, ask for a file."""
    return any(name == "format" and value in FORMATS for name, value in parameters)


def parameters_of(table: str | None) -> tuple[str, ...]:
    """Which parameters of a question a table is made by; all, where none is named."""
    useless = () if table is None else _USELESS.get(table, _USELESS_IN_BREAKDOWNS)
    return tuple(name for name in KNOWN if name not in useless)


def read_part(parameters: Parameters, now: Now) -> Part:
    """Read the parameters of a report.

    Raises:
        InvalidRequest: with a detail for each parameter that is wrong.
    """
    named = dict(parameters)
    reader = Reader(parameters, (*parameters_of(named.get("table")), *PARAMETERS))
    name = reader.one("format")
    if name is None:
        name = JSON
    elif name not in FORMAT_NAMES:
        reader.wrong("format", none_of(name, FORMAT_NAMES))
    table = _table(reader, name)
    query = read_query(reader, now)
    if table is not None:
        query = _query_of(reader, query, table)
    reader.finish()
    check_kept(query, now.kept_from, named="dimension" if table is None else "table")
    return Part(query, name, table)


def ask_for_part(store: EventStore, site: ReadableSite, parameters: Parameters, now: int) -> Part:
    """What parameters ask of this tracker. ``now`` is ms UTC. Blocks.

    Raises:
        InvalidRequest: a parameter is wrong. NotFound: it asks for what is the owner's to read.
        Unavailable: the store cannot answer for now.
    """
    part = read_part(parameters, asked_at(store, site, parameters, now))
    check_private(site, part.query)
    return part


def _table(reader: Reader, form: str) -> str | None:
    text = reader.one("table")
    if form == JSON and text is not None:
        reader.wrong("table", f"is for the formats {', '.join(FORMATS)}; json has every table")
    if form not in FORMATS:
        return None
    if text is None:
        reader.wrong("table", f"must name {', '.join(TABLES)} or a dimension: a file has one table")
        return None
    return text if text in TABLES else read_breakdown(reader, "table", text, TABLES)


def _query_of(reader: Reader, query: StatsQuery, table: str) -> StatsQuery:
    if table == TIMESERIES:
        return replace(query, breakdowns=(), metrics=query.series_metrics)
    # Nothing shows its buckets; those of days cost least.
    query = replace(query, breakdowns=(), interval=Interval.DAY)
    return query if table == TOTALS else _query_of_breakdown(reader, query, table)


def _query_of_breakdown(reader: Reader, query: StatsQuery, table: str) -> StatsQuery:
    names = parts_of(table)
    if len({name.lower() for name in names}) < len(names):
        reader.wrong("table", "a file cannot have columns that differ by case alone")
    counted = ("visitors", scope_of(dimension(name) for name in names).value)
    metrics = query.metrics if reader.all("metrics") else counted
    for name in metrics:
        if name not in counted:
            reader.wrong("metrics", f"{none_of(name, counted)}, which its rows count")
    limit = query.limit if reader.all("limit") else EVERY_ROW
    return replace(query, breakdowns=(table,), metrics=metrics, limit=limit)
