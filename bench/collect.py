"""``python -m bench.collect``: durable pageviews a second, beside the same without storing.

Two services run side by side, the real one and one that answers 202 without storing; the load
goes to them in turn, so that whatever else the machine does weighs on both alike. Medians of
several turns are printed. At the end every pageview that was accepted must be there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

import msgspec
from rich.console import Console
from rich.table import Table

from bench.load import Measured
from bench.running import Running

_console = Console(width=100)


def main() -> int:
    """Measure and print; 1 when an accepted pageview is missing."""
    parser = argparse.ArgumentParser(prog="python -m bench.collect", description=__doc__)
    parser.add_argument("--connections", type=int, nargs="+", default=[1, 64, 256])
    parser.add_argument("--seconds", type=float, default=4, help="how long each turn lasts")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--data", type=Path, help="where the data folders are made; default: /tmp")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as folder,
        Running("ezee", Path(folder) / "durable") as durable,
        Running("bench.unstored", Path(folder) / "unstored") as unstored,
    ):
        table = _table()
        accepted = turn(durable, 16, 1).load.accepted
        turn(unstored, 16, 1)
        for connections in options.connections:
            pairs = [
                (
                    turn(durable, connections, options.seconds),
                    turn(unstored, connections, options.seconds),
                )
                for _ in range(options.turns)
            ]
            accepted += sum(stored.load.accepted for stored, _ in pairs)
            _add_row(table, connections, pairs)
        _console.print(table)
        counted = durable.pageviews()
    _console.print(f"accepted {accepted:,} pageviews, counted {counted:,}")
    return 0 if accepted == counted else 1


class Turn(NamedTuple):
    """One service under load for a while, and the processor time each pageview cost it, in µs."""

    load: Measured
    cpu: float


def turn(service: Running, connections: int, seconds: float) -> Turn:
    """Put load on a service, from another process."""
    before = service.cpu_seconds()
    done = subprocess.run(
        [sys.executable, "-m", "bench.load", str(service.port), service.site_id, str(connections),
         str(seconds)],
        check=True, capture_output=True,
    )  # fmt: skip
    measured = msgspec.json.decode(done.stdout, type=Measured)
    used = service.cpu_seconds() - before
    return Turn(measured, used / max(1, measured.accepted) * 1e6)


def _table() -> Table:
    table = Table(title="Pageviews a second; p50 and p99 in ms; processor time of one in µs")
    for group in ("durable", "not stored"):
        if group == "durable":
            table.add_column("conns", justify="right")
        for name in (group, "p50", "p99", "cpu"):
            table.add_column(name, justify="right", no_wrap=True)
    table.add_column("ratio", justify="right")
    table.add_column("failed", justify="right")
    return table


def _add_row(table: Table, connections: int, pairs: list[tuple[Turn, Turn]]) -> None:
    cells = []
    for turns in zip(*pairs, strict=True):
        cells += [
            f"{median(each.load.per_second for each in turns):,.0f}",
            f"{median(each.load.p50 for each in turns):.1f}",
            f"{median(each.load.p99 for each in turns):.1f}",
            f"{median(each.cpu for each in turns):.0f}",
        ]
    ratio = median(a.load.per_second / b.load.per_second for a, b in pairs)
    failed = sum(each.load.failed for pair in pairs for each in pair)
    table.add_row(f"{connections}", *cells, f"{ratio:.2f}", f"{failed}")


if __name__ == "__main__":
    sys.exit(main())
