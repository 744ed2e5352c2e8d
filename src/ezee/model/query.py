"""One question: a frozen value, built once at the edge, handed to every engine."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from ezee.model.dimensions import PROPERTY, parts_of
from ezee.model.metrics import REVENUE, SERIES_METRICS


class Interval(StrEnum):
    """How wide the buckets of a time series are."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Order(msgspec.Struct, frozen=True):
    """What a breakdown is sorted by; ties always fall back to the value."""

    metric: str = "visitors"
    descending: bool = True


class Range(msgspec.Struct, frozen=True):
    """Local days, both included; with instants (ms, end excluded) when it cuts days."""

    first_day: int
    last_day: int
    start: int | None = None
    end: int | None = None


class Operator(StrEnum):
    """How a filter compares. The two ``contains`` take no notice of case."""

    IS = "is"
    IS_NOT = "is_not"
    CONTAINS = "contains"
    NOT_CONTAINS = "not_contains"
    MATCHES = "matches"


class Filter(msgspec.Struct, frozen=True):
    """What a dimension's value must be: any of the values or, negated, none of them.

    ``matches`` takes RE2 expressions, which may match anywhere.
    """

    dimension: str
    operator: Operator
    values: tuple[str, ...]

    @property
    def searches(self) -> bool:
        """Whether it looks for its values within those of the dimension."""
        return self.operator not in {Operator.IS, Operator.IS_NOT}


class StatsQuery(msgspec.Struct, frozen=True):
    """What is asked of one tracker; with ``verified``, of verified events alone.

    ``breakdowns`` are names of dimensions, with commas between where one is by several together.
    ``series_metrics`` are shown of each bucket, ``metrics`` of all of them together.
    ``comparison`` is the range whose totals and series are asked for beside.
    """

    range: Range
    interval: Interval
    metrics: tuple[str, ...]
    breakdowns: tuple[str, ...]
    order: Order = Order()
    limit: int = 10
    offset: int = 0
    verified: bool = False
    filters: tuple[Filter, ...] = ()
    comparison: Range | None = None
    series_metrics: tuple[str, ...] = SERIES_METRICS

    @property
    def private(self) -> bool:
        """Whether it asks for what is the owner's to read: properties or revenue."""
        names = [part for name in self.breakdowns for part in parts_of(name)]
        names += [each.dimension for each in self.filters]
        return REVENUE in self.metrics or any(name.startswith(PROPERTY) for name in names)
