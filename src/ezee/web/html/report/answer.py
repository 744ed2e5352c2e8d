"""What a report page shows: one question, asked as the API asks it, laid out for a template."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import msgspec

from ezee.accounts.tables import Annotation
from ezee.model.calendar import date_of, local_hour
from ezee.model.dimensions import EVERY_PROPERTY, PROPERTY
from ezee.model.dimensions import dimension as find
from ezee.model.query import Range, StatsQuery
from ezee.model.site import ReadableSite
from ezee.stats.changes import change, share
from ezee.stats.dropped import DroppedReport, report_dropped
from ezee.stats.kept import Gone
from ezee.stats.live import LiveReport, report_live
from ezee.stats.marks import bucket_of
from ezee.stats.run import Report, question, run
from ezee.store.base import EventStore
from ezee.web.html.report.chart import Drawing, draw, place_of
from ezee.web.html.report.filtering import chosen, excluded
from ezee.web.html.report.formats import kind_of
from ezee.web.html.report.panels import (
    MAP,
    PANELS,
    REVENUE,
    dimension_of,
    is_private,
)
from ezee.web.html.report.view import View

TOTALS = (
    "visitors",
    "visits",
    "pageviews",
    "views_per_visit",
    "bounce_rate",
    "visit_duration",
)
# Of these, more is not better, or neither.
_LESS_IS_BETTER = {"bounce_rate"}
# Enough for every country of the map.
_ROWS = 250
_SHOWN = 9
_LEVELS = 5


class Loaded(NamedTuple):
    """A question's answer, with what was not counted and who is here."""

    report: Report
    span: Range
    today: int
    dropped: DroppedReport
    live: LiveReport


class Money(msgspec.Struct, frozen=True):
    """What events have brought in a currency; ``change`` is None without anything before."""

    currency: str
    amount: float
    change: float | None


class Total(msgspec.Struct, frozen=True):
    """One of the large numbers. ``change`` is None where there is nothing to compare with."""

    name: str
    value: float
    before: float | None
    change: float | None
    mood: str
    link: str
    chosen: bool


class Row(msgspec.Struct, frozen=True):
    """A value of a breakdown; ``level`` is how dark it is on the map."""

    value: str
    visitors: int
    count: int
    share: float
    link: str
    exclude: str
    level: int


class Tab(msgspec.Struct, frozen=True):
    """A tab of a panel."""

    name: str
    link: str
    open: bool


class Card(msgspec.Struct, frozen=True):
    """A panel with its open tab; ``counted`` is what rows count beside visitors."""

    name: str
    tab: str
    dimension: str
    tabs: tuple[Tab, ...]
    rows: tuple[Row, ...]
    shown: tuple[Row, ...]
    total: int
    counted: str
    all_link: str
    csv_link: str
    told: bool


class Point(msgspec.Struct, frozen=True):
    """A bucket of the chart, beside that which it is compared with."""

    time: str
    value: float
    before_time: str
    before: float | None


class Flag(msgspec.Struct, frozen=True):
    """What was annotated in a bucket, ``left`` from the left in percent."""

    index: int
    left: float
    notes: tuple[Annotation, ...]


class Chart(msgspec.Struct, frozen=True):
    """A metric over time."""

    metric: str
    kind: str
    points: tuple[Point, ...]
    drawing: Drawing
    running: bool
    compared: bool
    flags: tuple[Flag, ...]


def load(store: EventStore, site: ReadableSite, view: View, now: int) -> Loaded:
    """Ask all that a page shows. Blocks.

    Of days whose events are gone it is what can be told: panels may be left out, and so is the
    comparison unless it was chosen.

    Raises:
        InvalidRequest: the address asks for what there is not. Unavailable: the store cannot
        answer for now.
    """
    tabs = {name: view.tab(name) for name in PANELS}
    names = TOTALS + (("revenue",) if tabs["events"] == REVENUE else ())
    asked = [*view.asked(), ("metrics", ",".join((*names, "events"))), ("limit", str(_ROWS))]
    wanted = [dimension_of(tab) for tab in tabs.values()]
    asked += [("dimension", name) for name in dict.fromkeys(wanted) if name]
    query = _told(store, site, asked, now, chosen=bool(view.one("compare")))
    with ThreadPoolExecutor() as beside:
        dropped = beside.submit(report_dropped, store, site, whole_days(query.range), now)
        live = beside.submit(report_live, store, site, now)
        report = run(store, site, query, now)
    today = local_hour(now, site.timezone).day
    return Loaded(report, query.range, today, dropped.result(), live.result())


def _told(
    store: EventStore, site: ReadableSite, asked: list[tuple[str, str]], now: int, *, chosen: bool
) -> StatsQuery:
    """The question, or what of it can be told; ``chosen`` tells that a comparison was."""
    try:
        return question(store, site, asked, now)
    except Gone as gone:
        untold = {("dimension", name) for name in gone.breakdowns}
        if "compare" in gone.fields and not chosen:
            untold |= {pair for pair in asked if pair[0] == "compare"}
        left = [pair for pair in asked if pair not in untold]
        # Without any, all that there are by default would be asked for.
        if len(left) == len(asked) or not any(name == "dimension" for name, _ in left):
            raise
        return question(store, site, left, now)


def whole_days(span: Range) -> list[tuple[str, str]]:
    """The parameters that ask for the days of a range, none of them cut."""
    return [("from", str(date_of(span.first_day))), ("to", str(date_of(span.last_day)))]


