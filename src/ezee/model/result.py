"""What a store answers: exact integers only. Ratios, labels and empty buckets come later."""

from __future__ import annotations

from decimal import Decimal

import msgspec


class Counts(msgspec.Struct, array_like=True):
    """The integers behind the metrics; ``duration`` in milliseconds.

    ``revenue`` is in minor units by currency, and nothing unless it was asked for. Its sums are
    decimals: they may not fit the 64 bits that integers have on the wire.
    """

    visitors: int = 0
    visits: int = 0
    pageviews: int = 0
    events: int = 0
    bounces: int = 0
    duration: int = 0
    revenue: dict[str, Decimal] = {}

    def numbers(self) -> dict[str, int]:
        """All but revenue, by name."""
        return {name: getattr(self, name) for name in _NUMBERS}

    def add(self, other: Counts) -> None:
        """Count what the other has counted as well."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for currency, amount in other.revenue.items():
            self.revenue[currency] = self.revenue.get(currency, Decimal()) + amount


_NUMBERS = tuple(name for name in Counts.__struct_fields__ if name != "revenue")


class BreakdownRow(msgspec.Struct, frozen=True, array_like=True):
    """One value of a dimension, or of several together; ``count`` is what their scope counts."""

    value: str | tuple[str, ...]
    visitors: int
    count: int


class Breakdown(msgspec.Struct, frozen=True, array_like=True):
    """The asked-for rows of one breakdown, and how many there are in all."""

    rows: list[BreakdownRow]
    total: int


Series = dict[tuple[int, ...], Counts]
"""Keyed by what the interval needs: ``(day,)`` for days, weeks and months, ``(day, hour, offset)``
for hours, ``(day, hour, offset, minute)`` for minutes.
"""


class Comparison(msgspec.Struct, frozen=True, array_like=True):
    """The integers of the range that a question is compared with."""

    totals: Counts
    series: Series


class Answer(msgspec.Struct, frozen=True, array_like=True):
    """One question's integers."""

    totals: Counts
    series: Series
    breakdowns: dict[str, Breakdown]
    comparison: Comparison | None = None
