"""``python -m bench.stats``: what reports cost, from day roll-ups and from raw events.

Makes traffic of a big tracker and a thousand small ones, rolls it up, adds the last hours of the
last day, and asks the store for reports of the big tracker, each both ways in turn. Beside the time
that was waited stands the processor time of all threads, which another job on the machine changes
less.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from unittest.mock import patch

import psutil
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from bench.traffic import BIG, DAYS, LAST_DAY, PatientStore, make, settle
from ezee.model.calendar import DAY
from ezee.model.dimensions import DEFAULT_DIMENSIONS
from ezee.model.query import Filter, Interval, Operator, Range, StatsQuery
from ezee.model.site import ReadableSite
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.looks import Live
from ezee.store.sql import EVENTS_ALONE

_SITE = ReadableSite(f"ezi_{BIG:012x}", "UTC", private=True)
_CLOSED = StatsQuery(Range(LAST_DAY - DAYS + 1, LAST_DAY - 1), Interval.DAY, (), DEFAULT_DIMENSIONS)
_COUNTRY = Filter("country", Operator.IS, ("DE",))
# More than a quarter of all events; then one of two hundred.
_PAGE = Filter("page", Operator.CONTAINS, ("/p/1",))
_FEW_PAGES = Filter("page", Operator.MATCHES, ("^/p/49",))
_WITH_TODAY = replace(_CLOSED, range=Range(LAST_DAY - DAYS + 1, LAST_DAY))
QUESTIONS = {
    "default report, closed days": _CLOSED,
    "default report, with today": _WITH_TODAY,
    "default report, today": replace(_CLOSED, range=Range(LAST_DAY, LAST_DAY)),
    "totals and series": replace(_CLOSED, breakdowns=()),
    "the same of one country": replace(_CLOSED, breakdowns=(), filters=(_COUNTRY,)),
    "a report of one country": replace(_WITH_TODAY, filters=(_COUNTRY,)),
    "totals of few pages that match": replace(_WITH_TODAY, breakdowns=(), filters=(_FEW_PAGES,)),
    "totals of many that contain": replace(_WITH_TODAY, breakdowns=(), filters=(_PAGE,)),
    "a report with both filters": replace(_WITH_TODAY, filters=(_COUNTRY, _PAGE)),
    "a property": replace(_WITH_TODAY, breakdowns=("prop:plan",)),
}


class Cost(NamedTuple):
    """Milliseconds: what was waited, and what processors were at work."""

    median: float
    p99: float
    worked: float


Taken = tuple[float, float]
"""How long (ms) something took, and how long processors worked for it."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m bench.stats")
    parser.add_argument(
        "--millions", type=float, nargs="+", default=[1.0],
        help="events of the big tracker, each number in a store of its own (default: 1)",
    )  # fmt: skip
    parser.add_argument("--days", type=int, default=DAYS, help="in so many days (default: 30)")
    parser.add_argument("--rounds", type=int, default=20, help="how often each is asked")
    parser.add_argument("--keep", type=Path, help="a folder to keep the events in, for later runs")
    chosen = parser.parse_args()
    if chosen.rounds < 2:
        parser.error("--rounds: one round has no 99th percentile; two at least.")
    console = Console(width=110)
    for millions in chosen.millions:
        with tempfile.TemporaryDirectory() as made:
            folder = (chosen.keep or Path(made)) / f"{millions:g}"
            if not (folder / FILE_NAME).exists():
                _prepare(folder, round(millions * 1e6), chosen.days, console)
            _measure(folder, chosen.rounds, console)


def _prepare(folder: Path, events: int, days: int, console: Console) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Day by day, as they come in life: a transaction holds in memory what it changes.
    with _timed(console, "traffic made, visits derived, big tracker rolled up"):
        for day in range(LAST_DAY - days + 1, LAST_DAY + 1):
            make(folder, events, days=days, only=day)
            settle(folder, BIG)
    with _timed(console, "the same of late events"):
        make(folder, events, days=days, late=True)
        settle(folder, BIG, roll=False)


def _measure(folder: Path, rounds: int, console: Console) -> None:
    store = PatientStore(folder)
    described = store.describe(BIG)
    size = (folder / FILE_NAME).stat().st_size
    every = store.describe().events
    console.print(
        f"{described.events:,} events of the big tracker, {every - described.events:,} of others; "
        f"{size / every:.1f} bytes an event on disk"
    )
    table = Table(title="milliseconds", caption="worked: processor time of all threads, at best")
    table.add_column("question")
    for column in ("rolled up", "p99", "worked", "raw", "p99", "worked", "ratio"):
        table.add_column(column, justify="right")
    for name, query in QUESTIONS.items():
        rolled, raw = _compare(store, query, rounds)
        table.add_row(
            name,
            *(f"{number:.1f}" for cost in (rolled, raw) for number in cost),
            f"{raw.worked / rolled.worked:.1f}",
        )
    now = (LAST_DAY + 1) * DAY - 3_600_000
    live = _cost(
        [_time(lambda: store.look(Live(BIG, now - 300_000, now, 10))) for _ in range(rounds)]
    )
    table.add_row("live", *(f"{number:.1f}" for number in live), "", "", "", "")
    console.print(table)
    memory = psutil.Process().memory_info().rss / 1e6
    console.print(f"{memory:.0f} MB of memory in this process, the store's and the bench's own")
    store.close()


def _compare(store: PatientStore, query: StatsQuery, rounds: int) -> tuple[Cost, Cost]:
    rolled: list[Taken] = []
    raw: list[Taken] = []
    expected = store.query(_SITE, query)
    for _ in range(rounds):
        rolled.append(_time(lambda: store.query(_SITE, query)))
        with _events_alone():
            raw.append(_time(lambda: store.query(_SITE, query)))
    with _events_alone():
        assert store.query(_SITE, query) == expected
    return _cost(rolled), _cost(raw)


def _events_alone() -> Any:
    return patch("ezee.store.answer.plan", lambda *_: EVENTS_ALONE)


def _cost(taken: Sequence[Taken]) -> Cost:
    times = [waited for waited, _ in taken]
    p99 = quantiles(times, n=100, method="inclusive")[98]
    return Cost(median(times), p99, min(worked for _, worked in taken))


def _time(work: Callable[[], object]) -> Taken:
    began, worked = time.perf_counter(), time.process_time()
    work()
    waited = time.perf_counter() - began
    return waited * 1000, (time.process_time() - worked) * 1000


@contextmanager
def _timed(console: Console, what: str) -> Iterator[None]:
    began = time.perf_counter()
    yield
    console.print(f"{what}: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