def money(report: Report) -> list[Money]:
    """What events have brought, by currency."""
    before = report.get("comparison", {}).get("totals", {}).get("revenue", {})
    amounts = report["totals"]["revenue"]
    return [
        Money(currency, amount, change(amount, before[currency]) if currency in before else None)
        for currency, amount in amounts.items()
    ]


def totals(view: View, report: Report) -> list[Total]:
    """The large numbers, each a link that has the chart show it."""
    before = report.get("comparison", {}).get("totals", {})
    return [
        Total(
            name,
            report["totals"][name],
            before.get(name),
            (moved := change(report["totals"][name], before[name]) if before else None),
            _mood(name, moved),
            view.with_(show=name).link,
            name == shown(view),
        )
        for name in TOTALS
    ]


def _mood(name: str, moved: float | None) -> str:
    if not moved:
        return ""
    return "up" if (moved > 0) != (name in _LESS_IS_BETTER) else "down"


def shown(view: View) -> str:
    """The metric of the chart."""
    asked = view.one("show", "visitors")
    return asked if asked in TOTALS else "visitors"


def chart(view: View, loaded: Loaded, notes: Sequence[Annotation] = ()) -> Chart:
    """The chart of the metric that is chosen, with what was annotated."""
    metric, series = shown(view), loaded.report["timeseries"]
    compared = loaded.report.get("comparison", {}).get("timeseries", [])
    values = [row[metric] for row in series]
    before = [row[metric] for row in compared][: len(series)]
    running = loaded.span.last_day == loaded.today and bool(series)
    return Chart(
        metric,
        kind_of(metric),
        tuple(_points(metric, series, compared)),
        draw(values, before, running=running, kind=kind_of(metric)),
        running,
        bool(compared),
        tuple(_flags(loaded, notes)),
    )


def _flags(loaded: Loaded, notes: Sequence[Annotation]) -> list[Flag]:
    labels = [row["time"] for row in loaded.report["timeseries"]]
    last = str(date_of(loaded.span.last_day))
    placed: dict[int, list[Annotation]] = {}
    for note in notes:
        index = bucket_of(note.day, last, labels)
        if index is not None:
            placed.setdefault(index, []).append(note)
    return [
        Flag(index, place_of(index, len(labels)), tuple(placed[index])) for index in sorted(placed)
    ]


def _points(metric: str, series: list[Any], compared: list[Any]) -> list[Point]:
    padded = [*compared[: len(series)], *[None] * (len(series) - len(compared))]
    return [
        Point(
            row["time"],
            row[metric],
            other["time"] if other else "",
            other[metric] if other else None,
        )
        for row, other in zip(series, padded, strict=True)
    ]


def cards(view: View, report: Report, path: str, *, private: bool = True) -> list[Card]:
    """The panels with their rows; without ``private`` as others than the owner may see them."""
    return [_card(view, report, path, name, private=private) for name in PANELS]


def _card(view: View, report: Report, path: str, name: str, *, private: bool) -> Card:
    tab = view.tab(name)
    dimension = dimension_of(tab)
    told = not dimension or dimension in report["breakdowns"]
    # The map shows them all.
    number = None if tab == MAP else _SHOWN
    rows = tuple(rows_of(view, report, dimension, number)) if dimension and told else ()
    tabs = tuple(
        Tab(
            each,
            view.with_(**{name: "" if each == PANELS[name].tabs[0] else each}).link,
            each == tab,
        )
        for each in (*PANELS[name].tabs, *(() if tab in PANELS[name].tabs else (tab,)))
        if private or not is_private(each)
    )
    return Card(
        name=name,
        tab=tab,
        dimension=dimension,
        tabs=tabs,
        rows=rows,
        shown=rows[:4] if tab == MAP else rows,
        total=report["rows"].get(dimension, 0),
        counted=find(dimension).count if dimension else "",
        all_link=view.at(f"{path}/all/{dimension}").link,
        csv_link=view.at(f"{path}/csv/{dimension or tab}").link,
        told=told,
    )


def rows_of(view: View, report: Report, dimension: str, number: int | None = None) -> list[Row]:
    """The first so many rows of a breakdown, or all, each a link that filters by it; a property's
    leads to its values.
    """
    counted, whole = find(dimension).count, report["totals"]["visitors"]
    rows = report["breakdowns"][dimension]
    most = max((row["visitors"] for row in rows), default=0)
    return [
        Row(
            row["value"],
            row["visitors"],
            row[counted],
            share(row["visitors"], whole),
            *_links(view, dimension, row["value"]),
            level(share(row["visitors"], most)),
        )
        for row in rows[:number]
    ]


def _links(view: View, dimension: str, value: str) -> tuple[str, str]:
    """What a row chooses, and what leaves it out."""
    if dimension == EVERY_PROPERTY:
        return view.with_(events=f"{PROPERTY}{value}").link, ""
    return chosen(view, dimension, value), excluded(view, dimension, value)


def level(part: float) -> int:
    """How dark a country is drawn, 1 to 5: each step is twice as many visitors or more."""
    return max(1, _LEVELS - sum(part <= 0.5**step for step in range(1, _LEVELS)))


def counted_by(dimension: str) -> str:
    """What rows of a dimension count beside visitors."""
    return find(dimension).count
