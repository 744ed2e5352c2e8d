"""From parameters to one ``StatsQuery``; whatever is unknown or contradictory is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ezee.model.calendar import DAY, local_hour
from ezee.model.dimensions import (
    DEFAULT_DIMENSIONS,
    DIMENSIONS,
    PROPERTY,
    find_dimension,
    parts_of,
)
from ezee.model.metrics import DEFAULT_METRICS, METRICS, REVENUE, SERIES_METRICS
from ezee.model.query import Filter, Interval, Order, Range, StatsQuery
from ezee.stats import buckets, comparisons, filters, periods
from ezee.stats.kept import check_kept
from ezee.stats.reader import Reader, none_of

Parameters = Sequence[tuple[str, str]]

KNOWN = (
    "period",
    "from",
    "to",
    "interval",
    "metrics",
    "dimension",
    "filter",
    "compare",
    "order",
    "limit",
    "offset",
    "verified",
)
_MOST_ROWS = 1_000
_MOST_OFFSET = 1_000_000
MOST_BREAKDOWNS = 20
MOST_TOGETHER = 4


class Now(NamedTuple):
    """When and where a question is asked: the instant (ms), the zone, the first day with data, and
    the first whose events are there to be read, 0 where all are.
    """

    at: int
    zone: str
    first_event_day: int | None
    kept_from: int = 0


def parse(parameters: Parameters, now: Now) -> StatsQuery:
    """Build the query that the parameters ask for.

    Raises:
        InvalidRequest: with a detail for each parameter that is wrong.
    """
    reader = Reader(parameters, KNOWN)
    query = read_query(reader, now)
    reader.finish()
    check_kept(query, now.kept_from)
    return query


def read_query(reader: Reader, now: Now) -> StatsQuery:
    """The same from a reader that may know more, and that is still to say what is wrong."""
    span = _range(reader, now)
    interval = _interval(reader, now, span)
    metrics = _metrics(reader)
    return StatsQuery(
        range=span,
        interval=interval,
        metrics=metrics or DEFAULT_METRICS,
        breakdowns=_breakdowns(reader),
        order=_order(reader),
        limit=reader.number("limit", 10, 1, _MOST_ROWS),
        offset=reader.number("offset", 0, 0, _MOST_OFFSET),
        verified=_verified(reader),
        filters=_filters(reader),
        comparison=_comparison(reader, now, span, interval),
        series_metrics=metrics or SERIES_METRICS,
    )


def read_breakdown(
    reader: Reader, parameter: str, text: str, beside: Sequence[str] = ()
) -> str | None:
    """The breakdown that a text names, None where it names none.

    ``beside`` is what else the parameter may name.
    """
    parts = [part.strip() for part in parts_of(text)]
    unknown = [part for part in parts if find_dimension(part) is None]
    for part in unknown:
        reader.wrong(parameter, none_of(part, (*beside, *DIMENSIONS, f"{PROPERTY}<key>")))
    if len(parts) > MOST_TOGETHER:
        reader.wrong(parameter, f"a breakdown is by {MOST_TOGETHER} together at most")
    elif len(set(parts)) < len(parts):
        reader.wrong(parameter, "a breakdown is by each dimension once")
    elif not unknown:
        return ",".join(parts)
    return None


def _range(reader: Reader, now: Now) -> Range:
    period, first, last = reader.one("period"), reader.one("from"), reader.one("to")
    if first is None and last is None:
        period = periods.DEFAULT if period is None else period
        if period not in periods.NAMES:
            reader.wrong("period", none_of(period, periods.NAMES))
            period = periods.DEFAULT
        return periods.named(period, now.at, now.zone, now.first_event_day)
    if period is not None:
        reader.wrong("period", "cannot be combined with from and to")
    return _dates(reader, now, first, last)


def _dates(reader: Reader, now: Now, first: str | None, last: str | None) -> Range:
    days = []
    for name, text in (("from", first), ("to", last)):
        if text is None:
            reader.wrong(name, "is needed too: from and to go together")
            continue
        day = buckets.parse_day(text)
        if day is None:
            reader.wrong(name, buckets.expected_day(text))
        else:
            days.append(day)
    today = local_hour(now.at, now.zone).day
    if len(days) < 2:
        return Range(today, today)
    if days[0] > days[1]:
        reader.wrong("to", "must not lie before from")
        return Range(today, today)
    return Range(days[0], days[1])


def _interval(reader: Reader, now: Now, span: Range) -> Interval:
    text = reader.one("interval")
    if text is None:
        interval = periods.default_interval(span)
        if interval is Interval.HOUR and span.first_day < now.kept_from:
            # Of such a day there are no hours any more.
            interval = Interval.DAY
        if buckets.count(span, interval) > buckets.MOST:
            reader.wrong("from", f"would make more than {buckets.MOST:,} months up to that to")
            return Interval.MONTH
        return interval
    if text not in set(Interval):
        reader.wrong("interval", none_of(text, Interval))
        return periods.default_interval(span)
    interval = Interval(text)
    if interval is Interval.MINUTE and _length(span) > DAY:
        reader.wrong("interval", "minute is for ranges of up to 24 hours")
        return periods.default_interval(span)
    if buckets.count(span, interval) > buckets.MOST:
        reader.wrong("interval", f"{interval} would make more than {buckets.MOST:,} buckets here")
        return Interval.MONTH
    return interval


def _length(span: Range) -> int:
    if span.start is not None and span.end is not None:
        return span.end - span.start
    return (span.last_day - span.first_day + 1) * DAY


def _metrics(reader: Reader) -> tuple[str, ...]:
    """Those that are named; none, where none is."""
    texts = [part for value in reader.all("metrics") for part in value.split(",")]
    return reader.names("metrics", texts, (*METRICS, REVENUE))


def _breakdowns(reader: Reader) -> tuple[str, ...]:
    if not reader.all("dimension"):
        return DEFAULT_DIMENSIONS
    texts = reader.some("dimension", MOST_BREAKDOWNS)
    names = [read_breakdown(reader, "dimension", text) for text in texts]
    return tuple(dict.fromkeys(name for name in names if name is not None))


def _filters(reader: Reader) -> tuple[Filter, ...]:
    found = []
    for text in reader.some("filter", filters.MOST):
        try:
            found.append(filters.read_filter(text))
        except ValueError as error:
            reader.wrong("filter", str(error))
    if sum(len(each.values) for each in found if each.searches) > filters.MOST_SEARCHED:
        reader.wrong("filter", f"may look for {filters.MOST_SEARCHED} texts at most, all together")
    return tuple(dict.fromkeys(found))


def _comparison(reader: Reader, now: Now, span: Range, interval: Interval) -> Range | None:
    text, named = reader.one("compare"), reader.all("period")
    period = named[-1] if named else None
    if text is None:
        return None
    if period == "all":
        reader.wrong("compare", "has nothing to compare with when the period is all")
    elif text == "previous":
        return comparisons.previous(span, now.at, now.zone, period)
    elif text == "year":
        return comparisons.year_before(span, now.at, now.zone)
    else:
        return _dates_compared(reader, text, interval)
    return None


def _dates_compared(reader: Reader, text: str, interval: Interval) -> Range | None:
    first, _, last = text.partition("..")
    days = buckets.parse_day(first), buckets.parse_day(last)
    if days[0] is None or days[1] is None:
        reader.wrong("compare", _expected_dates(first, last))
        return None
    span = Range(days[0], days[1])
    if span.first_day > span.last_day:
        reader.wrong("compare", "must not end before it begins")
    elif interval is Interval.MINUTE and _length(span) > DAY:
        reader.wrong("compare", "minute is for ranges of up to 24 hours")
    elif buckets.count(span, interval) > buckets.MOST:
        reader.wrong("compare", f"would make more than {buckets.MOST:,} buckets by {interval}")
    return span


def _expected_dates(*texts: str) -> str:
    beyond = f"must be a date from {buckets.FIRST_DATE} to {buckets.LAST_DATE}"
    expected = {buckets.expected_day(text) for text in texts if buckets.parse_day(text) is None}
    if expected == {beyond}:
        return beyond
    return f"must be {' or '.join(comparisons.NAMES)} or dates such as 2025-10-01..2025-10-31"


ORDERS = ("visitors", "visits", "pageviews", "events", "value")


def _order(reader: Reader) -> Order:
    text = reader.one("order")
    if text is None:
        return Order()
    metric = text.removeprefix("-")
    if metric not in ORDERS:
        reader.wrong("order", f"{none_of(text, ORDERS)}, with or without -")
        return Order()
    return Order(metric, text.startswith("-"))


def _verified(reader: Reader) -> bool:
    text = reader.one("verified")
    if text not in {None, "1"}:
        reader.wrong("verified", "can only be 1; leave it out to count every event")
    return text == "1"
