"""Cases for tests that hold reports to a plain reading: any events, and any question about them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import reduce
from typing import NamedTuple

from hypothesis import strategies as st

from ezee.model.dimensions import DIMENSIONS
from ezee.model.event import Event, Kind
from tests.support.clock import instant
from tests.support.events import event
from tests.support.reference import Question, local

MINUTE = 60_000
HOUR = 60 * MINUTE

# A zone and an instant close to one of its odd days.
PLACES = [
    # The turn of a year, after one with a leap day.
    ("UTC", "2025-01-01T12:00:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00:00+00:00"),
    ("Europe/Berlin", "2026-03-29T01:00:00+00:00"),
    ("America/New_York", "2026-11-01T06:00:00+00:00"),
    ("America/New_York", "2026-03-08T07:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-04-04T15:00:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30:00+00:00"),
    ("America/Sao_Paulo", "2018-11-04T03:00:00+00:00"),
    ("America/Sao_Paulo", "2018-02-18T02:00:00+00:00"),
    ("America/St_Johns", "2010-11-07T02:31:00+00:00"),
    ("Pacific/Apia", "2011-12-30T10:00:00+00:00"),
    ("Asia/Kathmandu", "2026-02-28T18:15:00+00:00"),
]
_PLACE_AND_TIME = st.sampled_from(PLACES)
_MINUTES = st.integers(-3 * 24 * 60, 2 * 24 * 60) | st.integers(-90, 90)
# Most of the events are within these days, some of them in the months before.
_DAYS_BACK = st.just(0) | st.just(0) | st.just(0) | st.sampled_from([28, 31, 88, 180, 364, 366])
_TEXTS = st.sampled_from(["", "a", "b", "Ä"])
_VISIT_TEXTS = (
    *("source", "channel", "referrer", "utm_source", "utm_medium", "utm_campaign", "utm_term"),
    *("utm_content", "country", "browser", "os", "device", "screen", "language"),
)


class Case(NamedTuple):
    """Events in the order they are stored, and a question about them."""

    zone: str
    around: int
    events: list[Event]
    parameters: list[tuple[str, str]]
    question: Question


@st.composite
def cases(draw: st.DrawFn, places: st.SearchStrategy[tuple[str, str]] = _PLACE_AND_TIME) -> Case:
    zone, text = draw(places)
    around = instant(text)
    events = [_draw_event(draw, zone, around) for _ in range(draw(st.integers(0, 14)))]
    question, parameters = draw(questions(zone, around))
    return Case(zone, around, events, parameters, question)


def _draw_event(draw: st.DrawFn, zone: str, around: int) -> Event:
    """Anything may come before or after anything: what is stored next need not be next."""
    at = around + draw(_MINUTES) * MINUTE + draw(st.sampled_from([0, 0, 1, 999, 59_999]))
    at -= draw(_DAYS_BACK) * 24 * HOUR
    kind = draw(st.sampled_from([Kind.PAGEVIEW, Kind.PAGEVIEW, Kind.CUSTOM, Kind.ENGAGEMENT]))
    return event(
        at,
        zone,
        received_at=at + draw(st.sampled_from([0, 0, 1, 5 * MINUTE, 20 * HOUR])),
        visitor=draw(st.integers(1, 3)),
        kind=kind,
        name="" if kind is Kind.PAGEVIEW else draw(st.sampled_from(["buy", "Sign up", "äh"])),
        page=draw(st.sampled_from(["/", "/a", "/B", ""])),
        interactive=draw(st.booleans()),
        verified=draw(st.booleans()),
        props=draw(st.sampled_from(["", *PROPS])),
        **dict(zip(("amount", "currency"), draw(st.sampled_from(SUMS)), strict=True)),
        **{name: draw(_TEXTS) for name in _VISIT_TEXTS},
    )


PROPS = ['{"plan":"pro"}', '{"plan":"Free","x.y-z":"say \\"\\u00e4\\""}']
SUMS = [(0, ""), (1250, "EUR"), (-5, "EUR"), (3, "JPY"), (1, "KWD")]
# What each dimension may be asked for, and expressions for it.
_ASKED = {
    "page": ["/", "/a", "/B", ""],
    "event": ["buy", "Sign up", "äh", ""],
    "prop:plan": ["pro", "Free", ""],
    "prop:x.y-z": ['say "ä"', ""],
    "entry_page": ["/", "/a", ""],
    "country": ["a", "b", "Ä", ""],
    "source": ["a", "Ä"],
}
_EXPRESSIONS = ["^/?$", "[A-Z]", "a|ä", "(b|p)(u|r)", "", "B", "say .ä"]
TOGETHER = [
    *("page,country", "country,browser", "event,prop:plan", "entry_page,exit_page,page"),
    *("page,event", "prop:plan", "prop:x.y-z,source", "prop:none"),
]
# An event is in the rows of each of its properties: these do not sum to anything.
_OF_PROPERTIES = ["prop:*", "event,prop:*", "prop:*,country,prop:plan"]
_ORDERS = ["-visitors", "visitors", "value", "-value", "-visits", "events", "-pageviews"]
_METRICS = [(), (), ("revenue",), ("visits", "revenue", "bounce_rate", "events")]

Asked = tuple[str, str, tuple[str, ...]]


@st.composite
def filters(draw: st.DrawFn) -> Asked:
    name = draw(st.sampled_from(sorted(_ASKED)))
    operator = draw(st.sampled_from(["is", "is", "is_not", "contains", "not_contains", "matches"]))
    texts = _ASKED[name]
    if operator.endswith("contains"):
        texts = [*filter(None, texts), "P", "R", "/b"]
    elif operator == "matches":
        texts = [*filter(None, _EXPRESSIONS)]
    values = draw(st.lists(st.sampled_from(texts), min_size=1, max_size=2, unique=True))
    return name, operator, tuple(values)


def written(asked: Asked) -> str:
    name, operator, values = asked
    return f"{name}:{operator}:" + "|".join(value.replace("|", r"\|") for value in values)


@st.composite
def questions(draw: st.DrawFn, zone: str, around: int) -> tuple[Question, list[tuple[str, str]]]:
    now = around + draw(st.integers(-3000, 3000)) * MINUTE + draw(st.integers(0, 59_999))
    first, last, start, end, parameters = draw(periods(zone, now))
    whole = parameters == [("period", "all")]
    intervals = ["day", "week", "month"] if whole else _intervals(first, last, start)
    interval = draw(st.sampled_from(intervals))
    names = st.sampled_from([*sorted(DIMENSIONS), *TOGETHER, *TOGETHER, *_OF_PROPERTIES])
    dimensions = tuple(draw(st.lists(names, unique=True, max_size=4)))
    asked = Question(
        *(first, last, now, interval, start, end),
        dimensions=dimensions or DEFAULTS,
        order=draw(st.sampled_from(_ORDERS)),
        limit=draw(st.sampled_from([1, 2, 10])),
        offset=draw(st.sampled_from([0, 0, 1])),
        verified=draw(st.sampled_from([False, False, True])),
        metrics=draw(st.sampled_from(_METRICS)),
        filters=tuple(draw(st.lists(filters(), max_size=3))),
        whole=whole,
    )
    return asked, [*parameters, *beside_the_period(asked, dimensions)]


def beside_the_period(asked: Question, dimensions: tuple[str, ...]) -> list[tuple[str, str]]:
    """The parameters of a question but for its period."""
    return [
        ("interval", asked.interval),
        *(("dimension", name) for name in dimensions),
        *(("filter", written(each)) for each in asked.filters),
        *([("metrics", ",".join(asked.metrics))] if asked.metrics else []),
        *([("verified", "1")] if asked.verified else []),
        ("order", asked.order),
        ("limit", str(asked.limit)),
        ("offset", str(asked.offset)),
    ]


DEFAULTS = ("page", "source", "country", "browser", "os", "device", "event")


def _intervals(first: date, last: date, start: int | None) -> list[str]:
    days = (last - first).days + 1
    if start is not None:
        return ["minute", "hour", "hour", "day"]
    if days == 1:
        return ["minute", "hour", "hour", "day"]
    return ["hour", "day", "day", "week", "month"] if days <= 3 else ["day", "week", "month"]


PERIODS = [
    *("today", "today", "yesterday", "24h", "24h", "7d", "30d", "90d", "month", "last_month"),
    *("year", "12mo", "all", "all", "dates", "dates"),
]


@st.composite
def periods(
    draw: st.DrawFn, zone: str, now: int
) -> tuple[date, date, int | None, int | None, list[tuple[str, str]]]:
    today = local(now, zone).date()
    name = draw(st.sampled_from(PERIODS))
    if name == "dates":
        first = today + timedelta(days=draw(st.integers(-4, 0)))
        last = first + timedelta(days=draw(st.integers(0, 3)))
        last = min(last, today)
        return first, last, None, None, [("from", str(first)), ("to", str(last))]
    if name == "24h":
        start, end = _last_24_hours(now, zone)
        days = {local(at, zone).date() for at in range(start, end, MINUTE)}
        return min(days), max(days), start, end, [("period", "24h")]
    month = today.replace(day=1)
    first, last = {
        "today": (today, today),
        "yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "7d": (today - timedelta(days=6), today),
        "30d": (today - timedelta(days=29), today),
        "90d": (today - timedelta(days=89), today),
        "month": (month, today),
        "last_month": (_month_before(month), month - timedelta(days=1)),
        "year": (today.replace(month=1, day=1), today),
        "12mo": (reduce(lambda first, _: _month_before(first), range(11), month), today),
        # It begins with the first event, where there is one before today.
        "all": (today, today),
    }[name]
    return first, last, None, None, [("period", name)]


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _last_24_hours(now: int, zone: str) -> tuple[int, int]:
    """The instants of the 24 distinct clock hours that end with the current one."""
    hours: list[str] = []
    start = at = now // MINUTE * MINUTE
    while len(hours) <= 24:
        start, label = at + MINUTE, f"{local(at, zone):%d %H %z}"
        if label not in hours:
            hours.append(label)
        at -= MINUTE
    end = now // MINUTE * MINUTE
    offset = local(now, zone).utcoffset()
    assert offset is not None
    ahead = round(offset.total_seconds() * 1000)
    while (end + ahead) % HOUR:
        end += MINUTE
    if end <= now:
        end += HOUR
    return start, end
