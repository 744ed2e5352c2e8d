"""Changing what is stored.

A change is several steps, each of which may be done again. What an erasure or a judgement is about
is written down before the first that takes something away, so that whoever comes later finishes
what was left half done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

import msgspec

from ezee.errors import Unavailable
from ezee.store.changes import Erase, Expire, Furnish, Regroup, Rejudge, Rewrite
from ezee.store.clickhouse import clearing, expired, tallies, visible
from ezee.store.clickhouse.dialect import literal, written
from ezee.store.clickhouse.expiring import Expirer
from ezee.store.clickhouse.judging import finish, judge
from ezee.store.clickhouse.mutations import Mutation, mutate, under_way
from ezee.store.clickhouse.numbers import Numbers, at, now
from ezee.store.clickhouse.receipts import COLUMNS, Receipt, Removal, remember
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.states import FIRST_DAY, LAST_DAY, TRUSTED, Span, States
from ezee.store.clickhouse.visible import State
from ezee.store.erasable import condemned, within_days
from ezee.store.expired import check_path
from ezee.store.looks import Row


class Changer:
    """One change at a time in each process; several processes may change at once."""

    def __init__(self, servers: Servers, numbers: Numbers, states: States) -> None:
        self._servers = servers
        self._numbers = numbers
        self._states = states
        self._expirer = Expirer(servers, numbers)

    def carry_out(self, change: Rewrite | Expire) -> int:
        """Carry out a change; returns how many events were removed or changed."""
        match change:
            case Expire():
                return self._expirer.carry_out(change)
            case Erase():
                return self._erase(change)
            case Regroup():
                return self._regroup(change)
            case Rejudge():
                return judge(self._servers, self._numbers, self._states, change)

    def go_on(self) -> None:
        """Finish the changes of writers that are no more."""
        old = at(now() - 2 * round(TRUSTED * 1_000_000))
        self._expirer.go_on(old)
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
            f"select {', '.join(COLUMNS)} from erased order by receipt, stage desc "
            "limit 1 by receipt"
        )
        owed = [row for row in done if row[-2] == Removal.DONE]
        gone = [
            (*row[:-2], int(Removal.GONE), self._numbers.take())
            for row in owed
            if clearing.are_files_gone(self._servers, row[-1])
        ]
        if gone:
            self._servers.insert(0, "erased", COLUMNS, gone)
        return len(gone), len(owed) - len(gone)

    def furnish(self, change: Furnish) -> int:
        """Have tallies and receipts as another store has them."""
        tallies.furnish(self._servers, change, self._numbers)
        number = self._numbers.take()
        rows = [
            (*row[:-1], int(Removal.GONE if row[-1] else Removal.DONE), number)
            for row in change.erased
        ]
        if rows:
            self._servers.insert(0, "erased", COLUMNS, rows)
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
        check: Callable[[], object] = bool
        if known is None:
            # One that was begun holds up whoever has events expire until it is ended.
            check_path(change, expired.kept(self._servers, change.site).announced)
            self._expirer.finish_announced(change.site)
            numbers: Sequence[int] = [int(each) for each in self._count(change)]
            check = partial(self._check_expired, change)
        else:
            numbers = known[1:6]
            if known[7] >= Removal.DONE:
                self._forget(change)
                return int(numbers[0] + numbers[1])
        with self._changing(change.site, change.first_day, change.last_day, check):
            if known is None:
                self._remember(change, numbers, Removal.BEGUN)
            mutate(self._servers, self._numbers, _removal(change))
        self._remember(change, numbers, Removal.DONE)
        self._forget(change)
        return int(numbers[0] + numbers[1])

    def _check_expired(self, change: Erase) -> None:
        """See that nothing expires meanwhile, nor has what a path cannot be taken out of."""
        kept = expired.kept(self._servers, change.site)
        check_path(change, kept.announced)
        if kept.announced != kept.gone:
            raise Unavailable

    def _count(self, change: Erase) -> Row:
        kept = expired.kept(self._servers, change.site)
        return expired.removed(self._servers, visible.look(self._servers), change, kept)

    def _known(self, change: Erase) -> Sequence[int] | None:
        """What is remembered under its receipt."""
        if not change.receipt:
            return None
        found = self._servers.ask(
            f"select {', '.join(COLUMNS)} from erased where receipt = {literal(change.receipt)} "
            "order by stage desc limit 1"
        )
        return found[0] if found else None

    def _remember(self, change: Erase, removed: Sequence[int], how: Removal) -> None:
        if not change.receipt:
            return
        if how is Removal.BEGUN:
            asked = (msgspec.json.encode(change).decode(), self._numbers.take())
            self._servers.insert(0, "erasures", ("asked", "number"), [asked])
        said = (change.receipt, *removed, change.at, int(how), self._numbers.take())
        remember(self._servers, Receipt._make(said))

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
            count += f" and {self._are_kept(change.site)}"
            changed += int(self._servers.ask(count)[0][0])
        if changed:
            with self._changing(change.site):
                where += f" and {self._are_kept(change.site)}"
                grouped = [Mutation(table, where, f"page = {page}") for table in ("events", "bots")]
                mutate(self._servers, self._numbers, grouped)
        return changed

    def _are_kept(self, site: int) -> str:
        """The condition on events that do not expire."""
        day = expired.kept(self._servers, site).announced
        return "1 = 1" if day is None else f"day >= {day}"

    def _changing(
        self,
        site: int,
        first: int | None = None,
        last: int | None = None,
        check: Callable[[], object] = bool,
    ) -> AbstractContextManager[None]:
        """While the block changes events of these days; see ``States.changing``."""
        span = Span(site, FIRST_DAY if first is None else first, LAST_DAY if last is None else last)
        return self._states.changing(self._servers, self._numbers, [span], check)


def _removal(change: Erase) -> list[Mutation]:
    where, days = written(condemned(change)), written(within_days(change))
    removal = [Mutation("events", where), Mutation("bots", where)]
    # Days that are left are rolled up anew.
    removal += [Mutation(table, days) for table in ("rollups", "rollups_revenue")]
    if change.path is None:
        removal += [Mutation(table, days) for table in ("drops", "rolled", "rollups_bots")]
        if change.is_whole:
            # An import goes on where it ended, and what has expired cannot come again, unless
            # nothing is left of the tracker.
            whole = f"site = {change.site}"
            removal += [Mutation("imports", whole), Mutation("expired", whole)]
    return removal
