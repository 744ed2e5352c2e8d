"""``python -m bench.live``: what it costs that many watch one tracker while events come in.

The same events are sent at the same pace with nobody watching and with everybody, in turn, and
the service's processor time is measured, that of its store included. Medians of several turns are
printed, as shares of one core.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvloop
from rich.console import Console
from rich.table import Table

from bench.load import prepare
from bench.running import Running

# Seconds until everybody who watches, or watched, is dealt with.
_REST = 4
_OWN_FILES = 100


class Turn(NamedTuple):
    """The share of a core that was used, and how many answers each watcher was sent."""

    share: float
    told: float


class _Watcher(asyncio.Protocol):
    """Opens a stream and counts the answers that come."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self.told = 0
        self.closed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.told += data.count(b"data: ")

    def connection_lost(self, _: Exception | None) -> None:
        self.closed = True


def main() -> None:
    """Measure and print."""
    options = _options()
    _make_room_for(options.watchers)
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as folder,
        Running("ezee", Path(folder) / "live") as service,
    ):
        events = itertools.cycle(prepare(service.site_id))
        pairs = [
            (
                uvloop.run(_turn(service, events, 0, options)),
                uvloop.run(_turn(service, events, options.watchers, options)),
            )
            for _ in range(options.turns)
        ]
    Console(width=100).print(_table(options, pairs))


async def _turn(
    service: Running, events: Iterator[bytes], watchers: int, options: argparse.Namespace
) -> Turn:
    loop = asyncio.get_running_loop()
    request = (
        f"GET /api/public/live?site_id={service.site_id} HTTP/1.1\r\n"
        "Host: localhost\r\nAccept: text/event-stream\r\n\r\n"
    ).encode()
    made = [
        await loop.create_connection(lambda: _Watcher(request), "127.0.0.1", service.port)
        for _ in range(watchers)
    ]
    streams = [protocol for _, protocol in made]
    await asyncio.sleep(_REST)
    before, told_before = service.cpu_seconds(), sum(each.told for each in streams)
    began = time.perf_counter()
    await _send(service.port, events, options.events, options.seconds)
    took = time.perf_counter() - began
    used = service.cpu_seconds() - before
    told = sum(each.told for each in streams) - told_before
    if any(each.closed for each in streams):
        raise RuntimeError("the service has closed streams")
    for transport, _ in made:
        transport.abort()
    await asyncio.sleep(_REST)
    return Turn(used / took, told / max(1, watchers))


async def _send(port: int, events: Iterator[bytes], per_second: int, seconds: int) -> None:
    """Send events at an even pace, each when the one before is answered."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = time.perf_counter()
    for number in range(per_second * seconds):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        writer.write(next(events))
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 202 "):
            raise RuntimeError(f"an event was refused: {head!r}")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
    writer.close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.live",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--watchers", type=int, default=1000)
    parser.add_argument("--events", type=int, default=20, help="events a second")
    parser.add_argument("--seconds", type=int, default=20, help="how long each turn lasts")
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--data", type=Path, help="where the data folder is made; default: /tmp")
    return parser.parse_args()


def _make_room_for(watchers: int) -> None:
    """Here too each connection is a file handle."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = watchers + _OWN_FILES
    resource.setrlimit(
        resource.RLIMIT_NOFILE,
        (wanted if most == resource.RLIM_INFINITY else min(wanted, most), most),
    )


def _table(options: argparse.Namespace, pairs: list[tuple[Turn, Turn]]) -> Table:
    table = Table(title=f"Share of a core, with {options.events} events a second")
    for name in ("watchers", "answers to each", "share", "for watching"):
        table.add_column(name, justify="right")
    alone = median(without.share for without, _ in pairs)
    watched = median(beside.share for _, beside in pairs)
    told = median(beside.told for _, beside in pairs)
    extra = median(beside.share - without.share for without, beside in pairs)
    table.add_row("0", "", f"{alone:.1%}", "")
    table.add_row(f"{options.watchers:,}", f"{told:.1f}", f"{watched:.1%}", f"{extra:.1%}")
    return table


if __name__ == "__main__":
    main()
