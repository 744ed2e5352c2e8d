"""``python -m bench.flood``: what a flood of strangers costs in memory and disk.

Requests come in through a proxy that the service trusts, each from an address of its own: first
with a ``site_id`` that was made up, of which none may leave a trace, then to a tracker that is
there, whose pageviews are counted. Printed is how many were answered how, and what the two
processes and the data folder weigh after each part of it: what is bounded stops growing.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import psutil
import uvloop
from rich.console import Console
from rich.table import Table

from bench.load import AGENT
from bench.running import Running

_HEAD = (
    "POST /api/public/collect HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {agent}\r\n"
    "Accept-Language: en\r\nX-Forwarded-For: {address}\r\nContent-Type: text/plain\r\n"
    "Content-Length: {length}\r\n\r\n"
)
_BODY = '{{"site_id":"{site_id}","url":"https://example.com/articles/{page}"}}'
# Every other address is IPv6, each in a network of its own.
_FIRST_OF_V4, _FIRST_OF_V6 = 20 << 24, 0x2A00 << 32


class Kind(NamedTuple):
    """What is sent in one flood: its name, and who is asked for."""

    name: str
    site_id: Callable[[], str]


class Weight(NamedTuple):
    """What the service weighs: its two processes (MB), and its folder (bytes)."""

    service: float
    store: float
    folder: int


def main() -> None:
    """Flood and print."""
    options = _options()
    console = Console(width=110)
    trusting = ("--trusted-proxies", "127.0.0.1")
    with (
        tempfile.TemporaryDirectory(prefix="bench-", dir=options.data) as made,
        Running("ezee", Path(made) / "flooded", *trusting) as service,
    ):
        chance = random.Random(1)
        for kind in (
            Kind("sites that are made up", lambda: f"ezi_{chance.getrandbits(48):012x}"),
            Kind("one tracker", lambda: service.site_id),
        ):
            console.print(_flooded(service, kind, options))
        console.print(f"{service.pageviews():,} pageviews are counted")


def _flooded(service: Running, kind: Kind, options: argparse.Namespace) -> Table:
    table = Table(title=f"A flood of addresses: {kind.name}", title_justify="left")
    for name in ("addresses", "answers", "a second", "service MB", "store MB", "folder kB"):
        table.add_column(name, justify="right")
    _add(table, 0, Counter(), 0.0, _weight(service))
    for part in range(options.parts):
        size = options.addresses // options.parts
        requests = _requests(kind, range(part * size, (part + 1) * size))
        began = time.perf_counter()
        answers = uvloop.run(_send(service.port, requests, options.connections))
        took = time.perf_counter() - began
        # What was stored is taken in, and the journal emptied, before the folder is weighed.
        service.pageviews()
        _add(table, (part + 1) * size, answers, size / took, _weight(service))
    return table


def _add(table: Table, addresses: int, answers: Counter[str], speed: float, weight: Weight) -> None:
    told = ", ".join(f"{count:,} of {status}" for status, count in sorted(answers.items()))
    table.add_row(
        f"{addresses:,}", told, f"{speed:,.0f}", f"{weight.service:.0f}", f"{weight.store:.0f}",
        f"{weight.folder / 1000:,.0f}",
    )  # fmt: skip


def _weight(service: Running) -> Weight:
    parent = psutil.Process(service.pid)
    (store,) = parent.children()
    answering, storing = (each.memory_info().rss / 1e6 for each in (parent, store))
    files = [path.stat().st_size for path in service.data.rglob("*") if path.is_file()]
    return Weight(answering, storing, sum(files))


def _requests(kind: Kind, numbers: range) -> Iterator[bytes]:
    for number in numbers:
        body = _BODY.format(site_id=kind.site_id(), page=number % 2_000)
        head = _HEAD.format(
            agent=AGENT.format(100 + number % 30, number % 100),
            address=_address(number),
            length=len(body),
        )
        yield (head + body).encode()


def _address(number: int) -> str:
    if number % 2:
        network = _FIRST_OF_V6 + number
        return f"{network >> 32:x}:{network >> 16 & 0xFFFF:x}:{network & 0xFFFF:x}:1::1"
    return ".".join(str(byte) for byte in (_FIRST_OF_V4 + number).to_bytes(4))


async def _send(port: int, requests: Iterator[bytes], connections: int) -> Counter[str]:
    """Send them all, so many at once; returns how many were answered with which status."""
    answers: Counter[str] = Counter()

    async def keep_sending() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for request in requests:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            answers[head[9:12].decode()] += 1
            length = head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0]
            await reader.readexactly(int(length))
        writer.close()

    await asyncio.gather(*(keep_sending() for _ in range(connections)))
    return answers


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.flood",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--addresses", type=int, default=1_000_000, help="in each flood")
    parser.add_argument("--parts", type=int, default=5, help="weighed after each of so many")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--data", type=Path, help="where the data folder is made; default: /tmp")
    return parser.parse_args()


if __name__ == "__main__":
    main()
