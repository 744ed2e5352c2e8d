"""The event store of a cluster.

Nothing is kept here but connections: any number of services may write and ask at the same time.
An append is several inserts (see ``batches``), and returns when each is on as many replicas as
the address says. A question sees the batches that were settled before it, however many tables and
shards it reads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from ezee.errors import InvalidRequest, SetupError, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description, Progress
from ezee.store.changes import (
    Change,
    Compact,
    Expire,
    Furnish,
    HouseChange,
    RollUp,
    RollUpFirst,
    TallyChange,
)
from ezee.store.clickhouse import asking, fences, rollups, schema, tallies, visible
from ezee.store.clickhouse.address import Address
from ezee.store.clickhouse.batches import Part, Seen, is_seen, number
from ezee.store.clickhouse.changes import Changer
from ezee.store.clickhouse.dialect import written
from ezee.store.clickhouse.janitor import Janitor
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.reaches import reach_of
from ezee.store.clickhouse.roller import Roller
from ezee.store.clickhouse.servers import Row, Servers
from ezee.store.clickhouse.sources import Reach, reached
from ezee.store.clickhouse.states import States
from ezee.store.clickhouse.verifying import differences
from ezee.store.clickhouse.visible import Visible
from ezee.store.houses import CLOSED
from ezee.store.kept import statement_of
from ezee.store.looks import (
    Condition,
    CopyOut,
    Expirable,
    ExpiryLook,
    Look,
    Moment,
    PlainLook,
    Tallied,
    TallyLook,
    WrongRollups,
)
from ezee.store.looks import Row as LookRow
from ezee.store.sql import Statement

_NO_FILE = "The events are in a cluster, and not in a file of the data folder."
_NEVER_EXPIRES = (
    "Events that are in a ClickHouse cluster are kept for ever, unless they are erased."
)
_MOVED = "The events of this cluster have moved to a data folder. Nothing was recorded here."
_INSERTS_AT_ONCE = 8
_LOOK_AGAIN = 1.0


class ClickHouseStore:
    """The events of a database in a cluster, which is reached when it is first needed."""

    # How long a compaction waits until replaced files are removed, in seconds: servers keep them
    # for eight minutes, unless told otherwise.
    _FILES_LAST = 900.0

    def __init__(self, address: Address) -> None:
        self._address = address
        self._numbers = Numbers()
        self._opening = threading.Lock()
        self._writing = threading.Lock()
        self._counting = threading.Lock()
        self._changing = threading.Lock()
        self._closed = False
        self._open: Servers | None = None
        self._states = States()
        self._roller = Roller(self._numbers)
        self._inserting = ThreadPoolExecutor(_INSERTS_AT_ONCE, "inserts")
        self._janitor = Janitor(self._tidy)

    def append(self, batch: Batch) -> list[int]:
        """See ``EventStore.append``."""
        servers = self._servers()
        with self._writing:
            while True:
                try:
                    return self._append(servers, batch)
                except fences.Overtaken as ahead:
                    self._numbers.pass_by(ahead.upto)

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        servers = self._servers()
        told = asking.rolled(servers, site.key, query)
        seen = visible.look(servers)
        return servers.converse(lambda ask: asking.answer(ask, seen, site.key, query, told))

    def look(self, look: Look) -> list[LookRow]:
        """See ``EventStore.look``."""
        servers = self._servers()
        if isinstance(look, WrongRollups):
            return differences(servers, look.site)
        if isinstance(look, Expirable):
            raise InvalidRequest(_NEVER_EXPIRES)
        if isinstance(look, ExpiryLook):
            return []
        if isinstance(look, TallyLook):
            return tallies.look(servers, look)
        if isinstance(look, Condition):
            waiting = self._roller.backlog()
            return [(schema.VERSION, schema.VERSION, *waiting, 0, size(servers), 0, 0, 0)]
        if isinstance(look, CopyOut):
            raise InvalidRequest(_NO_FILE)
        if isinstance(look, Moment):
            return [(visible.look(servers).told,)]
        reach = reach_of(look, _seen_by(servers, look))
        return [tuple(row) for row in _asked(servers, statement_of(look), reach)]

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        servers = self._servers()
        reach = Reach(visible.look(servers), site)
        where = reach.where("site")
        ((events, first_day, last_day),) = servers.ask(
            f"select count(*), min(day), max(day) from events where {where}"
        )
        ((bots,),) = servers.ask(f"select count(*) from bots where {where}")
        ((version,),) = servers.ask("select version()")
        return Description(
            engine="clickhouse",
            version=version,
            schema=schema.VERSION,
            events=events,
            bots=bots,
            first_day=first_day if events else None,
            last_day=last_day if events else None,
            imports=_imports(servers, where),
        )

    def change(self, change: Change) -> int:
        """See ``EventStore.change``; where the events are is ``HousedStore``'s to change."""
        assert not isinstance(change, HouseChange)
        servers = self._servers()
        if isinstance(change, TallyChange):
            with self._counting:
                return tallies.carry_out(servers, change, self._numbers)
        if isinstance(change, RollUpFirst):
            return 0
        if isinstance(change, RollUp):
            return self._roll_up(servers, change)
        if isinstance(change, Expire):
            raise InvalidRequest(_NEVER_EXPIRES)
        changer = Changer(servers, self._numbers, self._states)
        if isinstance(change, Compact):
            return self._await_files(changer)
        with self._changing:
            if isinstance(change, Furnish):
                return changer.furnish(change)
            return changer.carry_out(change)

    def close(self) -> None:
        """See ``EventStore.close``."""
        self._janitor.stop()
        with self._opening:
            self._closed = True
            servers, self._open = self._open, None
        with self._writing:
            self._inserting.shutdown()
            if servers is not None:
                servers.close()

    def _servers(self) -> Servers:
        """The cluster, its tables made where they were not."""
        opened = self._open
        if opened is not None:
            return opened
        with self._opening:
            if self._closed:
                raise Unavailable
            if self._open is None:
                servers = Servers(self._address)
                try:
                    schema.migrate(servers)
                    _refuse_what_moved(servers)
                except (SetupError, Unavailable):
                    servers.close()
                    raise
                self._open = servers
            return self._open

    def _append(self, servers: Servers, batch: Batch) -> list[int]:
        self._states.settle_doubts(servers)
        seen = visible.look(servers)
        if batch.again and is_seen(servers, seen, Seen.BATCH, batch.number):
            return []
        numbered = number(servers, seen, batch, self._numbers)
        if numbered.parts:
            with self._states.writing(servers, numbered.number, numbered.spans):
                self._insert(servers, numbered.parts)
        return numbered.duplicates

    def _insert(self, servers: Servers, parts: Sequence[Part]) -> None:
        if len(parts) == 1:
            parts[0].insert(servers)
            return
        inserts = [self._inserting.submit(part.insert, servers) for part in parts]
        failures = [each.exception() for each in inserts]
        for failure in failures:
            if failure is not None:
                raise failure

    def _roll_up(self, servers: Servers, change: RollUp) -> int:
        settled = rollups.fenced(servers, self._numbers)
        days = rollups.every_day(servers, settled, change.site)
        if days and not change.again:
            span = (days[0].site_day.day, days[-1].site_day.day)
            told = rollups.rolled(servers.ask, change.site, [span])
            known = rollups.still_true(servers.ask, change.site, told)
            days = [each for each in days if each.site_day.day not in known]
        rollups.roll(servers, self._numbers, settled, days)
        return sum(each.events for each in days)

    def _await_files(self, changer: Changer) -> int:
        until = time.monotonic() + self._FILES_LAST
        while True:
            with self._changing:
                gone, left = changer.note_what_is_gone()
            if not left or time.monotonic() > until:
                return gone
            time.sleep(_LOOK_AGAIN)

    def _tidy(self) -> None:
        servers = self._servers()
        self._roller.look(servers)
        changer = Changer(servers, self._numbers, self._states)
        with self._changing:
            changer.go_on()
            changer.clear_away()
            changer.note_what_is_gone()


