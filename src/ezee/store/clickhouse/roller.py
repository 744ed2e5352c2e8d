"""Which days are rolled up, and when: those that are over, once nothing comes for them any more.

Every node looks now and then. What it finds is the same for all: the batches that are settled for
good since the last look, and the days that they are about. Of each such day it is written down that
it waits, in ``rolled``, and only then that these batches are passed: so a day of which a roll-up is
not true any more is never taken for one of which it is. Those that wait and are over are rolled up.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from ezee.model.calendar import DAY, MINUTE
from ezee.store.clickhouse import fences, rollups
from ezee.store.clickhouse.numbers import Numbers, at, now
from ezee.store.clickhouse.rollups import SiteDay, Waiting
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.states import Span
from ezee.store.clickhouse.visible import Visible

# In microseconds. Batches of the last seconds are left to the next look: their writers need not
# begin anew. Somebody else who has looked just now is enough. What comes for a day often comes with
# more of its kind.
_YOUNG = 10_000_000
_LOOKED = 50_000_000
_QUIET = 180_000_000
# No local day ends earlier before its UTC one, in ms.
_FIRST_END = 14 * 60 * MINUTE
# Of a core at most a fifth.
_REST = 4.0
_AT_ONCE = 1_000


class Roller:
    """One node's part in it."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._waiting = (0, 0)
        self._rested_at = 0.0

    def backlog(self) -> tuple[int, int]:
        """How many events, of how many days that are over, waited when that was last looked at."""
        return self._waiting

    def look(self, servers: Servers, clock: float | None = None) -> None:
        """Roll up what is to be; ``clock`` is the time in ms."""
        fence, passed = fences.latest(servers)
        began = time.monotonic()
        if began < self._rested_at or (passed and fence > at(now() - _LOOKED)):
            return
        settled = rollups.fenced(servers, self._numbers, at(now() - _YOUNG))
        self._pass(servers, passed, settled)
        due = self._due(servers, settled, time.time() * 1000 if clock is None else clock)
        self._waiting = (sum(each.events for each in due), len(due))
        rollups.roll(servers, self._numbers, settled, due)
        self._waiting = (0, 0)
        took = time.monotonic() - began
        self._rested_at = began + took + _REST * took

    def _pass(self, servers: Servers, passed: int, settled: Visible) -> None:
        """Have every day wait that batches are about which were not passed before."""
        if settled.upto <= passed:
            return
        spans = _touched(servers, passed, settled.upto)
        long = [span for span in spans if span.first_day < span.last_day]
        if long:
            rows = [(*span, settled.upto) for span in long]
            servers.insert(0, "undone", list(TABLES["undone"].columns), rows)
        days = {SiteDay(span.site, span.first_day) for span in spans if span not in long}
        days |= {day for span in long for day in _rolled_within(servers, span)}
        rollups.mark(servers, [(day, settled.upto, 0, 0) for day in sorted(days)])
        fences.pass_on(servers, settled.upto)

    def _due(self, servers: Servers, settled: Visible, clock: float) -> list[Waiting]:
        """The days that wait and are over."""
        latest = int((clock + _FIRST_END) // DAY) - 1
        rows = servers.ask(
            "select site, day, argMax(seq, tuple(version, seq)) as latest, max(upto) as since "
            f"from rolled where day <= {latest} group by site, day "
            f"having latest = 0 and since <= {at(now() - _QUIET)} order by site, day"
        )
        days = [SiteDay(site, day) for site, day, *_ in rows]
        due = []
        for some in _parts(days):
            known = {each.site_day: each for each in rollups.waiting(servers, settled, some)}
            # Of a day that has no events any more, that is what is to be known.
            found = [known.get(each, Waiting(each, 0, each.day * DAY)) for each in some]
            due += [each for each in found if each.ends_at <= clock]
        return due


def _touched(servers: Servers, after: int, upto: int) -> list[Span]:
    """The days that batches are about."""
    rows = servers.ask(
        "select site, first, last from batches "
        "array join sites as site, firsts as first, lasts as last "
        f"where batch > {after} and batch <= {upto} group by site, first, last"
    )
    return [Span(*row) for row in rows]


def _rolled_within(servers: Servers, span: Span) -> list[SiteDay]:
    rows = servers.ask(
        f"select day from rolled where site = {span.site} "
        f"and day >= {span.first_day} and day <= {span.last_day} group by day"
    )
    return [SiteDay(span.site, day) for (day,) in rows]


def _parts(days: Sequence[SiteDay]) -> list[Sequence[SiteDay]]:
    return [days[first : first + _AT_ONCE] for first in range(0, len(days), _AT_ONCE)]
