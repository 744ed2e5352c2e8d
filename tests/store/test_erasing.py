"""Erasing a part of a tracker: what is left is as if the rest had never come."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from ezee.model.event import Bot, DropReason, Drops, Event, Kind
from ezee.model.query import Range
from ezee.store.base import Batch
from ezee.store.changes import Erase, RollUp
from ezee.store.looks import Erasable, Erased, NotCounted, WrongRollups
from tests.store.engines import (
    MINUTE,
    OTHER,
    SITE,
    TODAY,
    Engine,
    assert_counted,
    bot,
    everything,
    not_counted,
    question,
)
from tests.store.test_contract import progress
from tests.support.events import NOON, readable
from tests.support.events import event as stored

NONE = (0, 0, 0, 0, 0)


def event(minutes: int, path: str, visitor: int = 1, **fields: Any) -> Event:
    return stored(
        NOON + minutes * MINUTE, **{"path": path, "page": path, "visitor": visitor, **fields}
    )


def bot_on(minutes: int, path: str) -> Bot:
    return bot(NOON + minutes * MINUTE, path=path, page=path)


# Visits: /a /b /a and /c; /ab with its engagement; yesterday /a.
EVENTS = [
    event(0, "/a"),
    event(20, "/b"),
    event(40, "/a"),
    event(80, "/c"),
    event(0, "/ab", 2),
    event(5, "/x", 2, kind=Kind.ENGAGEMENT, name="engagement"),
    event(0, "/u/7", 3, page="/u/*"),
    event(10, "", 3, kind=Kind.CUSTOM, name="buy"),
    event(-24 * 60, "/a", 4),
]
BOTS = [bot_on(0, "/a"), bot_on(1, "/b"), bot_on(-24 * 60, "/c")]
DROPS = [Drops(SITE, TODAY, DropReason.EXCLUDED, 5), Drops(SITE, TODAY - 1, DropReason.HOSTNAME, 2)]


class Case(NamedTuple):
    """What is asked for and how much it removes: events, bots, drops, visits, days."""

    asked: dict[str, Any]
    removed: tuple[int, int, int, int, int]


CASES = {
    "everything": Case({}, (9, 3, 7, 5, 2)),
    "today": Case({"first_day": TODAY, "last_day": TODAY}, (8, 2, 5, 4, 1)),
    "from today on": Case({"first_day": TODAY}, (8, 2, 5, 4, 1)),
    "up to yesterday": Case({"last_day": TODAY - 1}, (1, 1, 2, 1, 1)),
    "a day without events": Case({"first_day": TODAY + 1}, NONE),
    "a path": Case({"path": "/a"}, (3, 1, 0, 1, 2)),
    "a path amid a visit, which falls apart": Case({"path": "/b"}, (1, 1, 0, 0, 1)),
    "a path that is a whole visit": Case({"path": "/c"}, (1, 1, 0, 1, 2)),
    "paths that begin so": Case({"path": "/a*"}, (4, 1, 0, 2, 2)),
    "every path": Case({"path": "/*"}, (8, 3, 0, 4, 2)),
    "an unknown path": Case({"path": "/nowhere"}, NONE),
    "no wild card": Case({"path": "/%"}, NONE),
    "a page that paths are shown as": Case({"path": "/u/*"}, (1, 0, 0, 0, 1)),
    "a grouped path": Case({"path": "/u/7"}, (1, 0, 0, 0, 1)),
    "engagement is in no visit": Case({"path": "/x"}, (1, 0, 0, 0, 1)),
    "a path of a day": Case({"path": "/a", "last_day": TODAY - 1}, (1, 0, 0, 1, 1)),
}


def fill(engine: Engine) -> None:
    others = [Drops(OTHER, TODAY, DropReason.EXCLUDED, 3)]
    engine.store.append(Batch(EVENTS, bots=BOTS, drops=[*DROPS, *others], tally=1))
    on_others = [replace(each, site=OTHER) for each in EVENTS]
    engine.store.append(Batch(on_others, bots=[bot(site=OTHER)]))


def is_erased(one: Event, asked: dict[str, Any]) -> bool:
    path: str | None = asked.get("path")
    if not asked.get("first_day", 0) <= one.day <= asked.get("last_day", one.day):
        return False
    if path is None:
        return True
    return one.path.startswith(path[:-1]) if path[-1] == "*" else path in {one.path, one.page}


@pytest.mark.parametrize("rolled", [False, True], ids=["raw", "rolled"])
@pytest.mark.parametrize("case", CASES.values(), ids=list(CASES))
def test_what_is_asked_for_goes_and_nothing_else(engine: Engine, case: Case, rolled: bool) -> None:
    fill(engine)
    if rolled:
        engine.store.change(RollUp(SITE))
        engine.store.change(RollUp(OTHER))
    erase = Erase(SITE, **case.asked, receipt="r", at=NOON)
    assert engine.store.look(Erasable(erase)) == [case.removed]
    assert engine.store.change(erase) == case.removed[0] + case.removed[1]
    left = [each for each in EVENTS if not is_erased(each, case.asked)]
    assert_counted(engine.store, [each for each in left if each.day == TODAY])
    ((*told, gone),) = engine.store.look(Erased("r"))
    assert told == [*case.removed, NOON]
    # Bytes that are left go later; where nothing was removed, none may be.
    assert not (gone and any(case.removed))
    rows = not_counted(engine.store, TODAY - 1, TODAY)
    bots, drops = (
        sum(int(row[4]) for row in rows if (row[1] == "bot") == is_bot) for is_bot in (True, False)
    )
    assert (3 - bots, 7 - drops) == case.removed[1:3]
    assert [engine.store.look(WrongRollups(site)) for site in (SITE, OTHER)] == [[], []]
    others = engine.store.describe(OTHER)
    assert (others.events, others.bots) == (len(EVENTS), 1)
    assert len(engine.store.look(NotCounted(OTHER, TODAY, TODAY))) == 2
    after = everything(engine.store)
    engine.reopen()
    assert everything(engine.store) == after


@pytest.mark.parametrize("asked", [{}, {"path": "/a"}])
def test_asked_for_again_under_one_receipt_it_is_done_once(
    engine: Engine, asked: dict[str, Any]
) -> None:
    """Who asked may not have heard that it was done; what came since then stays."""
    fill(engine)
    erase = Erase(SITE, **asked, receipt="r", at=NOON)
    removed = engine.store.change(erase)
    remembered = engine.store.look(Erased("r"))
    engine.store.append(Batch([event(90, "/a")]))
    before = engine.store.describe(SITE)
    engine.reopen()
    assert engine.store.change(replace(erase, at=NOON + 1)) == removed
    assert engine.store.look(Erased("r")) == remembered
    assert engine.store.describe(SITE) == before
    assert engine.store.change(replace(erase, receipt="another")) == 1


def test_without_a_receipt_nothing_is_remembered(engine: Engine) -> None:
    fill(engine)
    for _ in range(2):
        engine.store.change(Erase(SITE, path="/a"))
        engine.store.append(Batch([event(0, "/a")]))
    assert engine.store.look(Erased("")) == []


def test_an_erased_events_id_is_free(engine: Engine) -> None:
    first = event(0, "/a", event_id=7)
    engine.store.append(Batch([first]))
    engine.store.change(Erase(SITE, path="/a"))
    assert engine.store.append(Batch([first])) == []
    assert engine.store.append(Batch([first])) == [0]


@pytest.mark.parametrize(
    ("asked", "left"), [({}, 0), ({"path": "/*"}, 1), ({"last_day": TODAY}, 1)]
)
def test_an_import_is_begun_anew_where_everything_went(
    engine: Engine, asked: dict[str, Any], left: int
) -> None:
    engine.store.append(Batch([event(0, "/a")], SITE, progress()))
    engine.store.change(Erase(SITE, **asked))
    assert len(engine.store.describe(SITE).imports) == left


def test_visits_of_many_days_and_visitors_are_derived_anew(engine: Engine) -> None:
    events = [
        event(minutes - day * 24 * 60, path, visitor)
        for day in range(10)
        for visitor in range(20)
        for minutes, path in ((0, "/a"), (20, "/b" if visitor % 2 else "/c"), (40, "/a"))
    ]
    engine.store.append(Batch(events))
    engine.store.change(Erase(SITE, TODAY - 4, TODAY, "/b"))
    left = [each for each in events if each.path != "/b" or each.day < TODAY - 4]
    assert_counted(engine.store, [each for each in left if each.day == TODAY])
    totals = engine.store.query(readable(), question(range=Range(TODAY - 9, TODAY))).totals
    # The visits of half the visitors of five days fall apart.
    assert (totals.pageviews, totals.visits) == (len(left), 10 * 20 + 5 * 10)