def _seen_by(servers: Servers, look: PlainLook) -> Visible:
    """What a look sees: all there is now, unless it names a moment."""
    moment = getattr(look, "moment", "")
    return visible.read(moment) if moment else visible.look(servers)


def _refuse_what_moved(servers: Servers) -> None:
    if tallies.look(servers, Tallied([CLOSED])):
        raise Unavailable(_MOVED)


def _asked(servers: Servers, statement: Statement, reach: Reach) -> list[Row]:
    return servers.ask(written(reached(statement, reach)))


def size(servers: Servers) -> int:
    """How many bytes the tables have on one replica of each shard."""
    asked = (
        "select sum(bytes_on_disk) from system.parts "
        f"where active and database = '{servers.address.database}'"
    )
    return sum(int(servers.ask_at(shard.replicas[0], asked)[0][0]) for shard in servers.shards)


def _imports(servers: Servers, where: str) -> list[Progress]:
    rows = servers.ask(
        f"""
        select head_size, head, argMax(lines, seq), argMax(bytes, seq), argMax(tail, seq), salts,
               argMax(finished, seq), argMax(unjudged, seq)
        from imports where {where} group by site, head_size, head, salts order by salts
        """
    )
    return [
        Progress(*told, bool(finished), bool(unjudged))  # type: ignore[call-arg]
        for *told, finished, unjudged in rows
    ]
