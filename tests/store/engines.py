"""The engines that one suite runs on, and what the tests of the store ask of them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

from msgspec.structs import replace

from ezee.model.event import Bot, Event
from ezee.model.query import Interval, Range, StatsQuery
from ezee.model.result import Answer
from ezee.store.base import Batch, EventStore
from ezee.store.changes import RollUp
from ezee.store.clickhouse import ClickHouseStore
from ezee.store.clickhouse.address import parse_address
from ezee.store.listener import StoreListener
from ezee.store.looks import Erased, KeptFeatures, KeptPaths, NotCounted, Row
from ezee.store.remote import RemoteStore
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, SITE_ID, PatientStore, event, readable
from tests.support.reference import Question, report, visits_of

SITE = int(SITE_ID[4:], 16)
OTHER = 11
MINUTE = 60_000
DAY = 86_400_000
TODAY = NOON // DAY


class Engine:
    """One engine on a folder, to be closed and opened again."""

    name = "duckdb"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store: EventStore = self.open()

    def open(self) -> EventStore:
        return PatientStore(self.folder)

    def close(self) -> None:
        self.store.close()

    def reopen(self) -> None:
        self.close()
        self.store = self.open()


class ClusterEngine(Engine):
    """A database of its own on a real cluster, or one server of it."""

    name = "clickhouse"

    def __init__(self, cluster: Cluster) -> None:
        self.database = f"test_{uuid4().hex}"
        self._address = parse_address(cluster.url(self.database))
        super().__init__(Path())

    def open(self) -> EventStore:
        return ClickHouseStore(self._address)


class RolledClusterStore(ClickHouseStore):
    """What was there before is rolled up whenever something comes."""

    def append(self, batch: Batch) -> list[int]:
        for site in {each.site for each in batch.events}:
            self.change(RollUp(site))
        return super().append(batch)


class RolledClusterEngine(ClusterEngine):
    """ClickHouse, answering from roll-ups what these can tell."""

    def open(self) -> EventStore:
        return RolledClusterStore(self._address)


class RemoteEngine(Engine):
    """The same, spoken to over its socket."""

    def open(self) -> EventStore:
        self._local = PatientStore(self.folder)
        self._listener = StoreListener(self.folder, self._local)
        return RemoteStore(self.folder)

    def close(self) -> None:
        self.store.close()
        self._listener.stop()
        self._local.close()


class RolledStore(PatientStore):
    """What was there before is rolled up whenever something comes."""

    def append(self, batch: Batch) -> list[int]:
        for site in {each.site for each in batch.events}:
            self.change(RollUp(site))
        return super().append(batch)


class RolledEngine(Engine):
    """The embedded engine, answering from roll-ups what these can tell."""

    def open(self) -> EventStore:
        return RolledStore(self.folder)


def question(
    interval: Interval = Interval.DAY, breakdowns: tuple[str, ...] = (), **others: object
) -> StatsQuery:
    asked = StatsQuery(Range(TODAY, TODAY), interval, (), breakdowns)
    return replace(asked, **others) if others else asked


def ask(engine: Engine, query: StatsQuery | None = None) -> Answer:
    return engine.store.query(readable(), query or question())


def bot(
    at: int = NOON,
    rule: str = "Googlebot",
    category: str = "search",
    token: str = "",
    **fields: Any,
) -> Bot:
    """A stored pageview that a program made."""
    return Bot(event(at, **fields), rule, category, token)


def not_counted(store: EventStore, first: int = TODAY - 30, last: int = TODAY) -> list[Row]:
    """What was not counted of the tracker on some days."""
    return store.look(NotCounted(SITE, first, last))


def everything(store: EventStore) -> tuple[object, ...]:
    """All that can be told of the tracker, to be compared."""
    asked = question(breakdowns=("page", "entry_page", "exit_page", "source", "event"))
    return (
        store.describe(),
        store.query(readable(), asked),
        not_counted(store),
        store.look(KeptPaths(SITE)),
        sorted(store.look(KeptFeatures(SITE))),
        store.look(Erased("r")),
    )


def assert_counted(store: EventStore, people: list[Event]) -> None:
    """The numbers of today are those of a plain reading of these events, as they were stored."""
    names = ("page", "entry_page", "exit_page", "source")
    today = date(2026, 3, 10)
    asked = Question(today, today, now=NOON, interval="day", dimensions=names, limit=100)
    expected = report(people, "UTC", asked)
    answer = store.query(readable(), question(breakdowns=names, limit=100))
    visits = visits_of(people, "UTC")
    totals = answer.totals
    assert (totals.visits, totals.bounces, totals.duration) == (
        len(visits),
        sum(visit.bounce for visit in visits),
        sum(visit.duration for visit in visits),
    )
    assert (totals.visitors, totals.pageviews, totals.events) == tuple(
        expected["totals"][name] for name in ("visitors", "pageviews", "events")
    )
    for name, rows in expected["breakdowns"].items():
        found = [(row.value, row.visitors, row.count) for row in answer.breakdowns[name].rows]
        assert found == [tuple(row.values()) for row in rows], name
