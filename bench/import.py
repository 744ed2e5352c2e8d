"""``python -m bench.import``: lines of an access log a second, beside goaccess.

A log is repeated until it is long; goaccess and ``ezee import access-log`` read it in turn, each
import into an empty folder. What is printed are medians of whole runs: start-up, reading, durable
storing and deriving visits included.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.progress import track
from rich.table import Table
from tests.support.accesslog import made_up_log, real_log
from tests.support.service import EZEE, PASSWORD

console = Console()


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--log", type=Path, default=real_log(), help="the log to repeat")
    parser.add_argument("--times", type=int, default=100, help="how often it is repeated")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each program")
    options = parser.parse_args()
    if shutil.which("goaccess") is None:
        sys.exit("goaccess is not installed: apt-get install goaccess")
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "long.log"
        lines = _repeat(options.log, options.times, log)
        seconds = _measure(log, Path(folder), options.rounds)
    _print(seconds, lines)


def _repeat(source: Path | None, times: int, target: Path) -> int:
    if source is None:
        text = ("\n".join(made_up_log(10_000)) + "\n").encode()
    else:
        text = source.read_bytes()
        text = gzip.decompress(text) if text[:2] == b"\x1f\x8b" else text
    with target.open("wb") as file:
        for _ in range(times):
            file.write(text)
    return text.count(b"\n") * times


def _measure(log: Path, folder: Path, rounds: int) -> dict[str, list[float]]:
    seconds: dict[str, list[float]] = {}
    for number in track(range(rounds), "Rounds", console=console):
        report = folder / "report.json"
        goaccess = ["goaccess", str(log), "--log-format=COMBINED", "--no-progress", "-o"]
        _timed(seconds, "goaccess", [*goaccess, str(report)])
        for name, flags in (("ezee import --all", ["--all"]), ("ezee import", [])):
            data = folder / f"{number}{len(flags)}"
            _prepare(data)
            command = [*EZEE, "import", "access-log", str(log), "--data", str(data), *flags]
            _timed(seconds, name, command)
            shutil.rmtree(data)
    return seconds


def _prepare(data: Path) -> None:
    user = [*EZEE, "user", "add", "a@b.example", "--password-stdin", "--data", str(data)]
    subprocess.run(user, input=PASSWORD, text=True, check=True, capture_output=True)
    tracker = [*EZEE, "tracker", "add", "--user", "a@b.example", "--name", "a", "--domain", "a.b"]
    subprocess.run([*tracker, "--data", str(data)], check=True, capture_output=True)


def _timed(seconds: dict[str, list[float]], name: str, command: list[str]) -> None:
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    seconds.setdefault(name, []).append(time.perf_counter() - began)


def _print(seconds: dict[str, list[float]], lines: int) -> None:
    table = Table("program", "seconds", "lines a second", "of goaccess", title=f"{lines:,} lines")
    base = median(seconds["goaccess"])
    for name, each in seconds.items():
        middle = median(each)
        table.add_row(name, f"{middle:.1f}", f"{lines / middle:,.0f}", f"{base / middle:.2f}")
    console.print(table)


if __name__ == "__main__":
    main()
