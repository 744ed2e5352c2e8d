"""What the numbers mean, once more: plain Python over a list of events, nothing clever.

It shares no code with the service but the names of fields. Events are in the order in which they
were stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from ezee.model.event import Event

PAGEVIEW, CUSTOM, ENGAGEMENT = 0, 1, 2
MINUTE = 60_000


class Visit(NamedTuple):
    """One visit of one visitor: its first event tells all but its pages and its length.

    It is verified when any event that counts in it is.
    """

    first: Event
    pageviews: int
    events: int
    bounce: bool
    duration: int
    entry_page: str
    exit_page: str
    ended_at: int
    verified: bool


@dataclass(frozen=True)
class Question:
    """Local dates, both included; with instants (end excluded) when it cuts days."""

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
        pageviews=len(pages),
        events=len(custom),
        bounce=len(pages) == 1 and not any(event.interactive for event in custom),
        duration=ended_at - counted[0].happened_at,
        entry_page=pages[0] if pages else "",
        exit_page=pages[-1] if pages else "",
        ended_at=ended_at,
        verified=any(event.verified for event in counted),
    )


def report(events: Sequence[Event], zone: str, question: Question) -> dict[str, Any]:
    """Totals, series, breakdowns and their numbers of rows, as the API gives them."""
    seen = [
        event
        for event in events
        if event.kind != ENGAGEMENT
        and event.verified >= question.verified
        and _within(event.happened_at, zone, question)
    ]
    every = visits_of(events, zone)
    begun = [
        visit
        for visit in every
        if visit.verified >= question.verified and _within(visit.first.happened_at, zone, question)
    ]
    tables = {name: _table(name, seen, every, begun, zone) for name in question.dimensions}
    return {
        "totals": _metrics(seen, begun, zone),
        "timeseries": _series(seen, begun, zone, question),
        "breakdowns": {name: _cut(rows, question) for name, rows in tables.items()},
        "rows": {name: len(rows) for name, rows in tables.items()},
    }


def _within(at: int, zone: str, question: Question) -> bool:
    if question.start is not None and question.end is not None:
        return question.start <= at < question.end
    return question.first <= local(at, zone).date() <= question.last


def _people(events: Iterable[Event], zone: str) -> int:
    return len({(local(event.happened_at, zone).date(), event.visitor) for event in events})


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
        rows.append(
            {
                "time": bucket,
                "visitors": _people(inside, zone),
                "visits": len(started),
                "pageviews": sum(event.kind == PAGEVIEW for event in inside),
            }
        )
    return rows


def _every_label(zone: str, question: Question) -> Iterable[str]:
    """The label of each minute of the range, so that no bucket can be missed."""
    label = _LABELS[question.interval]
    clock = question.interval in {"minute", "hour"}
    begin = datetime(question.first.year, question.first.month, question.first.day, tzinfo=UTC)
    at = round(begin.timestamp() * 1000) - 1560 * MINUTE
    # Days, weeks and months are met by any of their quarters of an hour.
    step = MINUTE if clock else 15 * MINUTE
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
    if name in {"page", "event"}:
        kind, count = (PAGEVIEW, "pageviews") if name == "page" else (CUSTOM, "events")
        column = "page" if name == "page" else "name"
        chosen = [event for event in seen if event.kind == kind]
        values = {getattr(event, column) for event in chosen}
        groups = {v: [event for event in chosen if getattr(event, column) == v] for v in values}
        return [
            {"value": value, "visitors": _people(group, zone), count: len(group)}
            for value, group in groups.items()
        ]
    # A visitor is counted with the visit that each of their events in the range belongs to.
    owned = [(event, _visit_of(event, every, zone)) for event in seen]
    values = {_value(visit, name) for _, visit in owned} | {_value(v, name) for v in begun}
    return [
        {
            "value": value,
            "visitors": _people((e for e, visit in owned if _value(visit, name) == value), zone),
            "visits": sum(_value(visit, name) == value for visit in begun),
        }
        for value in values
    ]


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
    rows = sorted(rows, key=lambda row: row["value"], reverse=down and metric == "value")
    if metric != "value":
        sign = -1 if down else 1
        rows.sort(key=lambda row: sign * row.get(metric, row["visitors"]))
    return rows[question.offset : question.offset + question.limit]
