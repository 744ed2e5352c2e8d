"""``python -m bench.collect``: durable pageviews a second, beside the same without a part of it.

Three services run side by side: the real one, one that answers 202 without storing, and a plain
one that stores events without what the steps find out of agents, sources and places. The load
goes to them in turn, so that whatever else the machine does weighs on both alike. Medians of
several turns are printed. At the end every pageview that was accepted must be there.

The load comes from wrk where that is installed, else from bench/load.py. Both send the very same
requests.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from bench.load import Measured, prepare
from bench.running import Running

_SCRIPT = Path(__file__).with_name("load.lua")
_console = Console(width=140)


def main() -> int:
    """Measure and print; 1 when an accepted pageview is missing."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as folder,
        Running("ezee", Path(folder) / "durable") as durable,
        Running("bench.unstored", Path(folder) / "unstored") as unstored,
        Running("bench.unenriched", Path(folder) / "plain") as plain,
    ):
        generate = _GENERATORS[options.generator]
        table = _table(options.generator)
        sent = [turn(durable, generate, 16, 1)]
        turn(unstored, generate, 16, 1)
        turn(plain, generate, 16, 1)
        for connections in options.connections:
            rounds = [
                [
                    turn(service, generate, connections, options.seconds)
                    for service in (durable, unstored, plain)
                ]
                for _ in range(options.turns)
            ]
            sent += [stored for stored, _, _ in rounds]
            _add_row(table, connections, rounds)
        _console.print(table)
        counted = durable.pageviews()
    return _compare(sent, counted, exact=options.generator == "python")


class Turn(NamedTuple):
    """One service under load for a while, and the processor time each pageview cost it, in µs."""

    connections: int
    load: Measured
    cpu: float


def turn(service: Running, generate: Generator, connections: int, seconds: int) -> Turn:
    """Put load on a service, from another process."""
    command = generate(service, connections, seconds)
    before = service.cpu_seconds()
    done = subprocess.run(command, check=True, capture_output=True)
    measured = msgspec.json.decode(done.stdout.splitlines()[-1], type=Measured)
    used = service.cpu_seconds() - before
    return Turn(connections, measured, used / max(1, measured.accepted) * 1e6)


Generator = Callable[[Running, int, int], list[str]]


def _python(service: Running, connections: int, seconds: int) -> list[str]:
    what = [str(service.port), service.site_id, str(connections), str(seconds)]
    return [sys.executable, "-m", "bench.load", *what]


def _wrk(service: Running, connections: int, seconds: int) -> list[str]:
    requests = service.data.with_suffix(".requests")
    if not requests.exists():
        requests.write_bytes(b"\0".join(prepare(service.site_id)))
    # wrk calls an answer that takes longer than its timeout an error, and counts it all the same.
    how = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "60s", "-s", str(_SCRIPT)]
    return ["wrk", *how, f"http://127.0.0.1:{service.port}", "--", str(requests)]


_GENERATORS: dict[str, Generator] = {"python": _python, "wrk": _wrk}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.collect",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    installed = shutil.which("wrk") is not None
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 64, 256])
    parser.add_argument("--seconds", type=int, default=4, help="how long each turn lasts")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--data", type=Path, help="where the data folders are made; default: /tmp")
    parser.add_argument(
        "--generator",
        choices=_GENERATORS,
        default="wrk" if installed else "python",
        help="what the load comes from; default: wrk where it is installed",
    )
    options = parser.parse_args()
    if options.generator == "wrk" and not installed:
        parser.error("wrk is not installed: apt-get install wrk")
    return options


def _compare(sent: list[Turn], counted: int, *, exact: bool) -> int:
    """Whether what was accepted is what is counted; 1 when it is not.

    wrk hangs up in the middle of requests. One on each connection may be stored without its
    answer having been read.
    """
    accepted = sum(each.load.accepted for each in sent)
    cut_off = 0 if exact else sum(each.connections for each in sent)
    room = f", at most {cut_off:,} more were in flight" if cut_off else ""
    _console.print(f"accepted {accepted:,} pageviews{room}, counted {counted:,}")
    return 0 if accepted <= counted <= accepted + cut_off else 1


def _table(generator: str) -> Table:
    table = Table(
        title="Pageviews a second; p50 and p99 in ms; processor time of one in µs",
        caption=f"load by {generator}",
    )
    for group in ("durable", "not stored", "plain"):
        if group == "durable":
            table.add_column("conns", justify="right")
        for name in (group, "p50", "p99", "cpu"):
            table.add_column(name, justify="right", no_wrap=True)
    table.add_column("to not stored", justify="right")
    table.add_column("to plain", justify="right")
    table.add_column("failed", justify="right")
    return table


def _add_row(table: Table, connections: int, rounds: list[list[Turn]]) -> None:
    cells = []
    for turns in zip(*rounds, strict=True):
        cells += [
            f"{median(each.load.per_second for each in turns):,.0f}",
            f"{median(each.load.p50 for each in turns):.1f}",
            f"{median(each.load.p99 for each in turns):.1f}",
            f"{median(each.cpu for each in turns):.0f}",
        ]
    ratios = [
        median(each[0].load.per_second / each[other].load.per_second for each in rounds)
        for other in (1, 2)
    ]
    failed = sum(each.load.failed for turns in rounds for each in turns)
    table.add_row(f"{connections}", *cells, *(f"{ratio:.2f}" for ratio in ratios), f"{failed}")


if __name__ == "__main__":
    sys.exit(main())
