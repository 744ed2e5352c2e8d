"""A process that appends without end to a store that comes and goes, until it is killed.

It is told a folder, a seed and the first number; the path of an event is its number. Each that was
acknowledged is printed.
"""

from __future__ import annotations

import random
import sys
from itertools import count
from pathlib import Path

from ezee.logs import set_up_logs
from ezee.store.base import Batch
from ezee.store.spooled import SpooledStore
from tests.store.gates import Gate, Way
from tests.support.events import PatientStore, event

LIMIT = 1 << 24


def main() -> None:
    set_up_logs()
    folder, seed, first = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    ways = [Way.THERE] * 6 + [Way.NOT_THERE] * 3 + [Way.UNHEARD] * 2
    store = SpooledStore(Gate(PatientStore(folder), lambda: chance.choice(ways)), folder, LIMIT)
    for number in count(first):
        store.append(Batch([event(path=f"/{number}")]))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
