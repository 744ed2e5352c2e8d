"""What another store needs to become the same: how much there is, row by row, and taking it in."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ezee.model.event import DropReason, Drops
from ezee.store.base import Batch
from ezee.store.changes import Count, Erase, Furnish
from ezee.store.looks import EveryErased, EveryTally, Extents, KeptDrops, KeptRows
from tests.store.engines import DAY, OTHER, SITE, TODAY, Engine, assert_counted, bot
from tests.support.events import NOON, event


def fill(engine: Engine) -> None:
    """People and a program on two days of one tracker, and one event of another."""
    engine.store.append(
        Batch(
            [event(NOON - DAY, visitor=2), event(visitor=1)],
            bots=[replace(bot(token="x"), place=2)],
        )
    )
    engine.store.append(Batch([event(NOON + 1, visitor=3), event(site=OTHER)]))


def test_extents_tell_how_much_there_is_of_each_day(engine: Engine) -> None:
    assert engine.store.look(Extents()) == []
    fill(engine)
    found = engine.store.look(Extents())
    assert [row[:4] for row in found] == [
        (SITE, TODAY - 1, 1, 0),
        (SITE, TODAY, 2, 1),
        (OTHER, TODAY, 1, 0),
    ]
    before = dict(zip(found, found, strict=True))
    engine.store.append(Batch([event(visitor=9, site=OTHER)]))
    changed = [row for row in engine.store.look(Extents()) if row not in before]
    assert [row[:3] for row in changed] == [(OTHER, TODAY, 2)]


def test_rows_come_in_the_order_in_which_they_were_stored_and_in_pages(engine: Engine) -> None:
    fill(engine)
    days = [(SITE, TODAY), (SITE, TODAY - 1)]
    every = engine.store.look(KeptRows(days, 0, 100))
    told = [(row[1], row[6], row[-4]) for row in every]
    assert told == [(TODAY - 1, 2, ""), (TODAY, 1, ""), (TODAY, 1, "Googlebot"), (TODAY, 3, "")]
    assert every[2][-3:-1] == ("search", "x")
    pages = [engine.store.look(KeptRows(days, skip, 3)) for skip in (0, 3, 6)]
    assert [row for page in pages for row in page] == every


def test_a_page_of_a_day_begins_after_the_last_row_of_the_one_before(engine: Engine) -> None:
    fill(engine)
    every = engine.store.look(KeptRows([(SITE, TODAY)], 0, 100))
    pages, after = [], 0
    while page := engine.store.look(KeptRows([(SITE, TODAY)], 0, 2, after=after)):
        pages.append(page)
        after = int(page[-1][-1])
    assert [len(page) for page in pages] == [2, 1]
    assert [row for page in pages for row in page] == every


def test_of_what_has_moved_nothing_is_refused_for_its_id(engine: Engine) -> None:
    twice = [event(event_id=7, visitor=1), event(NOON + 1, event_id=7, visitor=2)]
    assert engine.store.append(Batch(twice, moved=True)) == []
    assert_counted(engine.store, twice)
    assert engine.store.append(Batch([event(NOON + 2, event_id=8)], moved=True)) == []


@pytest.mark.parametrize("number", [5, 2**61])
def test_what_has_moved_is_stored_once_however_often_it_is_sent(
    engine: Engine, number: int
) -> None:
    batch = Batch([event(visitor=4)], bots=[bot()], moved=True, number=number)
    again = Batch(batch.events, bots=batch.bots, moved=True, number=number, again=True)
    engine.store.append(batch)
    engine.store.append(again)
    engine.store.append(again)
    assert [row[2:4] for row in engine.store.look(Extents())] == [(1, 1)]


def test_drops_are_told_of_every_tracker(engine: Engine) -> None:
    some = [Drops(SITE, TODAY, str(DropReason.HOSTNAME), 2), Drops(OTHER, TODAY, "excluded", 1)]
    engine.store.append(Batch((), drops=some, tally=1))
    engine.store.append(Batch((), drops=some[:1], tally=2))
    assert engine.store.look(KeptDrops()) == [
        (SITE, TODAY, "hostname", 4),
        (OTHER, TODAY, "excluded", 1),
    ]


def test_tallies_and_receipts_are_as_another_store_has_them(engine: Engine) -> None:
    tallies: Any = [("a", 5, TODAY, 2, 1, 3, "terms"), ("b", -1, 0, 0, 2, 2, "")]
    receipts: Any = [("r", 1, 2, 3, 4, 5, NOON, 1)]
    for _ in range(2):
        assert engine.store.change(Furnish(tallies, receipts)) == 3
        assert engine.store.look(EveryTally("")) == tallies
        assert engine.store.look(EveryErased()) == receipts
    changed: Any = [("a", 6, TODAY, 3, 1, 4, "other terms")]
    engine.store.change(Furnish(changed))
    assert engine.store.look(EveryTally("")) == [changed[0], tallies[1]]
    engine.store.change(Count([("a", 1)], TODAY, NOON))
    assert engine.store.look(EveryTally("a"))[0][1:4] == (7, TODAY, 4)


def test_a_receipt_is_told_among_all(engine: Engine) -> None:
    fill(engine)
    engine.store.change(Erase(OTHER, receipt="mine", at=NOON))
    assert [row[:3] for row in engine.store.look(EveryErased())] == [("mine", 1, 0)]
