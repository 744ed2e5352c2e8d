"""``python -m bench.counter``: counters a second, shown alone and counting whoever looks.

One service with 10,000 pageviews of 50 pages is asked by wrk for the counters of the site and of
its pages, in several forms and styles; then for the same as a proxy asks, each view being counted
(6,000 a minute, the rest on the ledger); then for CountAPI's ``/hit`` of one key, every answer
durable. Medians of several turns are printed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from urllib.request import Request, urlopen

import msgspec
from rich.console import Console
from rich.table import Table

from bench.load import Measured
from bench.running import Running

_SCRIPT = Path(__file__).with_name("load.lua")
_PAGES = 50
_LOOKS = (
    "svg",
    "svg?style=led-green",
    "png",
    "gif?style=odometer",
    "json",
    "svg?style=flat&label=views",
)
_PROXY = "github-camo (876de43e)"
_BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/126.0.0.0 Safari/537.36"
)
_console = Console(width=100)


def main() -> int:
    """Measure and print; 1 where a request was not answered with success."""
    options = _options()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        Running("ezee", Path(folder) / "data", "--countapi-keys", "10") as service,
    ):
        _fill(service)
        _command(service, "tracker", "set", service.site_id, "counter=true")
        table = Table(title="Counters a second; p50 and p99 in ms; processor time of one in µs")
        for name in ("what", "a second", "p50", "p99", "cpu", "failed"):
            table.add_column(name, justify="left" if name == "what" else "right")
        failed = 0
        for what, requests in _kinds(service.site_id).items():
            failed += _measure(service, what, requests, options, table)
        _console.print(table)
    return 1 if failed else 0


def _measure(
    service: Running, what: str, requests: list[bytes], options: argparse.Namespace, table: Table
) -> int:
    file = service.data.with_suffix(".requests")
    file.write_bytes(b"\0".join(requests))
    how = ["-t1", f"-c{options.connections}", f"-d{options.seconds}s", "-s", str(_SCRIPT)]
    command = ["wrk", *how, f"http://127.0.0.1:{service.port}", "--", str(file)]
    turns = []
    for _ in range(options.turns):
        before = service.cpu_seconds()
        done = subprocess.run(command, check=True, capture_output=True)
        measured = msgspec.json.decode(done.stdout.splitlines()[-1], type=Measured)
        turns.append((measured, (service.cpu_seconds() - before) / max(1, measured.accepted) * 1e6))
    failed = sum(each.failed for each, _ in turns)
    table.add_row(
        what,
        f"{median(each.per_second for each, _ in turns):,.0f}",
        f"{median(each.p50 for each, _ in turns):.1f}",
        f"{median(each.p99 for each, _ in turns):.1f}",
        f"{median(cpu for _, cpu in turns):.0f}",
        f"{failed}",
    )
    return failed


def _kinds(site_id: str) -> dict[str, list[bytes]]:
    """The requests of each kind, whole."""
    pages = ["", *(f"/page-{number}" for number in range(_PAGES))]
    shown = [f"/counter/{site_id}{page}.{look}" for page in pages for look in _LOOKS]
    counted = [f"/counter/{site_id}{page}.svg?count=1" for page in pages]
    return {
        "shown": [_request(path, _BROWSER) for path in shown],
        "counted, by a proxy": [_request(path, _PROXY) for path in counted],
        "CountAPI, one key": [_request("/hit/example.com/visits", _BROWSER)],
    }


def _request(path: str, agent: str) -> bytes:
    lines = (
        f"GET {path} HTTP/1.1", "Host: stats.example.com", f"User-Agent: {agent}",
        "Accept: image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.5",
        "Accept-Language: en-GB,en;q=0.7", "Referer: https://example.com/",
    )  # fmt: skip
    return "\r\n".join((*lines, "", "")).encode()


def _fill(service: Running) -> None:
    """Pageviews of some visitors on the pages."""
    for batch in range(20):
        events = [
            {"site_id": service.site_id, "url": f"/page-{number % _PAGES}"} for number in range(500)
        ]
        request = Request(
            f"http://127.0.0.1:{service.port}/api/public/collect",
            data=json.dumps({"events": events}).encode(),
            headers={"content-type": "application/json", "user-agent": f"{_BROWSER} {batch}"},
        )
        urlopen(request, timeout=60).close()


def _command(service: Running, *arguments: str) -> None:
    command = [sys.executable, "-m", "ezee", *arguments, "--data", str(service.data)]
    subprocess.run(command, check=True, capture_output=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.counter",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--seconds", type=int, default=4, help="how long each turn lasts")
    parser.add_argument("--turns", type=int, default=3)
    if shutil.which("wrk") is None:
        parser.error("wrk is not installed: apt-get install wrk")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
