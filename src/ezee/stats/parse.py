"""From parameters to one ``StatsQuery``; whatever is unknown or contradictory is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ezee.errors import FieldError, InvalidRequest
from ezee.model.calendar import DAY, local_hour
from ezee.model.dimensions import DEFAULT_DIMENSIONS, DIMENSIONS
from ezee.model.metrics import DEFAULT_METRICS, METRICS
from ezee.model.query import Interval, Order, Range, StatsQuery
from ezee.stats import buckets, periods

Parameters = Sequence[tuple[str, str]]

KNOWN = (
    "period",
    "from",
    "to",
    "interval",
    "metrics",
    "dimension",
    "order",
    "limit",
    "offset",
    "verified",
)
_MOST_ROWS = 1_000
_MOST_OFFSET = 1_000_000
_MOST_BREAKDOWNS = 20


class Now(NamedTuple):
    """When and where a question is asked: the instant (ms), the zone, the first day with data."""

    at: int
    zone: str
    first_event_day: int | None


def parse(parameters: Parameters, now: Now) -> StatsQuery:
    """Build the query that the parameters ask for.

    Raises:
        InvalidRequest: with a detail for each parameter that is wrong.
    """
    reader = _Reader(parameters)
    span = _range(reader, now)
    interval = _interval(reader, span)
    query = StatsQuery(
        range=span,
        interval=interval,
        metrics=_metrics(reader),
        breakdowns=_breakdowns(reader),
        order=_order(reader),
        limit=reader.number("limit", 10, 1, _MOST_ROWS),
        offset=reader.number("offset", 0, 0, _MOST_OFFSET),
        verified=_verified(reader),
    )
    reader.finish()
    return query


class _Reader:
    """The parameters, and what is wrong with them."""

    def __init__(self, parameters: Parameters) -> None:
        self._parameters = parameters
        self._errors: list[FieldError] = []
        for name in dict.fromkeys(name for name, _ in parameters):
            if name not in KNOWN:
                self.wrong(name, f"is not a parameter here; there are {', '.join(KNOWN)}")

    def wrong(self, name: str, message: str) -> None:
        self._errors.append(FieldError(name, message))

    def finish(self) -> None:
        if self._errors:
            sentence = "; ".join(f"{error.field}: {error.message}" for error in self._errors)
            raise InvalidRequest(sentence, self._errors)

    def all(self, name: str) -> list[str]:
        return [value for other, value in self._parameters if other == name]

    def one(self, name: str) -> str | None:
        values = self.all(name)
        if len(values) > 1:
            self.wrong(name, "may be given once only")
        return values[-1] if values else None

    def number(self, name: str, default: int, least: int, most: int) -> int:
        text = self.one(name)
        if text is None:
            return default
        if text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most:
            return int(text)
        self.wrong(name, f"must be a whole number from {least:,} to {most:,}")
        return default

    def names(self, name: str, texts: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
        known = tuple(known)
        given = [text.strip() for text in texts]
        for text in given:
            if text not in known:
                self.wrong(name, f"{_shown(text)} is none of {', '.join(known)}")
        return tuple(dict.fromkeys(text for text in given if text in known))


def _shown(text: str) -> str:
    short = "".join(letter for letter in text if letter.isprintable())[:40]
    return f'"{short}"'


def _range(reader: _Reader, now: Now) -> Range:
    period, first, last = reader.one("period"), reader.one("from"), reader.one("to")
    if first is None and last is None:
        period = periods.DEFAULT if period is None else period
        if period not in periods.NAMES:
            reader.wrong("period", f"{_shown(period)} is none of {', '.join(periods.NAMES)}")
            period = periods.DEFAULT
        return periods.named(period, now.at, now.zone, now.first_event_day)
    if period is not None:
        reader.wrong("period", "cannot be combined with from and to")
    return _dates(reader, now, first, last)


def _dates(reader: _Reader, now: Now, first: str | None, last: str | None) -> Range:
    days = []
    for name, text in (("from", first), ("to", last)):
        if text is None:
            reader.wrong(name, "is needed too: from and to go together")
            continue
        day = buckets.parse_day(text)
        if day is None:
            reader.wrong(name, "must be a date such as 2026-10-25")
        else:
            days.append(day)
    today = local_hour(now.at, now.zone).day
    if len(days) < 2:
        return Range(today, today)
    if days[0] > days[1]:
        reader.wrong("to", "must not lie before from")
        return Range(today, today)
    return Range(days[0], days[1])


def _interval(reader: _Reader, span: Range) -> Interval:
    text = reader.one("interval")
    if text is None:
        interval = periods.default_interval(span)
        if buckets.count(span, interval) > buckets.MOST:
            reader.wrong("from", f"would make more than {buckets.MOST:,} buckets, up to that to")
            return Interval.MONTH
        return interval
    if text not in set(Interval):
        reader.wrong("interval", f"{_shown(text)} is none of {', '.join(Interval)}")
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


def _metrics(reader: _Reader) -> tuple[str, ...]:
    texts = [part for value in reader.all("metrics") for part in value.split(",")]
    if not texts:
        return DEFAULT_METRICS
    return reader.names("metrics", texts, METRICS)


def _breakdowns(reader: _Reader) -> tuple[str, ...]:
    texts = reader.all("dimension")
    if not texts:
        return DEFAULT_DIMENSIONS
    if len(texts) > _MOST_BREAKDOWNS:
        reader.wrong("dimension", f"may be given {_MOST_BREAKDOWNS} times at most")
        return ()
    return reader.names("dimension", texts, DIMENSIONS)


_ORDERS = ("visitors", "visits", "pageviews", "events", "value")


def _order(reader: _Reader) -> Order:
    text = reader.one("order")
    if text is None:
        return Order()
    metric = text.removeprefix("-")
    if metric not in _ORDERS:
        reader.wrong("order", f"{_shown(text)} is none of {', '.join(_ORDERS)}, with or without -")
        return Order()
    return Order(metric, text.startswith("-"))


def _verified(reader: _Reader) -> bool:
    text = reader.one("verified")
    if text not in {None, "1"}:
        reader.wrong("verified", "can only be 1; leave it out to count every event")
    return text == "1"
