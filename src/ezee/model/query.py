"""One question: a frozen value, built once at the edge, handed to every engine."""

from __future__ import annotations

from enum import StrEnum

import msgspec


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


class StatsQuery(msgspec.Struct, frozen=True):
    """What is asked of one tracker; with ``verified``, of verified events alone."""

    range: Range
    interval: Interval
    metrics: tuple[str, ...]
    breakdowns: tuple[str, ...]
    order: Order = Order()
    limit: int = 10
    offset: int = 0
    verified: bool = False
