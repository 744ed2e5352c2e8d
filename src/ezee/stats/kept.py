"""What can be asked of days whose events have expired: what their roll-ups tell, and no more."""

from __future__ import annotations

from msgspec.structs import replace

from ezee.errors import FieldError, InvalidRequest
from ezee.model.calendar import date_of
from ezee.model.query import Interval, StatsQuery
from ezee.model.rollable import EXPIRED, has_breakdown, reads_events, rolled_filters


class Gone(InvalidRequest):
    """A question is about events that are gone; those from ``kept_from`` on are there.

    ``fields`` are the parameters by which it is, ``last`` is the last day that it is about.
    ``breakdowns`` are those that cannot be told.
    """

    def __init__(
        self, details: list[FieldError], query: StatsQuery, kept_from: int, breakdowns: list[str]
    ) -> None:
        super().__init__("; ".join(f"{each.field}: {each.message}" for each in details), details)
        self.fields = {each.field for each in details}
        self.kept_from, self.last = date_of(kept_from), date_of(query.range.last_day)
        self.breakdowns = tuple(breakdowns)


def check_kept(query: StatsQuery, kept_from: int, named: str = "dimension") -> None:
    """See that a question is not about events that are gone; those from the day ``kept_from`` on
    are there. ``named`` is the parameter that names breakdowns.

    Raises:
        Gone: it is, with a detail for each parameter by which it is, and the day from which on it
            can be asked.
    """
    is_early = query.range.first_day < kept_from
    wrong = _needs(query, named) if is_early else []
    if query.comparison is not None and query.comparison.first_day < kept_from:
        there = replace(query, range=query.comparison)
        if reads_events(there, in_time=True):
            wrong.append(("compare", "such a question can be compared with days"))
    if wrong:
        since = f"from {date_of(kept_from)} on: {EXPIRED}"
        errors = [FieldError(name, f"{text} {since}") for name, text in wrong]
        raise Gone(errors, query, kept_from, _untold(query) if is_early else [])


def _needs(query: StatsQuery, named: str) -> list[tuple[str, str]]:
    """The parameters for which events have to be read, and what may be asked of them alone."""
    needs = []
    if query.range.start is not None:
        needs.append(("period", "hours can be asked for"))
    elif query.interval in {Interval.HOUR, Interval.MINUTE}:
        needs.append(("interval", f"{query.interval} can be asked for"))
    if query.verified:
        needs.append(("verified", "verified events can be asked for"))
    if not rolled_filters(query):
        needs.append(("filter", "filters other than one dimension:is:value can be asked for"))
    elif not needs:
        names = _untold(query)
        if names:
            under = " under this filter" if query.filters else ""
            needs.append((named, f"{_listed(names)}{under} can be asked for"))
    return needs


def _untold(query: StatsQuery) -> list[str]:
    return [name for name in query.breakdowns if not has_breakdown(query, name)]


def _listed(names: list[str]) -> str:
    *most, last = (name if name.isprintable() else "this" for name in names)
    return f"{', '.join(most)} and {last}" if most else last
