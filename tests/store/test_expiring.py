"""Expiry: events of the first days go, and what they add up to is told as before, for ever."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from ezee.errors import InvalidRequest, Unavailable
from ezee.model.event import Bot, DropReason, Drops, Event
from ezee.model.query import Filter, Interval, Operator, Range, StatsQuery
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Compact, Erase, Expire, Move, Regroup, Rejudge, RollUp, RollUpFirst
from ezee.store.duckdb import expiring as duckdb_expiring
from ezee.store.duckdb.lives import FILE_NAME
from ezee.store.looks import (
    BotViews,
    Erasable,
    Erased,
    Expirable,
    KeptEvents,
    KeptFrom,
    LatestErased,
    NotCounted,
    WrongRollups,
)
from tests.store import expiring
from tests.store.engines import (
    DAY,
    MINUTE,
    OTHER,
    SITE,
    TODAY,
    ClusterEngine,
    Engine,
    RemoteEngine,
    RolledClusterEngine,
    RolledEngine,
    ask,
    bot,
    question,
)
from tests.store.test_compacting import found
from tests.support.events import NOON, PatientStore, event, readable

OLD = TODAY - 2
MARK = "/people/søren-kirk.9f2c/letters"
TITLE = "Letters of Søren 9f2c"


@pytest.fixture(
    params=[Engine, RolledEngine, RemoteEngine, ClusterEngine, RolledClusterEngine],
    ids=["embedded", "rolled", "remote", "clickhouse", "clickhouse-rolled"],
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if issubclass(request.param, ClusterEngine):
        made: Engine = request.param(request.getfixturevalue("server"))
    else:
        made = request.param(tmp_path)
    yield made
    made.close()


def of_days(days: int = 5, each: int = 12) -> list[Event]:
    """Visitors of some days, today the last; of each day one sale; old ones have a title."""
    return [
        event(
            NOON - day * DAY + at * 9 * MINUTE,
            visitor=1 + at % 3,
            page=f"/{at % 4}",
            path=f"/{at % 4}",
            title=TITLE if day >= 2 else "",
            source=f"s{at % 2}",
            country="DE",
            verified=at % 2 == 0,
            amount=1250 if at == 1 else 0,
            currency="EUR" if at == 1 else "",
        )
        for day in range(days)
        for at in range(each)
    ]


EVENTS = of_days()
BOTS = [
    bot(NOON - 3 * DAY, path=MARK, page="/p"),
    bot(NOON - 3 * DAY + 1, path=MARK, page="/p"),
    bot(NOON - 3 * DAY, "curl", "tool", page="/q"),
    bot(NOON - 3 * DAY, kind=1, name="buy", page="/p"),
    bot(NOON),
]
DROPS = [Drops(SITE, TODAY - 3, DropReason.EXCLUDED, 4)]
WHOLE = Range(TODAY - 9, TODAY)
NAMES = ("page", "entry_page", "exit_page", "source", "country", "event")
# The days before OLD have these: events, bots, drops, visits, days.
REMOVED = (24, 4, 0, 6, 2)


def fill(store: EventStore) -> None:
    store.append(Batch(EVENTS, bots=BOTS, drops=DROPS, tally=1))
    store.append(Batch([replace(each, site=OTHER) for each in EVENTS]))


def expire(store: EventStore, day: int = OLD, site: int = SITE) -> int:
    return store.change(Expire(site, day, f"r{day}", NOON))


ROLLABLE: dict[str, StatsQuery] = {
    "report": question(range=WHOLE, breakdowns=NAMES, limit=100),
    "page by page": question(range=WHOLE, breakdowns=NAMES, limit=2, offset=2),
    "beyond the last row": question(range=WHOLE, breakdowns=NAMES, limit=2, offset=50),
    "revenue": question(range=WHOLE, metrics=("revenue",)),
    "by month": question(Interval.MONTH, range=WHOLE),
    "a value": question(
        range=WHOLE, breakdowns=("page",), filters=(Filter("page", Operator.IS, ("/1",)),)
    ),
    "compared": question(range=Range(TODAY, TODAY), comparison=Range(TODAY - 4, TODAY - 3)),
}
NOT_ROLLABLE: dict[str, StatsQuery] = {
    "hours": question(Interval.HOUR, range=WHOLE),
    "verified": question(range=WHOLE, verified=True),
    "a property": question(range=WHOLE, breakdowns=("prop:plan",)),
    "every property": question(range=WHOLE, breakdowns=("prop:*",)),
    "two together": question(range=WHOLE, breakdowns=("page,source",)),
    "one of two values": question(range=WHOLE, filters=(Filter("page", Operator.IS, ("/", "/1")),)),
    "any but one": question(range=WHOLE, filters=(Filter("page", Operator.IS_NOT, ("/",)),)),
    "another breakdown": question(
        range=WHOLE, breakdowns=("source",), filters=(Filter("page", Operator.IS, ("/1",)),)
    ),
    "hours compared": question(
        range=Range(TODAY, TODAY), comparison=Range(TODAY - 3, TODAY - 3, 0, NOON - 3 * DAY)
    ),
}


def test_what_is_told_of_days_stays_as_it_was(engine: Engine) -> None:
    fill(engine.store)
    asked = {name: ask(engine, query) for name, query in ROLLABLE.items()}
    counted = engine.store.look(NotCounted(SITE, TODAY - 9, TODAY))
    look = BotViews(SITE, 0, TODAY, "/p", ("Googlebot",))
    views = engine.store.look(look)
    assert engine.store.look(Expirable(SITE, OLD)) == [REMOVED]
    assert expire(engine.store) == REMOVED[0] + REMOVED[1]
    for reopened in (False, True):
        if reopened:
            engine.reopen()
        assert {name: ask(engine, query) for name, query in ROLLABLE.items()} == asked
        assert engine.store.look(NotCounted(SITE, TODAY - 9, TODAY)) == counted
        assert engine.store.look(look) == views == [(2,)]
        assert engine.store.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
        assert engine.store.look(KeptFrom()) == [(SITE, OLD)]
        told = engine.store.describe(SITE)
        assert (told.events, told.bots, told.first_day) == (len(EVENTS) - 24, 1, TODAY - 4)
        assert engine.store.look(WrongRollups(SITE)) == []
        others = engine.store.describe(OTHER)
        assert (others.events, others.first_day) == (len(EVENTS), TODAY - 4)
        kept = engine.store.look(KeptEvents(SITE, OLD, TODAY, (0, 0, 0), 1_000))
        assert len(kept) == len(EVENTS) - 24
        with pytest.raises(Unavailable, match="before 2026-03-08 expired"):
            engine.store.look(KeptEvents(SITE, OLD - 1, TODAY, (0, 0, 0), 1_000))


@pytest.mark.parametrize("name", NOT_ROLLABLE)
def test_what_needs_events_is_refused_and_told_from_when_on_it_can_be_asked(
    engine: Engine, name: str
) -> None:
    query = NOT_ROLLABLE[name]
    fill(engine.store)
    before = ask(engine, query)
    assert before.totals.visitors > 0
    expire(engine.store)
    with pytest.raises(InvalidRequest, match=r"can be asked from 2026-03-08 on"):
        ask(engine, query)
    later = replace(query, range=Range(OLD, TODAY))
    if query.comparison is not None:
        later = replace(query, comparison=Range(OLD, OLD, NOON - 2 * DAY, NOON))
    assert ask(engine, later).totals.visitors > 0


def test_days_of_several_trackers_are_rolled_up_together_before_they_expire(
    engine: Engine,
) -> None:
    """Each up to its own day, and once; what they tell is the same before, between and after."""
    fill(engine.store)
    query = ROLLABLE["report"]
    sites = [readable(), readable(site_id=f"ezi_{OTHER:012x}")]
    before = [engine.store.query(site, query) for site in sites]
    first = RollUpFirst([(SITE, OLD), (OTHER, OLD - 1), (4711, TODAY)])
    assert engine.store.change(first) == 24 + 12
    assert engine.store.change(first) == 0
    assert [engine.store.query(site, query) for site in sites] == before
    assert [engine.store.look(WrongRollups(site)) for site in (SITE, OTHER)] == [[], []]
    assert expire(engine.store) == 28
    assert expire(engine.store, OLD - 1, OTHER) == 12
    assert engine.store.change(first) == 0
    assert [engine.store.query(site, query) for site in sites] == before


def test_what_comes_for_an_expired_day_is_refused(engine: Engine) -> None:
    fill(engine.store)
    expire(engine.store)
    asked = ask(engine, ROLLABLE["report"])
    late = event(NOON - 3 * DAY, visitor=9, event_id=5)
    other, kept = replace(late, site=OTHER), event(NOON - 2 * DAY, visitor=9)
    bots = [Bot(late, "Googlebot", "search", "")]
    assert engine.store.append(Batch([late, other, kept, late], bots=bots)) == [0, 3]
    engine.reopen()
    assert engine.store.append(Batch([kept, late])) == [1]
    engine.store.change(Erase(SITE, OLD, OLD))
    assert ask(engine, replace(ROLLABLE["report"], range=Range(TODAY - 9, OLD - 1))) == ask(
        engine, replace(ROLLABLE["report"], range=Range(TODAY - 9, OLD))
    )
    assert asked.totals.pageviews == len(EVENTS)


def test_expired_days_are_never_rolled_up_judged_or_grouped_again(engine: Engine) -> None:
    fill(engine.store)
    before = Range(TODAY - 9, OLD - 1)
    expire(engine.store)
    asked = ask(engine, replace(ROLLABLE["report"], range=before))
    for change in (
        RollUp(SITE, again=True),
        Regroup(SITE, [("/1", "/x")]),
        Rejudge(SITE, [Move(TODAY - 3, "", "", "", 0, "", "", 0, "", "headless", "tool")]),
        Rejudge(SITE, [Move(TODAY - 3, "curl", "", "", 0, "", "", 0, "", "", "")]),
        RollUp(SITE, again=True),
    ):
        engine.store.change(change)
        assert ask(engine, replace(ROLLABLE["report"], range=before)) == asked
    assert engine.store.look(WrongRollups(SITE)) == []


def test_it_moves_on_and_never_back(engine: Engine) -> None:
    fill(engine.store)
    asked = ask(engine, ROLLABLE["report"])
    assert expire(engine.store) == 28
    assert expire(engine.store) == 0
    assert expire(engine.store, OLD - 1) == 0
    assert engine.store.look(KeptFrom()) == [(SITE, OLD)]
    assert expire(engine.store, OLD + 1) == 12
    assert expire(engine.store, TODAY + 1) == 25
    assert ask(engine, ROLLABLE["report"]) == asked
    assert engine.store.describe(SITE).events == 0
    latest = engine.store.look(LatestErased("r", 2))
    assert [row[:2] for row in latest] == [(f"r{TODAY + 1}", 24), (f"r{OLD + 1}", 12)]
    # Of a day without events nothing goes, and nothing is remembered.
    assert expire(engine.store, TODAY + 2) == 0
    assert engine.store.look(Erased(f"r{TODAY + 2}")) == []
    assert engine.store.look(KeptFrom()) == [(SITE, TODAY + 2)]


def test_days_that_have_expired_can_be_erased_wholly(engine: Engine) -> None:
    fill(engine.store)
    expire(engine.store)
    erase = Erase(SITE, TODAY - 3, TODAY - 2, receipt="e", at=NOON)
    # What they were, drops too.
    assert engine.store.look(Erasable(erase)) == [(24, 4, 4, 6, 2)]
    assert engine.store.change(erase) == 28
    assert engine.store.look(Erased("e")) == [(24, 4, 4, 6, 2, NOON, 0)]
    left = ask(engine, ROLLABLE["report"])
    assert left.totals.pageviews == len(EVENTS) - 24
    assert engine.store.look(NotCounted(SITE, TODAY - 3, OLD)) == []
    engine.store.change(Erase(SITE))
    assert engine.store.look(KeptFrom()) == []
    assert engine.store.describe(SITE).first_day is None
    # Nothing is left of it, and it begins anew.
    assert engine.store.append(Batch(EVENTS)) == []
    assert engine.store.describe(OTHER).events == len(EVENTS)


def test_a_path_is_erased_from_the_first_day_on_whose_events_are_kept(engine: Engine) -> None:
    fill(engine.store)
    expire(engine.store)
    for first in (None, OLD - 1):
        erase = Erase(SITE, first, path="/1", receipt="e", at=NOON)
        for refused in (
            lambda erase=erase: engine.store.look(Erasable(erase)),
            lambda erase=erase: engine.store.change(erase),
        ):
            with pytest.raises(InvalidRequest, match="from 2026-03-08 on") as told:
                refused()
            assert [each.field for each in told.value.details] == ["path"]
    assert engine.store.change(Erase(SITE, OLD, path="/1", receipt="e", at=NOON)) == 9
    assert engine.store.change(Erase(OTHER, path="/1", receipt="o", at=NOON)) == 15


def test_no_byte_of_an_expired_event_is_left(tmp_path: Path) -> None:
    """A title and a bot's path are in no roll-up; nor is a visitor's hash."""
    store = PatientStore(tmp_path)
    visitor = 0x5EED_9F2C_41B7_0A11
    old = [replace(each, visitor=visitor) if each.day < OLD else each for each in EVENTS]
    old = [replace(each, title="") if each.day >= OLD else each for each in old]
    store.append(Batch(old, bots=BOTS))
    asked = store.query(readable(), ROLLABLE["report"])
    store._checkpoint()
    hash_ = visitor.to_bytes(8, "little").decode("latin-1")
    assert found(tmp_path, TITLE, MARK) == {TITLE, MARK}
    assert hash_.encode("latin-1") in (tmp_path / FILE_NAME).read_bytes()
    expire(store)
    assert store.change(Compact()) == 1
    assert store.query(readable(), ROLLABLE["report"]) == asked
    store.close()
    assert found(tmp_path, TITLE, MARK) == set()
    assert hash_.encode("latin-1") not in (tmp_path / FILE_NAME).read_bytes()
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        for table in ("events", "visits", "bots", "amended", "former_visits"):
            row = connection.execute(f"select count(*) from {table} where day < {OLD}").fetchone()
            assert row == (0,), table


def test_what_comes_meanwhile_is_counted_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PatientStore(tmp_path)
    fill(store)
    late = [event(NOON - 3 * DAY, visitor=visitor) for visitor in (8, 9)]
    told: list[list[int]] = []

    def come(where: object, name: str, then: Event) -> None:
        really = getattr(where, name)

        def act(*given: object) -> object:
            done = really(*given) if where is store else None
            told.append(store.append(Batch([then, event(visitor=then.visitor)])))
            return done if where is store else really(*given)

        monkeypatch.setattr(where, name, act)

    # Once most is rolled up; and once no more is taken.
    come(store, "_roll_up", late[0])
    come(duckdb_expiring, "carry_out", late[1])
    assert expire(store) == 29
    assert told == [[], [0]]
    answer = store.query(readable(), ROLLABLE["report"])
    assert answer.totals.pageviews == len(EVENTS) + 3
    assert store.look(WrongRollups(SITE)) == []
    store.close()


@pytest.mark.parametrize(("module", "name"), expiring.POINTS)
def test_killed_at_any_point_the_numbers_are_the_same_and_it_can_be_done_again(
    tmp_path: Path, module: str, name: str
) -> None:
    store = PatientStore(tmp_path)
    fill(store)
    asked = store.query(readable(), ROLLABLE["report"])
    store.close()
    command = [sys.executable, "-m", expiring.__name__, str(tmp_path), module, name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == -9, done.stderr
    opened = PatientStore(tmp_path)
    for _ in range(2):
        assert opened.query(readable(), ROLLABLE["report"]) == asked
        assert opened.look(WrongRollups(SITE)) == []
        opened.change(Expire(SITE, OLD, f"r{OLD}", NOON))
        assert opened.look(Erased(f"r{OLD}")) == [(*REMOVED, NOON, 0)]
        assert opened.describe(SITE).events == len(EVENTS) - 24
    opened.close()
