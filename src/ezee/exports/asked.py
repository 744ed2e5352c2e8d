"""What an export is asked for: a format, and local days of the tracker."""

from __future__ import annotations

from typing import NamedTuple

from ezee.errors import InvalidRequest
from ezee.exports.formats import FORMATS
from ezee.model.calendar import date_of
from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.stats import periods
from ezee.stats.parse import Now, Parameters, parse
from ezee.stats.reader import Reader, none_of
from ezee.store.base import EventStore

PARAMETERS = ("format", "period", "from", "to")
DEFAULT_FORMAT = "csv"
DEFAULT_PERIOD = "all"
# Whole days are exported, and 24 hours cut two.
PERIODS = tuple(name for name in periods.NAMES if name != "24h")


class Asked(NamedTuple):
    """The name of a format and the days, both included."""

    format: str
    span: Range


def read_asked(parameters: Parameters, now: Now) -> Asked:
    """Read the parameters of an export.

    Raises:
        InvalidRequest: a parameter is wrong.
    """
    reader = Reader(parameters, PARAMETERS)
    name = reader.one("format")
    if name is None:
        name = DEFAULT_FORMAT
    elif name not in FORMATS:
        reader.wrong("format", none_of(name, FORMATS))
    reader.finish()
    days = _days(parameters)
    span = parse(days, now).range
    if span.start is not None:
        raise InvalidRequest.field("period", "24h cuts days; whole ones are exported")
    if span.first_day < now.kept_from:
        named = "from" if any(given == "from" for given, _ in days) else "period"
        raise beyond(named, now.kept_from)
    return Asked(name, span)


def beyond(name: str, kept_from: int) -> InvalidRequest:
    """That the parameter of that name reaches back beyond the events that are kept."""
    return InvalidRequest.field(name, f"events are kept from {date_of(kept_from)} on")


def ask_for_events(
    store: EventStore, site: ReadableSite, parameters: Parameters, now: int
) -> Asked:
    """The same, with days reaching back to a tracker's first event. ``now`` is ms UTC. Blocks.

    Raises:
        InvalidRequest: a parameter is wrong. Unavailable: the store cannot answer for now.
    """
    first_day = None
    if ("period", "all") in _days(parameters):
        # All that there is: of days before it there are no events.
        first_day = store.describe(site.key).first_day
        first_day = None if first_day is None else max(first_day, site.kept_from)
    return read_asked(parameters, Now(now, site.timezone, first_day, site.kept_from))


def _days(parameters: Parameters) -> list[tuple[str, str]]:
    """The parameters that name days; all of them, where none does."""
    named = [pair for pair in parameters if pair[0] != "format"]
    return named or [("period", DEFAULT_PERIOD)]
