"""What day roll-ups can tell of a question, and for what of it events themselves have to be read.

A roll-up has a day's numbers as a whole, and by the values of each dimension by itself.
"""

from __future__ import annotations

from ezee.model.dimensions import DIMENSIONS
from ezee.model.query import Filter, Interval, Operator, StatsQuery

WHOLE_DAY = ""
"""The name of the dimension whose one value, the empty one, is the day as a whole."""
EXPIRED = "of earlier days only what they add up to is kept"
"""Why a question cannot be asked of days whose events have expired."""
_OF_DAYS = (Interval.DAY, Interval.WEEK, Interval.MONTH)


def has_totals(query: StatsQuery) -> bool:
    """Whether roll-ups have the question's totals, and its series of days."""
    if query.verified or query.range.start is not None:
        return False
    return rolled_filters(query)


def has_breakdown(query: StatsQuery, name: str) -> bool:
    """Whether roll-ups have the question's breakdown of that name."""
    return has_totals(query) and name in DIMENSIONS and key_of(query)[0] in {WHOLE_DAY, name}


def key_of(query: StatsQuery) -> tuple[str, str]:
    """The dimension and value whose roll-ups have the question's totals."""
    for only in query.filters:
        return only.dimension, only.values[0]
    return WHOLE_DAY, ""


def reads_events(query: StatsQuery, *, in_time: bool = False) -> bool:
    """Whether days without a roll-up's events cannot be asked this; with ``in_time``, of its totals
    and its series alone.
    """
    if not has_totals(query) or query.interval not in _OF_DAYS:
        return True
    return not in_time and not all(has_breakdown(query, name) for name in query.breakdowns)


def rolled_filters(query: StatsQuery) -> bool:
    """Whether roll-ups have what the filters leave, as far as they are concerned."""
    return len(query.filters) <= 1 and all(map(_is_one_value, query.filters))


def _is_one_value(each: Filter) -> bool:
    return each.dimension in DIMENSIONS and each.operator is Operator.IS and len(each.values) == 1
