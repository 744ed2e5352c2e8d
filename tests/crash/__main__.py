"""``python -m tests.crash --rounds 1000``: the crash test for as long as you like."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.crash.rounds import Rounds, Tally

_console = Console(stderr=True, soft_wrap=True)


def main() -> int:
    """Run the rounds; the exit status is 1 when one found something wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    parser.add_argument("--data", type=Path, help="a new folder to work in; kept afterwards")
    options = parser.parse_args()
    _say(f"seed {options.seed}")
    if options.data is not None:
        options.data.mkdir(parents=True)
        return _run(options.data, options.rounds, options.seed)
    with tempfile.TemporaryDirectory(prefix="crash-") as folder:
        return _run(Path(folder), options.rounds, options.seed)


def _run(folder: Path, count: int, seed: int) -> int:
    rounds = Rounds(folder, seed)
    sums = Tally(0, 0, 0, 0, 0)
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    )  # fmt: skip
    try:
        with Progress(*columns, console=_console) as progress:
            task = progress.add_task("kill -9", total=count)
            for _ in range(count):
                tally = rounds.run_one()
                sums = Tally(*(a + b for a, b in zip(sums, tally, strict=True)))
                progress.update(task, advance=1, description=f"{sums.acknowledged:,} acknowledged")
        rounds.finish()
    except AssertionError as failure:
        _say(f"round {rounds.number}, seed {seed}: {failure}")
        return 1
    finally:
        rounds.close()
    _say(
        f"{count} rounds, {sums.requests:,} requests, {sums.acknowledged:,} events acknowledged: "
        f"none lost, none twice. {sums.lost:,} requests had no answer "
        f"({sums.lost_but_stored:,} of their events were stored), "
        f"{sums.torn_starts} starts were killed."
    )
    return 0


def _say(text: str) -> None:
    _console.print(text, markup=False, highlight=False)


if __name__ == "__main__":
    sys.exit(main())
