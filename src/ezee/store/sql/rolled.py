"""What day roll-ups tell: a day's numbers by the values of one dimension, or of the day as a whole.

A row has its site, dimension, day and value; then ``visitors``, ``visits``, ``pageviews``,
``events``, ``bounces`` and ``duration`` as a filter for that value counts them; and ``viewers``,
the visitors that the value's row in a breakdown counts. The whole day is the empty value of the
dimension with the empty name.
"""

from __future__ import annotations

from collections.abc import Sequence

from ezee.model.rollable import key_of
from ezee.store.sql import Asked, Statement, write


def rolled_days(asked: Asked) -> Statement:
    """Per rolled day of the range, whatever is filtered: visitors, visits, pageviews, events,
    bounces, duration.
    """
    return write(
        """
        select day, visitors, visits, pageviews, custom as events, bounces, duration
        from {rolled} where {where} and upto > 0
        """,
        rolled=asked.source.rolled,
        where=_where(asked),
    )


def counted_days(asked: Asked) -> Statement:
    """Per rolled day, with the filter: visitors, visits, pageviews, events, bounces, duration."""
    if not asked.query.filters:
        return write("{days} and visitors > 0", days=rolled_days(asked))
    return write(
        """
        select day, visitors, visits, pageviews, events, bounces, duration
        from {rollups} where {where} and {key}
        """,
        rollups=asked.source.rollups,
        where=_told(asked),
        key=Statement("dimension = ? and value = ?", key_of(asked.query)),
    )


def revenue_days(asked: Asked) -> Statement:
    """Per rolled day and currency: the sum, in minor units, and of how many events it is."""
    return write(
        """
        select day, currency, amount, sales
        from {revenue} where {where} and {key}
        """,
        revenue=asked.source.revenue,
        where=_told(asked),
        key=Statement("dimension = ? and value = ?", key_of(asked.query)),
    )


def rolled_rows(asked: Asked, names: Sequence[str]) -> Statement:
    """Of some dimensions on rolled days: dimension, value, visitors, and what else the rows of
    its breakdown count.
    """
    filters = asked.query.filters
    value = Statement(" and value = ?", filters[0].values) if filters else Statement("")
    return write(
        """
        select dimension, value, viewers as visitors,
               case when dimension = 'page' then pageviews when dimension = 'event' then events
                    else visits end as hits
        from {rollups} where {where} and dimension in ({names}){value}
        """,
        rollups=asked.source.rollups,
        where=_told(asked),
        names=Statement(", ".join("?" * len(names)), tuple(names)),
        value=value,
    )


def _told(asked: Asked) -> Statement:
    there, told = _where(asked), asked.source.told
    return there if told is None else write("{there} and {told}", there=there, told=told)


def _where(asked: Asked) -> Statement:
    span = asked.query.range
    return Statement(
        "site = ? and day >= ? and day <= ?", (asked.site, span.first_day, span.last_day)
    )
