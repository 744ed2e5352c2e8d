"""Expiry: the events of a tracker's first days go, and what they add up to stays for ever.

It is announced first, in ``expired``. A writer tells that a batch begins and looks for that then,
as it does for fences: so of every batch that is not to be stored any more the writer knows, and all
others are known here. Once it is decided what becomes of these, nothing changes in the days that
go: they are rolled up, and counted, any number of times with the same result. That they are counted
is written down before the first event is removed, and it is never counted after that. What was cut
off anywhere is gone on with.
"""

from __future__ import annotations

import time
from typing import NamedTuple

from ezee.errors import Unavailable
from ezee.store.changes import Expire, RollUpFirst
from ezee.store.clickhouse import expired, rollups, visible
from ezee.store.clickhouse.expired import Stage
from ezee.store.clickhouse.mutations import Mutation, mutate
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.receipts import Receipt, Removal, remember
from ezee.store.clickhouse.rollups import Told, Waiting
from ezee.store.clickhouse.schema import TABLES, local
from ezee.store.clickhouse.servers import Ask, Servers
from ezee.store.clickhouse.states import FIRST_DAY, TRUSTED
from ezee.store.clickhouse.visible import Visible
from ezee.store.looks import Expirable

# How long, in seconds, others are awaited that write meanwhile, and how often is looked.
_PATIENCE = 30.0
_PAUSE = 0.1
COLUMNS = list(TABLES["expired"].columns)
# A page is that of a pageview alone; other events of bots are counted together.
_COUNT_BOTS = """
insert into {into} (site, day, rule, category, page, events, pageviews, seq)
select site, day, rule, category, case when kind = 0 then page else '' end as shown,
       count(*), countIf(kind = 0), {seq} as seq
from {bots} where site = {site} and day < {day} and {visible}
group by site, day, rule, category, shown
"""


class Said(NamedTuple):
    """What is said of an expiry; the numbers are of what it removes."""

    site: int
    kept_from: int
    stage: int
    receipt: str
    at: int
    events: int = 0
    bots: int = 0
    visits: int = 0
    days: int = 0
    seq: int = 0


