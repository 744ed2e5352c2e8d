"""What a store answers: exact integers only. Ratios, labels and empty buckets come later."""

from __future__ import annotations

import msgspec


class Counts(msgspec.Struct, array_like=True):
    """The integers behind the metrics; ``duration`` in milliseconds."""

    visitors: int = 0
    visits: int = 0
    pageviews: int = 0
    events: int = 0
    bounces: int = 0
    duration: int = 0


class BreakdownRow(msgspec.Struct, frozen=True, array_like=True):
    """One value of a dimension; ``count`` is what the dimension's scope counts."""

    value: str
    visitors: int
    count: int


class Breakdown(msgspec.Struct, frozen=True, array_like=True):
    """The asked-for rows of one dimension, and how many there are in all."""

    rows: list[BreakdownRow]
    total: int


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One question's integers.

    ``series`` is keyed by what the interval needs: ``(day,)`` for days, weeks and months,
    ``(day, hour, offset)`` for hours, ``(day, hour, offset, minute)`` for minutes.
    """

    totals: Counts
    series: dict[tuple[int, ...], Counts]
    breakdowns: dict[str, Breakdown]
