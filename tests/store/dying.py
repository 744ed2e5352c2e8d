"""A process that is killed amid a change to the store; it is told folder, work and point."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import Any, NoReturn

from ezee.model.event import DropReason, Drops
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Erase, Move, Regroup, Rejudge, RollUp
from ezee.store.duckdb import changes, engine, folding, journal, rollups, visits, writing
from tests.store.engines import MINUTE, SITE, TODAY, bot
from tests.support.events import NOON, PatientStore, event

DROPS = [Drops(SITE, TODAY, DropReason.EXCLUDED, 5), Drops(SITE, TODAY, DropReason.HOSTNAME, 1)]
STORED = Batch(
    [
        event(page="/a", path="/a", event_id=1),
        event(NOON + 20 * MINUTE, page="/b", path="/b", browser="Chrome"),
        event(NOON + 40 * MINUTE, page="/a", path="/a"),
    ],
    bots=[bot(NOON + 60 * MINUTE, page="/b", path="/b")],
    drops=DROPS,
    tally=1,
)
_MORE = Batch(
    [event(NOON + 65 * MINUTE, page="/c", path="/c", event_id=2)],
    bots=[bot(event_id=3)],
    drops=DROPS,
    tally=2,
)
# Amid the visits that are stored, so that they merge, and beside them.
LATE = [
    event(NOON + 30 * MINUTE, page="/late", path="/late"),
    event(NOON + 90 * MINUTE, page="/late", path="/late", visitor=2),
]
_MOVES = [
    Move(TODAY, "", "", "Chrome", 0, "", "", 0, "", "spam", "spam"),
    Move(TODAY, "Googlebot", "", "", 0, "", "", 0, "", "", ""),
]
WORK = {
    "append": lambda store: store.append(_MORE),
    "erase": lambda store: store.change(Erase(SITE, receipt="r", at=NOON)),
    "erase a path": lambda store: store.change(Erase(SITE, path="/a", receipt="r", at=NOON)),
    "regroup": lambda store: store.change(Regroup(SITE, [("/a", "/b")])),
    "rejudge": lambda store: store.change(Rejudge(SITE, _MOVES)),
}
# The function that the work ends with, and the one that is called amid it.
_LAST: dict[str, tuple[Any, str]] = {
    "append": (journal.Journal, "_checked"),
    **dict.fromkeys(("erase", "erase a path", "regroup", "rejudge"), (engine, "carry_out")),
}
_AMID: dict[str, tuple[Any, str]] = {
    "erase": (changes, "_remember"),
    **dict.fromkeys(("erase a path", "regroup", "rejudge"), (changes, "rederive")),
}
POINTS = ("amid", "before the commit", "after the commit")
# A roll-up changes no number; where it dies, each named by the last thing it has done.
ROLL_UP_POINTS: dict[str, tuple[Any, str]] = {
    "begun": (rollups, "begin"),
    "named": (rollups, "_name"),
    "written": (rollups, "write"),
    "rolled": (rollups, "roll"),
}
# The same where a roll-up that is there is brought up to date.
FOLD_POINTS: dict[str, tuple[Any, str]] = {
    "counted": (folding, "_count"),
    "added": (folding, "_add"),
    "folded": (folding, "fold"),
    "marked": (rollups, "_mark"),
}


# Visits are derived beside, and what is known of a day that is rolled up is kept for its roll-up;
# where that dies, before or after a function of ``visits``.
DERIVE_POINTS = (("rederive", "before"), ("rederive", "after"), ("derive", "after"))


def die(*_: object, **__: object) -> NoReturn:
    """As a power cut would have it."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


# What was appended goes into the tables later; its last function, and one that is called amid it.
SETTLE_POINTS: dict[str, tuple[Any, str, str]] = {
    "amid": (writing, "write_drops", "before"),
    "before the commit": (writing, "write_settled", "after"),
    "after the commit": (journal.Journal, "forget", "before"),
    "at the end": (journal.Journal, "forget", "after"),
}


def settle(store: EventStore, point: str) -> None:
    """Append, and die at that point of what comes after it was acknowledged."""
    module, function, when = SETTLE_POINTS[point]
    really = getattr(module, function)

    def then_die(*given: object) -> NoReturn:
        if when == "after":
            really(*given)
        die()

    setattr(module, function, then_die)
    store.append(_MORE)
    store.describe()


def tear(handle: int, record: bytes, at: int) -> NoReturn:
    """Half of a record is written when the power goes."""
    os.pwrite(handle, record[: len(record) // 2], at)
    die()


def work(store: EventStore, name: str, point: str) -> None:
    """Do the work, and die at that point of it."""
    if (name, point) == ("append", "amid"):
        journal.put = tear
    elif point == "amid":
        setattr(*_AMID[name], die)
    elif point == "before the commit":
        module, function = _LAST[name]
        really = getattr(module, function)
        setattr(module, function, lambda *given: (really(*given), die()))
    WORK[name](store)
    die()


def roll_up(store: EventStore, point: str) -> None:
    """Roll up, and die right after that was done."""
    module, function = (ROLL_UP_POINTS | FOLD_POINTS)[point]
    if point in FOLD_POINTS:
        folding.FEW = 0
    really = getattr(module, function)

    def last(*given: Any, **named: Any) -> NoReturn:
        really(*given, **named)
        die()

    setattr(module, function, last)
    store.change(RollUp(SITE))


def derive(store: EventStore, function: str, when: str) -> None:
    """Append to a day that is rolled up, and die while its visits are derived."""
    really = getattr(visits, function)

    def then_die(*given: object) -> NoReturn:
        if when == "after":
            really(*given)
        die()

    setattr(visits, function, then_die)
    store.append(Batch(LATE))
    # It dies in another thread.
    threading.Event().wait()


if __name__ == "__main__":
    opened = PatientStore(Path(sys.argv[1]))
    if sys.argv[2] == "roll up":
        roll_up(opened, sys.argv[3])
    elif sys.argv[2] == "derive":
        derive(opened, *sys.argv[3].split(", "))
    elif sys.argv[2] == "settle":
        settle(opened, sys.argv[3])
    else:
        work(opened, *sys.argv[2:])
