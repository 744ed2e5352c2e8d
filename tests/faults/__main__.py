"""``python -m tests.faults --rounds 100``: what a service is without, for as long as you like.

Faults are drawn, one or two at a time, while events come. After each round everything that was
acknowledged counts once.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from tests.faults.faults import FAULTS, MENDED_LAST
from tests.faults.load import Load, Told, wrong
from tests.faults.whole import Whole, missing, whole
from tests.support.polling import until

_console = Console(stderr=True, soft_wrap=True, highlight=False)


def main() -> int:
    """Run the rounds; the exit status is 1 when one found something wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long a fault lasts")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)))
    options = parser.parse_args()
    if missing():
        _console.print(f"not here: {missing()}")
        return 1
    # It writes a traceback of every server that is away, which here some always are.
    logging.getLogger("clickhouse_driver").setLevel(logging.CRITICAL)
    _console.print(f"seed {options.seed}")
    chance = random.Random(options.seed)
    told: list[Told] = []
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, whole(Path(folder)) as service:
        for number in range(1, options.rounds + 1):
            names = chance.sample([*FAULTS], chance.choice([1, 1, 2]))
            told += _round(service, names, options.senders, options.seconds * chance.random())
            problems = wrong(service, told)
            sums = Counter(each.status for each in told)
            _console.print(f"{number}: {' and '.join(names)}; so far {dict(sums)}")
            if problems:
                _console.print("\n".join(problems[:20]), markup=False)
                return 1
    _console.print(
        f"{options.rounds} rounds, {sums[202]:,} events acknowledged: none lost, none twice. "
        f"{sums[503]:,} were refused, {sums[0]:,} had no answer."
    )
    return 0


def _round(service: Whole, names: list[str], senders: int, seconds: float) -> list[Told]:
    load = Load(service, senders)
    try:
        until(lambda: load.acknowledged() > senders, seconds=300)
        with ExitStack() as wrongs:
            # What is entered first is mended last.
            for name in sorted(names, key=lambda name: name not in MENDED_LAST):
                wrongs.enter_context(FAULTS[name](service))
            load.go_on(seconds)
        since = load.acknowledged()
        until(lambda: load.acknowledged() > since + senders, seconds=300)
    finally:
        load.end()
    until(lambda: service.waiting() == 0, seconds=600)
    return load.told


if __name__ == "__main__":
    sys.exit(main())
