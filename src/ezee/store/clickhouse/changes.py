"""Changing what is stored.

A change is several steps, each of which may be done again. What an erasure or a judgement is about
is written down before the first that takes something away, so that whoever comes later finishes
what was left half done.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager

import msgspec

from ezee.store.changes import Erase, Furnish, Regroup, Rejudge, Rewrite
from ezee.store.clickhouse import clearing, tallies, visible
from ezee.store.clickhouse.dialect import literal, written
from ezee.store.clickhouse.judging import finish, judge
from ezee.store.clickhouse.mutations import Mutation, mutate, under_way
from ezee.store.clickhouse.numbers import Numbers, at, now
from ezee.store.clickhouse.schema import TABLES
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.sources import Reach, reached
from ezee.store.clickhouse.states import FIRST_DAY, LAST_DAY, TRUSTED, Span, States
from ezee.store.clickhouse.visible import State
from ezee.store.erasable import condemned, erasable, within_days

# Of a receipt: it is being carried out, is done, and its bytes are gone.
_BEGUN, _DONE, _GONE = range(3)
_COLUMNS = list(TABLES["erased"].columns)


class Changer:
    """One change at a time in each process; several processes may change at once."""

    def __init__(self, servers: Servers, numbers: Numbers, states: States) -> None:
        self._servers = servers
        self._numbers = numbers
        self._states = states

    def carry_out(self, change: Rewrite) -> int:
        """Carry out a change; returns how many events were removed or changed."""
        match change:
            case Erase():
                return self._erase(change)
            case Regroup():
                return self._regroup(change)
            case Rejudge():
                return judge(self._servers, self._numbers, self._states, change)

    def go_on(self) -> None:
        """Finish the changes of writers that are no more."""
        old = at(now() - 2 * round(TRUSTED * 1_000_000))
        begun = self._servers.ask(f"select asked from erasures where number < {old}")
        for (asked,) in begun:
            self._erase(msgspec.json.decode(asked, type=Erase))
        moving = self._servers.ask(
            "select batch from batches group by batch "
            f"having max(state) = {int(State.MOVING)} and batch < {old}"
        )
        for (batch,) in moving:
            finish(self._servers, self._numbers, batch)
            self._states.tell(self._servers, batch, State.MOVED)
        self._end_changes(old)

    def clear_away(self) -> None:
        """Remove what counts no more and what nobody needs any more."""
        clearing.clear(self._servers, self._numbers, self._states)

    def note_what_is_gone(self) -> tuple[int, int]:
        """Look which receipts' bytes are gone: how many are by now, and of how many some are left.

        The servers remove the files that are replaced by themselves, some minutes later.
        """
        done = self._servers.ask(
            f"select {', '.join(_COLUMNS)} from erased order by receipt, stage desc "
            "limit 1 by receipt"
        )
        owed = [row for row in done if row[-2] == _DONE]
        gone = [
            (*row[:-2], _GONE, self._numbers.take())
            for row in owed
            if clearing.are_files_gone(self._servers, row[-1])
        ]
        if gone:
            self._servers.insert(0, "erased", _COLUMNS, gone)
        return len(gone), len(owed) - len(gone)

    def furnish(self, change: Furnish) -> int:
        """Have tallies and receipts as another store has them."""
        tallies.furnish(self._servers, change, self._numbers)
        number = self._numbers.take()
        rows = [(*row[:-1], _GONE if row[-1] else _DONE, number) for row in change.erased]
        if rows:
            self._servers.insert(0, "erased", _COLUMNS, rows)
        return len(change.tallies) + len(change.erased)

    def _end_changes(self, old: int) -> None:
        """Of those that nobody goes on with any more, the servers have to have ended what they were
        told.
        """
        begun = self._servers.ask(
            "select batch from batches group by batch "
            f"having max(state) = {int(State.CHANGING)} and batch < {old}"
        )
        if begun and not under_way(self._servers):
            for (batch,) in begun:
                self._states.tell(self._servers, batch, State.CHANGED)

    def _erase(self, change: Erase) -> int:
        known = self._known(change)
        if known is None:
            numbers = self._count(change)
            self._remember(change, numbers, _BEGUN)
        else:
            numbers, stage = known[1:6], known[7]
            if stage >= _DONE:
                self._forget(change)
                return int(numbers[0] + numbers[1])
        with self._changing(change.site, change.first_day, change.last_day):
            mutate(self._servers, self._numbers, _removal(change))
        self._remember(change, numbers, _DONE)
        self._forget(change)
        return int(numbers[0] + numbers[1])

    def _count(self, change: Erase) -> Sequence[int]:
        seen = visible.look(self._servers)
        reach = Reach(seen, change.site, change.first_day, change.last_day)
        (numbers,) = self._servers.ask(written(reached(erasable(change), reach)))
        return numbers

    def _known(self, change: Erase) -> Sequence[int] | None:
        """What is remembered under its receipt."""
        if not change.receipt:
            return None
        found = self._servers.ask(
            f"select {', '.join(_COLUMNS)} from erased where receipt = {literal(change.receipt)} "
            "order by stage desc limit 1"
        )
        return found[0] if found else None

    def _remember(self, change: Erase, numbers: Sequence[int], stage: int) -> None:
        if not change.receipt:
            return
        number = self._numbers.take()
        row = (change.receipt, *numbers, change.at, stage, number)
        if stage == _BEGUN:
            asked = msgspec.json.encode(change).decode()
            self._servers.insert(0, "erasures", ("asked", "number"), [(asked, number)])
        self._servers.insert(0, "erased", _COLUMNS, [row])

    def _forget(self, change: Erase) -> None:
        """What was erased is not to stand where it says so."""
        asked = literal(f'"receipt":{msgspec.json.encode(change.receipt).decode()}')
        for (number,) in self._servers.ask(
            f"select number from erasures where position(asked, {asked}) > 0"
        ):
            clearing.drop(self._servers, "erasures", [number])

    def _regroup(self, change: Regroup) -> int:
        pages = dict(change.pages)
        if not pages:
            return 0
        paths = ", ".join(map(literal, pages))
        shown = ", ".join(map(literal, pages.values()))
        page = f"transform(path, [{paths}], [{shown}], page)"
        where = f"site = {change.site} and path in ({paths}) and page <> {page}"
        seen = visible.look(self._servers)
        changed = 0
        for table in ("events", "bots"):
            count = f"select count(*) from {table} where {where} and {seen.condition}"
            changed += int(self._servers.ask(count)[0][0])
        if changed:
            grouped = [Mutation(table, where, f"page = {page}") for table in ("events", "bots")]
            with self._changing(change.site):
                mutate(self._servers, self._numbers, grouped)
        return changed

    def _changing(
        self, site: int, first: int | None = None, last: int | None = None
    ) -> AbstractContextManager[None]:
        """While the block changes events of these days."""
        span = Span(site, FIRST_DAY if first is None else first, LAST_DAY if last is None else last)
        return self._states.changing(self._servers, self._numbers, [span])


def _removal(change: Erase) -> list[Mutation]:
    where, days = written(condemned(change)), written(within_days(change))
    removal = [Mutation("events", where), Mutation("bots", where)]
    # Days that are left are rolled up anew.
    removal += [Mutation(table, days) for table in ("rollups", "rollups_revenue")]
    if change.path is None:
        removal += [Mutation("drops", days), Mutation("rolled", days)]
        if change.first_day is None and change.last_day is None:
            # An import goes on where it ended, unless nothing is left of it.
            removal.append(Mutation("imports", f"site = {change.site}"))
    return removal
