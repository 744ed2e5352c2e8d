"""``python -m bench.cluster``: what storing and reporting cost in both shapes, in one run.

The same events go into the embedded engine and into a ClickHouse cluster of two shards with two
replicas each and a ZooKeeper, all on this machine and in turn; then both are asked for the same
reports, and have to say the same. Beside the time that was waited stands the processor time of all
processes that were at work, which another job on the machine changes less. What follows for 1, 10
and 100 machines is in docs/cluster.md.
"""

from __future__ import annotations

import argparse
import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from tests.support.clickhouse import Cluster, two_shards

from bench.stats import QUESTIONS
from bench.traffic import BIG, make
from ezee.model.event import Event
from ezee.model.site import ReadableSite
from ezee.moving.copying import copy_events, extents, missing, rows_of, to_batch
from ezee.stats.run import run
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Erase, RollUp
from ezee.store.choice import open_cluster
from ezee.store.duckdb import DuckDBStore
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.looks import Condition

_SITE = ReadableSite(f"ezi_{BIG:012x}", "UTC", private=True)
_ASKED = (
    "default report, closed days",
    "default report, with today",
    "totals and series",
    "the same of one country",
    "a property",
)
_BATCHES = (1, 10, 100, 1000)
_TURNS = 5
_console = Console(width=120)


class Cost(NamedTuple):
    """Seconds that were waited, and that processors worked."""

    waited: float
    worked: float


class Shape(NamedTuple):
    """A store, and the other processes that work for it."""

    name: str
    store: EventStore
    pids: Sequence[int]


def main() -> None:
    """Measure and print."""
    options = _options()
    # The driver tells of every server that is not there yet.
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as folder,
        two_shards() as cluster,
    ):
        source = Path(folder) / "source"
        source.mkdir()
        make(source, options.events)
        shapes = [
            Shape("embedded", DuckDBStore(_made(Path(folder) / "embedded")), []),
            Shape("cluster", open_cluster(cluster.url("bench")), _pids(cluster)),
        ]
        with _open(source) as store:
            sample = _sample(store, options.inserted)
            _inserts(shapes, sample)
            _copied(shapes, store)
        _reports(shapes)
        per_event = _sizes(shapes, cluster, Path(folder) / "embedded")
        for shape in shapes:
            shape.store.close()
    _console.print(f"Bytes on disk for each event: {per_event}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.cluster", description=__doc__)
    parser.add_argument("--events", type=int, default=300_000, help="of the big tracker")
    parser.add_argument(
        "--inserted", type=int, default=50_000, help="at most, for each size of batches"
    )
    parser.add_argument("--data", type=Path, help="where to work")
    return parser.parse_args()


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@contextmanager
def _open(folder: Path) -> Iterator[DuckDBStore]:
    store = DuckDBStore(folder)
    try:
        yield store
    finally:
        store.close()


def _pids(cluster: Cluster) -> list[int]:
    assert cluster.zookeeper is not None
    return [each.pid for each in (*cluster.nodes, cluster.zookeeper)]


def _sample(store: EventStore, number: int) -> list[Event]:
    events: list[Event] = []
    for rows in rows_of(store, missing(extents(store), {})):
        events += to_batch(rows).events
        if len(events) >= number:
            return events[:number]
    return events


def _inserts(shapes: Sequence[Shape], sample: Sequence[Event]) -> None:
    """Events a second and work, by the size of batches, the shapes in turn."""
    table = Table(title="Storing: microseconds for each event, waited and worked")
    for name in (
        "events a batch",
        *(f"{s.name} {c}" for s in shapes for c in ("waited", "worked")),
    ):
        table.add_column(name, justify="right")
    for size in _BATCHES:
        events = sample[: max(size * _TURNS, min(len(sample), size * 50))]
        found = []
        for shape in shapes:
            cost = _cost(shape, lambda shape=shape, size=size: _store(shape.store, events, size))  # type: ignore[misc] # noqa: B023
            found += [f"{each / len(events) * 1e6:,.0f}" for each in cost]
        table.add_row(str(size), *found)
    _console.print(table)


def _store(store: EventStore, events: Sequence[Event], size: int) -> None:
    for start in range(0, len(events), size):
        store.append(Batch(events[start : start + size]))
    # What waits in a journal is stored too.
    store.describe()


def _copied(shapes: Sequence[Shape], source: EventStore) -> None:
    """All events go into both, as a move copies them."""
    for shape in shapes:
        _clear(shape.store)
        done: list[int] = []
        cost = _cost(
            shape,
            lambda store=shape.store: done.append(copy_events(source, store, lambda *_: None)),  # type: ignore[misc] # noqa: B023
        )
        _console.print(
            f"{shape.name}: {done[0]:,} events copied, {done[0] / cost.waited:,.0f} a second, "
            f"{cost.worked / done[0] * 1e6:,.0f} µs of work each"
        )
    shapes[0].store.change(RollUp(BIG))


def _clear(store: EventStore) -> None:
    for site in {site for site, _ in extents(store)}:
        store.change(Erase(site))


def _reports(shapes: Sequence[Shape]) -> None:
    table = Table(title="Reports: milliseconds waited and worked, medians")
    for name in ("", *(f"{s.name} {c}" for s in shapes for c in ("waited", "worked"))):
        table.add_column(name, justify="right")
    now = 20_700 * 86_400_000 + 80_000_000
    for name in _ASKED:
        query = replace(QUESTIONS[name], limit=10)
        costs: list[list[Cost]] = [[] for _ in shapes]
        answers = []
        for _ in range(_TURNS):
            answers = [run(shape.store, _SITE, query, now) for shape in shapes]
            for at, shape in enumerate(shapes):
                asked = lambda shape=shape, query=query: shape.store.query(_SITE, query)  # noqa: E731
                costs[at].append(_cost(shape, asked))
        assert answers[0] == answers[1], name
        found = [
            f"{median(getattr(cost, part) for cost in each) * 1000:,.1f}"
            for each in costs
            for part in ("waited", "worked")
        ]
        table.add_row(name, *found)
    _console.print(table)


def _sizes(shapes: Sequence[Shape], cluster: Cluster, folder: Path) -> str:
    ((*_, size, _, _, _),) = shapes[1].store.look(Condition())
    for node in cluster.nodes:
        for name in ("events", "bots"):
            node.ask(f"optimize table bench.{name}_local")
    events = [shape.store.describe().events for shape in shapes]
    ((*_, size, _, _, _),) = shapes[1].store.look(Condition())
    embedded = (folder / FILE_NAME).stat().st_size
    return (
        f"embedded {embedded / events[0]:,.0f}, with roll-ups; "
        f"cluster {int(size) / events[1]:,.0f} on each replica"
    )


def _cost(shape: Shape, work: Callable[[], object]) -> Cost:
    began, worked = time.monotonic(), _worked(shape)
    work()
    return Cost(time.monotonic() - began, _worked(shape) - worked)


def _worked(shape: Shape) -> float:
    """Seconds of all processors, of this process and those that work for the shape."""
    total = 0.0
    for pid in (os.getpid(), *shape.pids):
        spent = psutil.Process(pid).cpu_times()
        total += spent.user + spent.system
    return total


if __name__ == "__main__":
    main()
