"""What the numbers mean, once more: plain Python over a list of events, nothing clever.

It shares no code with the service but the names of fields. Events are in the order in which they
were stored.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ezee.model.event import Event

PAGEVIEW, CUSTOM, ENGAGEMENT = 0, 1, 2
MINUTE = 60_000


class Visit(NamedTuple):
    """One visit of one visitor: its first event tells all but its pages and its length.

    ``counted`` are its events but those of engagement.
    """

    first: Event
    counted: list[Event]
    pageviews: int
    events: int
    bounce: bool
    duration: int
    entry_page: str
    exit_page: str
    ended_at: int


@dataclass(frozen=True)
class Question:
    """Local dates, both included; with instants (end excluded) when it cuts days.

    ``whole``: from the day of the first event on, where that is before ``first``.
    """

    first: date
    last: date
    now: int
    interval: str
    start: int | None = None
    end: int | None = None
    dimensions: tuple[str, ...] = ()
    order: str = "-visitors"
    limit: int = 10
    offset: int = 0
    verified: bool = False
    metrics: tuple[str, ...] = ()
    filters: tuple[tuple[str, str, tuple[str, ...]], ...] = ()
    whole: bool = False


def local(at: int, zone: str) -> datetime:
    """The wall clock of a zone."""
    return datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(zone))


def visits_of(events: Sequence[Event], zone: str) -> list[Visit]:
    """Every visit there was."""
    people: dict[tuple[date, int], list[tuple[int, int, int, Event]]] = {}
    for stored, event in enumerate(events):
        day = local(event.happened_at, zone).date()
        place = (event.happened_at, event.received_at, stored, event)
        people.setdefault((day, event.visitor), []).append(place)
    return [visit for person in people.values() for visit in _visits(sorted(person))]


def _visits(ordered: list[tuple[int, int, int, Event]]) -> Iterable[Visit]:
    groups: list[list[Event]] = []
    for at, _, _, event in ordered:
        if not groups or at - groups[-1][-1].happened_at >= 30 * MINUTE:
            groups.append([])
        groups[-1].append(event)
    for group in groups:
        counted = [event for event in group if event.kind != ENGAGEMENT]
        if counted:
            yield _visit(group, counted)


def _visit(group: list[Event], counted: list[Event]) -> Visit:
    pages = [event.page for event in counted if event.kind == PAGEVIEW]
    custom = [event for event in counted if event.kind == CUSTOM]
    ended_at = max(event.happened_at for event in group)
    return Visit(
        first=counted[0],
        counted=counted,
        pageviews=len(pages),
        events=len(custom),
        bounce=len(pages) == 1 and not any(event.interactive for event in custom),
        duration=ended_at - counted[0].happened_at,
        entry_page=pages[0] if pages else "",
        exit_page=pages[-1] if pages else "",
        ended_at=ended_at,
    )


def report(events: Sequence[Event], zone: str, question: Question) -> dict[str, Any]:
    """Totals, series, breakdowns and their numbers of rows, as the API gives them."""
    if question.whole:
        days = [local(event.happened_at, zone).date() for event in events]
        question = replace(question, first=min([question.first, *days]))
    every = visits_of(events, zone)
    chosen = [visit for visit in every if _visit_passes(visit, question)]
    seen = [
        event
        for visit in chosen
        for event in visit.counted
        if _event_passes(event, question) and _within(event.happened_at, zone, question)
    ]
    begun = [
        visit
        for visit in chosen
        if any(_event_passes(event, question) for event in visit.counted)
        and _within(visit.first.happened_at, zone, question)
    ]
    tables = {name: _table(name, seen, every, begun, zone) for name in question.dimensions}
    return {
        "totals": _chosen_metrics(seen, begun, zone, question.metrics),
        "timeseries": _series(seen, begun, zone, question),
        "breakdowns": {name: _cut(rows, question) for name, rows in tables.items()},
        "rows": {name: len(rows) for name, rows in tables.items()},
    }


def _within(at: int, zone: str, question: Question) -> bool:
    if not question.first <= local(at, zone).date() <= question.last:
        return False
    if question.start is None or question.end is None:
        return True
    return question.start <= at < question.end


def _event_passes(event: Event, question: Question) -> bool:
    """All that is asked of an event holds of this one."""
    of_events = [each for each in question.filters if _is_of_events(each[0])]
    return event.verified >= question.verified and all(
        (name == "page" or event.kind == CUSTOM) and _holds(_of_event(event, name), how, texts)
        for name, how, texts in of_events
    )


def _visit_passes(visit: Visit, question: Question) -> bool:
    of_visits = [each for each in question.filters if not _is_of_events(each[0])]
    return all(_holds(_value(visit, name), how, texts) for name, how, texts in of_visits)


def _is_of_events(name: str) -> bool:
    return name in {"page", "event"} or name.startswith("prop:")


def _of_event(event: Event, name: str) -> str:
    if name.startswith("prop:"):
        text: str = json.loads(event.props or "{}").get(name.removeprefix("prop:"), "")
        return text
    return event.page if name == "page" else event.name


def _holds(value: str, how: str, texts: tuple[str, ...]) -> bool:
    if how in {"is", "is_not"}:
        return (value in texts) == (how == "is")
    if how == "matches":
        return any(re.search(text, value) for text in texts)
    return any(text.lower() in value.lower() for text in texts) == (how == "contains")


def _people(events: Iterable[Event], zone: str) -> int:
    return len({(local(event.happened_at, zone).date(), event.visitor) for event in events})


def _chosen_metrics(
    seen: list[Event], begun: list[Visit], zone: str, names: tuple[str, ...]
) -> dict[str, Any]:
    values = _metrics(seen, begun, zone)
    return {name: _revenue(seen) if name == "revenue" else values[name] for name in names or values}


# Digits after the point.
_DIGITS = {"EUR": 2, "JPY": 0, "KWD": 3}


def _revenue(seen: list[Event]) -> dict[str, float]:
    sums: dict[str, Fraction] = {}
    for event in seen:
        if event.currency:
            amount = Fraction(event.amount, 10 ** _DIGITS[event.currency])
            sums[event.currency] = sums.get(event.currency, Fraction()) + amount
    return {currency: float(total) for currency, total in sums.items()}


def _metrics(seen: list[Event], begun: list[Visit], zone: str) -> dict[str, float]:
    pageviews = sum(event.kind == PAGEVIEW for event in seen)
    return {
        "visitors": _people(seen, zone),
        "visits": len(begun),
        "pageviews": pageviews,
        "events": sum(event.kind == CUSTOM for event in seen),
        "views_per_visit": _share(pageviews, len(begun)),
        "bounce_rate": _share(sum(visit.bounce for visit in begun), len(begun)),
        "visit_duration": _share(sum(visit.duration for visit in begun), len(begun) * 1000),
    }


def _share(part: int, whole: int) -> float:
    # round() of a Fraction is exact and half-even.
    return float(round(Fraction(part, whole), 4)) if whole else 0.0


def _series(
    seen: list[Event], begun: list[Visit], zone: str, question: Question
) -> list[dict[str, Any]]:
    label = _LABELS[question.interval]
    buckets = dict.fromkeys(_every_label(zone, question))
    rows = []
    for bucket in buckets:
        inside = [event for event in seen if label(event.happened_at, zone, question) == bucket]
        started = [v for v in begun if label(v.first.happened_at, zone, question) == bucket]
        names = question.metrics or ("visitors", "visits", "pageviews")
        rows.append({"time": bucket, **_chosen_metrics(inside, started, zone, names)})
    return rows


def _every_label(zone: str, question: Question) -> Iterable[str]:
    """The label of each minute of the range, so that no bucket can be missed."""
    label = _LABELS[question.interval]
    clock = question.interval in {"minute", "hour"}
    begin = datetime(question.first.year, question.first.month, question.first.day, tzinfo=UTC)
    at = round(begin.timestamp() * 1000) - 1560 * MINUTE
    # Whole days are met by any of their quarters; where days are cut, by quarters of an hour.
    step = MINUTE if clock else 360 * MINUTE if question.start is None else 15 * MINUTE
    end = at + ((question.last - question.first).days + 4) * 1440 * MINUTE
    if clock:
        end = min(end, question.now + 1)
    for moment in range(at, end, step):
        if _within(moment, zone, question):
            yield label(moment, zone, question)


def _hour(at: int, zone: str, question: Question) -> str:
    text = local(at, zone).isoformat(timespec="minutes")
    return f"{text[:14]}00{text[16:]}"


def _minute(at: int, zone: str, question: Question) -> str:
    return local(at, zone).isoformat(timespec="minutes")


def _day(at: int, zone: str, question: Question) -> str:
    return local(at, zone).date().isoformat()


def _week(at: int, zone: str, question: Question) -> str:
    day = local(at, zone).date()
    return max(day - timedelta(days=day.weekday()), question.first).isoformat()


def _month(at: int, zone: str, question: Question) -> str:
    return local(at, zone).date().isoformat()[:7]


_LABELS: dict[str, Callable[[int, str, Question], str]] = {
    "minute": _minute,
    "hour": _hour,
    "day": _day,
    "week": _week,
    "month": _month,
}


def _table(
    name: str, seen: list[Event], every: list[Visit], begun: list[Visit], zone: str
) -> list[dict[str, Any]]:
    names = name.split(",")
    # A visitor is counted with the visit that each of their events in the range belongs to.
    owned = [(event, _visit_of(event, every, zone)) for event in seen]
    if any(part == "event" or part.startswith("prop:") for part in names):
        count, kinds = "events", {CUSTOM}
    elif "page" in names:
        count, kinds = "pageviews", {PAGEVIEW}
    else:
        count, kinds = "visits", {PAGEVIEW, CUSTOM}
    people = [
        (event, row)
        for event, visit in owned
        if event.kind in kinds
        for row in _rows(names, event, visit)
    ]
    hits = [row for _, row in people]
    if count == "visits":
        hits = [row for visit in begun for row in _rows(names, visit.first, visit)]
    return [
        {
            **({"value": row[0]} if len(names) == 1 else {"values": row}),
            "visitors": _people((event for event, other in people if other == row), zone),
            count: hits.count(row),
        }
        for row in {*hits, *(row for _, row in people)}
    ]


def _rows(names: list[str], event: Event, visit: Visit) -> Iterable[tuple[str, ...]]:
    """The rows that an event is in: one, unless they are by each of its properties."""
    return product(*(_values(name, event, visit) for name in names))


def _values(name: str, event: Event, visit: Visit) -> list[str]:
    if name == "prop:*":
        return list(json.loads(event.props or "{}"))
    return [_of_event(event, name) if _is_of_events(name) else _value(visit, name)]


def _visit_of(event: Event, every: list[Visit], zone: str) -> Visit:
    day = local(event.happened_at, zone).date()
    (visit,) = [
        visit
        for visit in every
        if visit.first.visitor == event.visitor
        and local(visit.first.happened_at, zone).date() == day
        and visit.first.happened_at <= event.happened_at <= visit.ended_at
    ]
    return visit


def _value(visit: Visit, name: str) -> str:
    pages = {"entry_page": visit.entry_page, "exit_page": visit.exit_page}
    return pages[name] if name in pages else str(getattr(visit.first, name))


def _cut(rows: list[dict[str, Any]], question: Question) -> list[dict[str, Any]]:
    """Ties fall back to the value, whose order is that of its code points."""
    metric, down = question.order.lstrip("-"), question.order.startswith("-")
    rows = sorted(rows, key=_value_of_row, reverse=down and metric == "value")
    if metric != "value":
        sign = -1 if down else 1
        rows.sort(key=lambda row: sign * row.get(metric, row["visitors"]))
    return rows[question.offset : question.offset + question.limit]


def _value_of_row(row: dict[str, Any]) -> Any:
    return row["value"] if "value" in row else row["values"]


def assert_in_time(got: dict[str, Any], expected: dict[str, Any]) -> None:
    """The totals and the series are those of the plain reading."""
    assert got["totals"] == expected["totals"]
    # After them come buckets that are yet to begin, where a sender's clock is ahead.
    begun = len(expected["timeseries"])
    assert got["timeseries"][:begun] == expected["timeseries"]
    ahead = [row for row in got["timeseries"][begun:] if "visitors" in row]
    assert all(row["visitors"] or row["visits"] for row in ahead)
