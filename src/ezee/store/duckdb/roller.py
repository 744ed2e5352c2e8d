"""When a day is rolled up: once it has many events that are not, and once it has gone quiet."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import structlog

from ezee.errors import Unavailable
from ezee.store.duckdb.rollups import Arrived, SiteDay, together

_log = structlog.get_logger("ezee.store")


class _Waiting(NamedTuple):
    """Events of one day that are not rolled up, and when (s) the last were seen."""

    number: int
    rolled: int
    seen_at: float


class Roller:
    """Calls ``roll`` with the days that are due, those with most to roll up first, and whether they
    are to be counted anew: so they are once nothing comes any more.

    ``arrived`` tells what has come after an event's number, and up to which; it is asked with 0
    for everything that is not rolled up. ``catch_up`` does a part of what an older version has not
    done, and tells whether there was one; it is called while no day is due. All raise
    ``Unavailable`` when they cannot for now, and are called again later.
    """

    # Below that a day's events are read as fast as its roll-up.
    _WORTHWHILE = 256
    # A day is rolled up again when it has grown by a sixteenth, or by so many events: more of them
    # are not read one by one, however large the day is.
    _GROWTH = 16
    _MANY = 2_000
    _QUIET = 600.0
    _EVERY = 5.0
    # Of a core at most a fifth, and a twentieth during an import, whose days grow on and on.
    _REST = 4.0
    _REST_IN_BULK = 19.0
    _FORGOTTEN_AFTER = 86_400.0

    def __init__(
        self,
        arrived: Callable[[int], tuple[int, Sequence[Arrived]]],
        roll: Callable[[Sequence[SiteDay], bool], None],
        catch_up: Callable[[], bool],
    ) -> None:
        self._arrived = arrived
        self._roll = roll
        self._catch_up = catch_up
        self._behind = True
        self._seen = 0
        self._waiting: dict[SiteDay, _Waiting] = {}
        self._undone = threading.Event()
        self._in_bulk = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="roll-ups", daemon=True)
        self._thread.start()

    def look_again(self) -> None:
        """Some days are not rolled up any more, though no event of theirs has come."""
        self._undone.set()

    def expect_more(self) -> None:
        """Events have come in bulk, and more will follow soon."""
        self._in_bulk.set()

    def backlog(self) -> tuple[int, int]:
        """How many events, of how many days, were not rolled up when that was last looked at."""
        waiting = [each.number for each in list(self._waiting.values())]
        return sum(waiting), len(waiting)

    def stop(self) -> None:
        """End the thread and wait for it."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = self._EVERY
        while not self._stopping.wait(pause):
            began = time.monotonic()
            try:
                self._look()
                due, anew = self._due()
                if due:
                    self._roll(due, anew)
                    self._forget(due)
                elif self._behind:
                    self._behind = self._catch_up()
            except Exception as failure:  # noqa: BLE001 - without this thread reports grow slow
                if not isinstance(failure, Unavailable):
                    _log.error("roll-up failed", kind=type(failure).__name__)
                pause = self._EVERY
                continue
            rest = self._rest_factor() * (time.monotonic() - began)
            pause = rest if due or self._behind else max(rest, self._EVERY)

    def _rest_factor(self) -> float:
        in_bulk = self._in_bulk.is_set()
        self._in_bulk.clear()
        return self._REST_IN_BULK if in_bulk else self._REST

    def _look(self) -> None:
        if self._undone.is_set():
            # What is undone after this is seen by the next look at the latest.
            self._undone.clear()
            self._seen, self._waiting = 0, {}
        self._seen, arrived = self._arrived(self._seen)
        now = time.monotonic()
        for each in arrived:
            day = SiteDay(each.site, each.day)
            before = self._waiting.get(day, _Waiting(0, 0, 0))
            self._waiting[day] = _Waiting(before.number + each.number, each.rolled, now)
        for day, waiting in list(self._waiting.items()):
            if not waiting.rolled and now - waiting.seen_at > self._FORGOTTEN_AFTER:
                del self._waiting[day]

    def _due(self) -> tuple[list[SiteDay], bool]:
        """The largest day that is due, or as many of the next as are rolled up well together; and
        whether they have gone quiet.
        """
        for anew, is_due in ((False, self._has_many), (True, self._is_quiet)):
            due = [(day, each) for day, each in self._waiting.items() if is_due(each)]
            if due:
                due.sort(key=lambda item: item[1].number, reverse=True)
                return next(together((day, each.number + each.rolled) for day, each in due)), anew
        return [], False

    def _has_many(self, waiting: _Waiting) -> bool:
        enough = min(self._MANY, waiting.rolled // self._GROWTH)
        return waiting.number >= max(self._WORTHWHILE, enough)

    def _is_quiet(self, waiting: _Waiting) -> bool:
        return waiting.rolled > 0 and time.monotonic() - waiting.seen_at > self._QUIET

    def _forget(self, days: Iterable[SiteDay]) -> None:
        for day in days:
            del self._waiting[day]
