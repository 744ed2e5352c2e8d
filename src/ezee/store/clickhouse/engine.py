"""The event store of a cluster.

Nothing is kept here but connections: any number of services may write and ask at the same time.
An append is several inserts (see ``batches``), and returns when each is on as many replicas as
the address says. A question sees the batches that were settled before it, however many tables and
shards it reads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import structlog

from ezee.errors import InvalidRequest, SetupError, Unavailable
from ezee.model.query import StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch, Description
from ezee.store.changes import (
    Change,
    Compact,
    Furnish,
    FurnishExpired,
    HouseChange,
    RollUp,
    RollUpFirst,
    TallyChange,
)
from ezee.store.clickhouse import (
    asking,
    description,
    expired,
    fences,
    furnishing,
    rollups,
    schema,
    tallies,
    upgrading,
    visible,
)
from ezee.store.clickhouse.address import Address
from ezee.store.clickhouse.batches import Part, Seen, is_seen, number
from ezee.store.clickhouse.changes import Changer
from ezee.store.clickhouse.expired import Kept
from ezee.store.clickhouse.expiring import Expirer
from ezee.store.clickhouse.janitor import Janitor
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.roller import Roller
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.states import States
from ezee.store.clickhouse.verifying import differences
from ezee.store.clickhouse.visible import Visible
from ezee.store.expired import check_question, first_needed
from ezee.store.houses import CLOSED
from ezee.store.looks import (
    Condition,
    CopyOut,
    ExpiredDays,
    ExpiryLook,
    Look,
    Moment,
    PlainLook,
    Tallied,
    TallyLook,
    WrongRollups,
)
from ezee.store.looks import Row as LookRow

_NO_FILE = "The events are in a cluster, and not in a file of the data folder."
_MOVED = "The events of this cluster have moved to a data folder. Nothing was recorded here."
_INSERTS_AT_ONCE = 8
_LOOK_AGAIN = 1.0
_log = structlog.get_logger("ezee.store")


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
        kept_from: Mapping[int, int] = {}
        with self._writing:
            while True:
                try:
                    return self._append(servers, batch, kept_from)
                except fences.Overtaken as ahead:
                    self._numbers.pass_by(ahead.upto)
                except expired.Late as late:
                    kept_from = late.kept_from

    def query(self, site: ReadableSite, query: StatsQuery) -> Answer:
        """See ``EventStore.query``."""
        servers = self._servers()

        def read(kept: Kept) -> Answer:
            check_question(first_needed(query), kept.announced)
            told = asking.rolled(servers, site.key, query)
            seen = visible.look(servers)
            return servers.converse(lambda ask: asking.answer(ask, seen, site.key, query, told))

        return expired.steadily(servers, site.key, read)

    def look(self, look: Look) -> list[LookRow]:
        """See ``EventStore.look``."""
        servers = self._servers()
        if isinstance(look, WrongRollups):
            return differences(servers, look.site)
        if isinstance(look, TallyLook):
            return tallies.look(servers, look)
        if isinstance(look, Condition):
            waiting = self._roller.backlog()
            return [(schema.VERSION, schema.VERSION, *waiting, 0, size(servers), 0, 0, 0)]
        if isinstance(look, CopyOut):
            raise InvalidRequest(_NO_FILE)
        if isinstance(look, ExpiredDays):
            return furnishing.look(servers, look)
        if isinstance(look, Moment):
            return [(visible.look(servers).told,)]
        return expired.look(servers, lambda: _seen_by(servers, look), look)

    def describe(self, site: int | None = None) -> Description:
        """See ``EventStore.describe``."""
        return description.describe(self._servers(), site)

    def change(self, change: Change) -> int:
        """See ``EventStore.change``; where the events are is ``HousedStore``'s to change."""
        assert not isinstance(change, HouseChange)
        servers = self._servers()
        if isinstance(change, TallyChange):
            with self._counting:
                return tallies.carry_out(servers, change, self._numbers)
        if isinstance(change, RollUpFirst):
            return Expirer(servers, self._numbers).roll_first(change)
        if isinstance(change, RollUp):
            return self._roll_up(servers, change)
        changer = Changer(servers, self._numbers, self._states)
        if isinstance(change, Compact):
            return self._await_files(changer)
        with self._changing:
            if isinstance(change, Furnish):
                return changer.furnish(change)
            if isinstance(change, FurnishExpired):
                return furnishing.furnish(servers, self._numbers, change)
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
                    upgrading.bring(servers, _log.info)
                    _refuse_what_moved(servers)
                except (SetupError, Unavailable):
                    servers.close()
                    raise
                self._open = servers
            return self._open

    def _append(self, servers: Servers, batch: Batch, kept_from: Mapping[int, int]) -> list[int]:
        self._states.settle_doubts(servers)
        seen = visible.look(servers)
        if batch.again and is_seen(servers, seen, Seen.BATCH, batch.number):
            return []
        numbered = number(servers, seen, batch, self._numbers, kept_from)
        if numbered.parts:
            with self._states.writing(servers, numbered.number, numbered.spans):
                expired.check_late(servers, numbered.days)
                self._insert(servers, numbered.parts)
        return numbered.refused

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
        upgrading.forget_old(servers)


def _seen_by(servers: Servers, look: PlainLook | ExpiryLook) -> Visible:
    """What a look sees: all there is now, unless it names a moment."""
    moment = getattr(look, "moment", "")
    return visible.read(moment) if moment else visible.look(servers)


def _refuse_what_moved(servers: Servers) -> None:
    if tallies.look(servers, Tallied([CLOSED])):
        raise Unavailable(_MOVED)


def size(servers: Servers) -> int:
    """How many bytes the tables have on one replica of each shard."""
    asked = (
        "select sum(bytes_on_disk) from system.parts "
        f"where active and database = '{servers.address.database}'"
    )
    return sum(int(servers.ask_at(shard.replicas[0], asked)[0][0]) for shard in servers.shards)
