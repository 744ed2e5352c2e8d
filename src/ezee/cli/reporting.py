"""What ``ezee export`` is asked for beside days and a format: one table of a report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated

from cyclopts import Group, Parameter

from ezee.clock import SystemClock
from ezee.errors import InvalidRequest
from ezee.exports.parts import ask_for_part
from ezee.exports.reports import table_of_report
from ezee.exports.tables import Table
from ezee.model.site import ReadableSite
from ezee.stats.parse import Parameters
from ezee.store.base import EventStore

_GROUP = Group("Of a report, with --table")


@Parameter(name="*", group=_GROUP)
@dataclass(frozen=True)
class Asked:
    """The parameters of stats by the names that they have in the API."""

    table: Annotated[
        str | None,
        Parameter(
            help="Write a table of the report instead of events: totals, timeseries, or the rows "
            "of a dimension, such as page, source,country or prop:plan."
        ),
    ] = None
    interval: Annotated[
        str | None, Parameter(help="How wide the buckets of timeseries are: day, say.")
    ] = None
    metrics: Annotated[str | None, Parameter(help="Which numbers, with commas between.")] = None
    filter: Annotated[
        list[str] | None,
        Parameter(negative="", help="What is counted, such as country:is:DE; may be repeated."),
    ] = None
    compare: Annotated[
        str | None,
        Parameter(help="Another range beside: previous, year, or 2025-10-01..2025-10-31."),
    ] = None
    order: Annotated[
        str | None, Parameter(allow_leading_hyphen=True, help="Of rows, such as -visits.")
    ] = None
    limit: Annotated[int | None, Parameter(help="How many rows; all unless given.")] = None
    offset: Annotated[int | None, Parameter(help="How many rows to leave out first.")] = None
    verified: Annotated[bool, Parameter(negative="", help="Only verified events.")] = False


def check_without_table(asked: Asked) -> None:
    """Refuse what events cannot be asked for.

    Raises:
        InvalidRequest: a part of a report is asked for without its table.
    """
    for name, _ in _given(asked):
        if name != "table":
            raise InvalidRequest(f"--{name} is of a report: say with --table which table of it.")


def table_asked(
    store: EventStore, site: ReadableSite, name: str, days: Parameters, asked: Asked
) -> Table:
    """The table that is asked for, in a format of that name. ``days`` are period, from and to.

    Raises:
        InvalidRequest: a parameter is wrong. Unavailable: the store cannot answer for now.
    """
    now = SystemClock().now()
    part = ask_for_part(store, site, [("format", name), *days, *_given(asked)], now)
    return table_of_report(store, site, part, now)


def days_asked(period: str | None, first: date | None, last: date | None) -> Parameters:
    """The parameters that name days."""
    named = (("period", period), ("from", first), ("to", last))
    return [(name, str(value)) for name, value in named if value is not None]


def _given(asked: Asked) -> Iterator[tuple[str, str]]:
    for field in fields(asked):
        value = getattr(asked, field.name)
        if isinstance(value, list):
            yield from ((field.name, each) for each in value)
        elif value is True:
            yield field.name, "1"
        elif value not in (None, False):
            yield field.name, str(value)