class Expirer:
    """One process's; several may have the same expire at once."""

    def __init__(self, servers: Servers, numbers: Numbers) -> None:
        self._servers = servers
        self._numbers = numbers

    def carry_out(self, change: Expire) -> int:
        """Carry it out; returns how many events were removed, bots' too.

        Raises:
            Unavailable: somebody goes on writing what he began before it. What is left is done
                when it is asked for again.
        """
        finished = self.finish(change.site)
        kept = expired.kept(self._servers, change.site)
        if kept.gone is not None and change.kept_from <= kept.gone:
            return finished if change.kept_from == kept.gone else 0
        self.roll_first(RollUpFirst([(change.site, change.kept_from)]))
        told = (change.site, change.kept_from, int(Stage.ANNOUNCED), change.receipt, change.at)
        self._say(Said(*told))
        self._catch_up()
        self._await_others()
        self._count(change)
        return self.finish(change.site)

    def finish(self, site: int) -> int:
        """Remove what is counted; returns how many events that was."""
        gone = expired.kept(self._servers, site).gone
        later = "1 = 1" if gone is None else f"kept_from > {gone}"
        rows = self._servers.ask(
            f"select {', '.join(COLUMNS)} from expired where site = {site} "
            f"and stage = {int(Stage.COUNTED)} and {later} order by kept_from, seq "
            "limit 1 by kept_from"
        )
        counted = [Said(*row) for row in rows]
        for each in counted:
            self._remove(each)
        return sum(each.events + each.bots for each in counted)

    def finish_announced(self, site: int) -> None:
        """Have all go that is said to: nothing of a tracker is under way then."""
        self.finish(site)
        kept = expired.kept(self._servers, site)
        if kept.announced != kept.gone:
            ((receipt, at),) = self._servers.ask(
                f"select receipt, at from expired where site = {site} "
                f"and kept_from = {kept.announced} limit 1"
            )
            assert kept.announced is not None
            self.carry_out(Expire(site, kept.announced, receipt, at))

    def go_on(self, old: int) -> None:
        """Remove what was counted before some number, by writers that are no more."""
        sites = self._servers.ask(
            "select site from expired where site <> 0 group by site having "
            f"maxIf(kept_from, stage = {int(Stage.COUNTED)} and seq < {old}) > "
            f"maxIf(kept_from, stage = {int(Stage.GONE)})"
        )
        for (site,) in sites:
            self.finish(site)

    def roll_first(self, change: RollUpFirst) -> int:
        """See ``RollUpFirst``; returns how many events were rolled up."""
        due = [each for each in change.due if self._has_events(*each)]
        if not due:
            return 0
        settled = rollups.fenced(self._servers, self._numbers)
        days: list[Waiting] = []
        for site, before in due:
            days += self._not_rolled(settled, site, before)[1]
        rollups.roll(self._servers, self._numbers, settled, days)
        return sum(each.events for each in days)

    def _has_events(self, site: int, before: int) -> bool:
        asked = f"select count(*) from events where site = {site} and day < {before}"
        return bool(self._servers.ask(asked)[0][0])

    def _not_rolled(
        self, seen: Visible, site: int, before: int
    ) -> tuple[dict[int, Told], list[Waiting]]:
        """The days before one whose roll-ups are true, and the others that have events."""
        told = rollups.rolled(self._servers.ask, site, [(FIRST_DAY, before - 1)])
        true = rollups.still_true(self._servers.ask, site, told)
        days = rollups.every_day(self._servers, seen, site, before)
        return true, [each for each in days if each.site_day.day not in true]

    def _await_others(self) -> None:
        """Return when of every batch that was begun before it is known what becomes of it."""
        left = visible.undecided(self._servers)
        until = time.monotonic() + _PATIENCE
        while left:
            if time.monotonic() > until:
                raise Unavailable
            time.sleep(_PAUSE)
            left &= visible.undecided(self._servers)
        self._catch_up()

    def _count(self, change: Expire) -> None:
        """Have what goes rolled up and counted for good, unless that is done."""
        site, before = change.site, change.kept_from
        began = time.monotonic()
        # All that is visible from now on is so for good.
        seen = visible.look(self._servers)
        true, fresh = self._not_rolled(seen, site, before)
        seq = self._pass_by(site, before)
        for some in rollups.together(fresh):
            days = rollups.Days(seen, [each.site_day for each in some])
            rollups.write(self._servers, days, seq)
        self._count_bots(seen, site, before, seq)
        known = expired.kept(self._servers, site)
        every = rollups.every_day(self._servers, seen, site, before)
        ((events, bots, _, visits, touched),) = expired.stored(
            self._servers, seen, Expirable(site, before), known
        )
        if time.monotonic() - began > TRUSTED:
            # What is rolled up may be taken for leavings.
            raise Unavailable
        self._catch_up()
        counted = expired.kept(self._servers, site).counted
        if counted is not None and counted >= before:
            # By another; since then events may be gone.
            return
        rollups.mark_for_good(
            self._servers,
            [
                (
                    each.site_day,
                    true[each.site_day.day].seq if each.site_day.day in true else seq,
                    each.events,
                )
                for each in every
            ],
        )
        numbers = (int(events), int(bots), int(visits), int(touched))
        told = (site, before, int(Stage.COUNTED), change.receipt, change.at)
        self._say(Said(*told, *numbers, seq))

    def _pass_by(self, site: int, before: int) -> int:
        """A number after that of each of these events, whatever clock gave it."""
        for table in ("events", "bots"):
            ((last,),) = self._servers.ask(
                f"select max(seq) from {table} where site = {site} and day < {before}"
            )
            self._numbers.pass_by(int(last))
        return self._numbers.take()

    def _count_bots(self, seen: Visible, site: int, before: int, seq: int) -> None:
        address = self._servers.address
        statement = _COUNT_BOTS.format(
            into=local(address, "rollups_bots"),
            bots=local(address, "bots"),
            site=site,
            day=before,
            seq=seq,
            visible=seen.condition,
        )

        def write(ask: Ask) -> None:
            ask(statement)

        for shard in self._servers.shards:
            node = rollups.answering(self._servers, shard.replicas)
            self._servers.converse_at(node, write)

    def _remove(self, said: Said) -> None:
        where = f"site = {said.site} and day < {said.kept_from}"
        self._pass_by(said.site, said.kept_from)
        mutate(self._servers, self._numbers, [Mutation(name, where) for name in ("events", "bots")])
        if said.receipt and said.events + said.bots:
            removed = (said.events, said.bots, 0, said.visits, said.days)
            done = (said.at, int(Removal.DONE), self._numbers.take())
            remember(self._servers, Receipt._make((said.receipt, *removed, *done)))
        self._say(said._replace(stage=int(Stage.GONE)))

    def _say(self, said: Said) -> None:
        if said.stage == Stage.ANNOUNCED:
            said = said._replace(seq=self._numbers.take())
        self._servers.insert(0, "expired", COLUMNS, [said])

    def _catch_up(self) -> None:
        if self._servers.may_lag:
            rollups.catch_up(self._servers)
