"""``python -m bench.readers``: what readers wait while events come in.

A service is given a month of one tracker's events. Then readers each ask for the default report
at an even pace, while events are sent at another, each when the one before it on its connection is
answered. Printed is what either waited, beside the same readers with no events and the same events
with no readers, whether every acknowledged event was counted, and what the service weighs.

Visitors come and go as they do in life: each makes one to twelve events, 3.3 on average, one every
twenty seconds. Each has an agent of its own, as all have one address here.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

import uvloop
from rich.console import Console
from rich.table import Table

from bench.load import AGENT, pageview
from bench.running import Running
from bench.traffic import make, settle
from ezee.model.calendar import DAY
from ezee.model.site import site_key

_SECONDS_A_PAGE = 20


class Turn(NamedTuple):
    """What was waited for each answer (ms), the share of a core that was used, and the memory."""

    reports: list[float]
    events: list[float]
    share: float
    memory: float


class Pace(NamedTuple):
    """Every so many seconds, the first time after a share of that, until then."""

    every: float
    phase: float
    until: float


class _Failed(RuntimeError):
    """An answer that was none of those expected."""


def main() -> None:
    """Measure and print."""
    options = _options()
    console = Console(width=100)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as made:
        folder = Path(made) / "readers"
        with Running("ezee", folder) as service:
            site_id = service.site_id
            console.print(f"memory after start: {service.memory():.0f} MB")
        today = int(time.time() * 1000) // DAY
        big = site_key(site_id)
        make(folder, round(options.millions * 1e6), big=big, last_day=today - 1)
        settle(folder, big)
        with Running("ezee", folder) as service:
            console.print(f"before: {service.pageviews():,} pageviews of seven days")
            before = service.pageviews()
            events = _visits(service.site_id, options.events * _SECONDS_A_PAGE)
            turns = [
                uvloop.run(_turn(service, events, options, readers=readers, per_second=per_second))
                for readers, per_second in (
                    (options.readers, 0), (0, options.events), (options.readers, options.events)
                )
            ]  # fmt: skip
            counted = service.pageviews() - before
    console.print(_table(options, turns))
    acknowledged = sum(len(turn.events) for turn in turns)
    console.print(f"{acknowledged:,} events were acknowledged, {counted:,} are counted")


def _visits(site_id: str, at_once: int) -> Iterator[bytes]:
    """Pageviews of so many who are there at once; who has seen enough makes room for somebody."""
    chance, agents = random.Random(1), (AGENT.format(100 + n % 30, n // 30) for n in count())

    def arrive() -> tuple[str, int]:
        return next(agents), 1 + int(12 * chance.random() ** 3)

    there = [arrive() for _ in range(at_once)]
    while True:
        place = chance.randrange(at_once)
        agent, left = there[place]
        there[place] = (agent, left - 1) if left > 1 else arrive()
        yield pageview(site_id, agent, chance)


async def _turn(
    service: Running,
    events: Iterator[bytes],
    options: argparse.Namespace,
    *,
    readers: int,
    per_second: int,
) -> Turn:
    report = (
        f"GET /api/public/stats?site_id={service.site_id} HTTP/1.1\r\nHost: localhost\r\n\r\n"
    ).encode()
    used, began = service.cpu_seconds(), time.perf_counter()
    until = began + options.seconds
    reading = [
        _ask(service.port, lambda: report, Pace(options.every, at / readers, until))
        for at in range(readers)
    ]
    every = options.connections / max(1, per_second)
    sending = [
        _ask(service.port, lambda: next(events), Pace(every, at / options.connections, until))
        for at in range(options.connections if per_second else 0)
    ]
    waited = await asyncio.gather(*reading, *sending)
    share = (service.cpu_seconds() - used) / (time.perf_counter() - began)
    reports = [each for one in waited[: len(reading)] for each in one]
    sent = [each for one in waited[len(reading) :] for each in one]
    return Turn(reports, sent, share, service.memory())


async def _ask(port: int, request: Callable[[], bytes], pace: Pace) -> list[float]:
    """Send requests at that pace; returns what was waited for each answer (ms)."""
    reader: asyncio.StreamReader | None = None
    waited = []
    due = time.perf_counter() + pace.phase * pace.every
    while due < pace.until:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        began = time.perf_counter()
        # The service closes connections that say nothing for a few seconds.
        if reader is None or reader.at_eof():
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request())
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith((b"HTTP/1.1 200 ", b"HTTP/1.1 202 ")):
            raise _Failed(repr(head))
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
        waited.append((time.perf_counter() - began) * 1000)
        due += pace.every
    return waited


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.readers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--millions", type=float, default=10, help="events there are before")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--every", type=float, default=10, help="seconds between two questions")
    parser.add_argument("--events", type=int, default=2000, help="events a second")
    parser.add_argument("--connections", type=int, default=64, help="that send events")
    parser.add_argument("--seconds", type=int, default=60, help="how long each turn lasts")
    parser.add_argument("--data", type=Path, help="where the data folder is made; default: /tmp")
    return parser.parse_args()


def _table(options: argparse.Namespace, turns: list[Turn]) -> Table:
    table = Table(title=f"{options.readers} readers, each every {options.every:g} s; milliseconds")
    for name in (
        "reports",
        "events a second",
        "report p50",
        "p99",
        "event p50",
        "p99",
        "cores",
        "memory",
    ):
        table.add_column(name, justify="right")
    for turn in turns:
        table.add_row(
            f"{len(turn.reports):,}",
            f"{len(turn.events) / options.seconds:,.0f}",
            *_cost(turn.reports), *_cost(turn.events), f"{turn.share:.2f}", f"{turn.memory:.0f} MB",
        )  # fmt: skip
    return table


def _cost(waited: list[float]) -> tuple[str, str]:
    if not waited:
        return "", ""
    cuts = quantiles(waited, n=100, method="inclusive")
    return f"{cuts[49]:.1f}", f"{cuts[98]:.1f}"


if __name__ == "__main__":
    main()
