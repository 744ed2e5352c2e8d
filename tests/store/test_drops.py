"""What is kept of events that are not counted: bots one by one, the rest as numbers."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.model.event import DropReason, Drops
from ezee.model.result import Counts
from ezee.store.base import Batch
from tests.store.engines import DAY, OTHER, SITE, TODAY, Engine, ask, bot, not_counted, question
from tests.support.events import NOON, event


def drops(count: int, reason: DropReason = DropReason.EXCLUDED, site: int = SITE) -> Drops:
    return Drops(site, TODAY, reason, count)


def excluded(engine: Engine) -> int:
    """How many events of today were."""
    rows = not_counted(engine.store, TODAY, TODAY)
    return sum(int(row[4]) for row in rows if row[1] == DropReason.EXCLUDED)


def test_bots_are_counted_apart(engine: Engine) -> None:
    engine.store.append(Batch([event()], bots=[bot(), bot(NOON + 1), bot(site=OTHER)]))
    engine.reopen()
    assert ask(engine).totals == Counts(visitors=1, visits=1, pageviews=1, bounces=1)
    numbers = [engine.store.describe(site) for site in (None, SITE, OTHER, 99)]
    assert [(each.events, each.bots) for each in numbers] == [(1, 3), (1, 2), (0, 1), (0, 0)]


@pytest.mark.parametrize("first", [Batch([event(event_id=7)]), Batch([], bots=[bot(event_id=7)])])
@pytest.mark.parametrize("reopened", [False, True])
def test_an_id_is_one_among_people_and_bots(engine: Engine, first: Batch, reopened: bool) -> None:
    engine.store.append(first)
    if reopened:
        engine.reopen()
    later = [replace(bot(event_id=number), place=2) for number in (7, 8)]
    again = Batch([event(event_id=7), event(event_id=8)], bots=later)
    assert engine.store.append(again) == [0]
    described = engine.store.describe()
    assert (described.events, described.bots) == (1 + len(first.events), len(first.bots))


@pytest.mark.parametrize(("place", "duplicates"), [(0, [0]), (1, [])])
def test_the_first_of_a_batch_keeps_its_id(
    engine: Engine, place: int, duplicates: list[int]
) -> None:
    batch = Batch([event(event_id=7)], bots=[replace(bot(event_id=7), place=place)])
    assert engine.store.append(batch) == duplicates
    described = engine.store.describe()
    assert (described.events, described.bots) == (1 - len(duplicates), len(duplicates))


def test_the_id_of_a_bot_is_free_after_a_day(engine: Engine) -> None:
    engine.store.append(Batch([], bots=[bot(event_id=7)]))
    assert engine.store.append(Batch([event(NOON + DAY - 1, event_id=7)])) == [0]
    assert engine.store.append(Batch([event(NOON + DAY, event_id=7)])) == []


def test_drops_add_up(engine: Engine) -> None:
    """Within a batch, over batches, and over lives of the file."""
    engine.store.append(Batch([], drops=[drops(1), drops(2), drops(4, site=OTHER)], tally=1))
    engine.store.append(Batch([event()], drops=[drops(8), drops(16)], tally=2))
    engine.reopen()
    engine.store.append(Batch([], drops=[drops(32), drops(1, DropReason.HOSTNAME)], tally=3))
    assert not_counted(engine.store) == [
        (TODAY, "excluded", "", "", 1 + 2 + 8 + 16 + 32),
        (TODAY, "hostname", "", "", 1),
    ]
    assert engine.store.describe().events == 1


@pytest.mark.parametrize("reopened", [False, True])
def test_a_tally_that_comes_again_is_not_added_again(engine: Engine, reopened: bool) -> None:
    """As when the answer to it was lost; the events beside it are judged by their ids alone."""
    tally = Batch([event(event_id=7)], drops=[drops(5)], tally=2**63 - 1)
    assert engine.store.append(tally) == []
    if reopened:
        engine.reopen()
    assert engine.store.append(tally) == [0]
    assert excluded(engine) == 5
    engine.store.append(Batch([], drops=[drops(5)], tally=7))
    assert excluded(engine) == 10
    assert ask(engine, question()).totals.pageviews == 1


def test_drops_without_a_number_are_added_each_time_and_hide_no_tally(engine: Engine) -> None:
    """An import's come beside its progress, and may come between a tally and the same again."""
    tally = Batch([], drops=[drops(1)], tally=7)
    imported = Batch([], drops=[drops(10)])
    for batch in (tally, imported, imported, tally):
        engine.store.append(batch)
    assert excluded(engine) == 21


IMPOSSIBLE = {
    "event": Batch([event(hour=-1)], bots=[bot()], drops=[drops(1)], tally=1),
    "bot": Batch([event()], bots=[bot(), bot(hour=-1)], drops=[drops(1)], tally=1),
    "drops": Batch([event()], bots=[bot()], drops=[drops(1), drops(2**63)], tally=1),
}


@pytest.mark.parametrize("batch", IMPOSSIBLE.values(), ids=list(IMPOSSIBLE))
def test_events_bots_and_drops_are_stored_together_or_not_at_all(
    engine: Engine, batch: Batch
) -> None:
    with pytest.raises(Unavailable):
        engine.store.append(batch)
    engine.store.append(Batch([event()], bots=[bot()], drops=[drops(2)], tally=2))
    described = engine.store.describe()
    assert (described.events, described.bots, excluded(engine)) == (1, 1, 2)
    assert ask(engine).totals.visits == 1


def test_many_trackers_in_one_tally(engine: Engine) -> None:
    many = [Drops(site, TODAY, DropReason.EXCLUDED, site) for site in range(1, 3001)]
    for tally in (1, 2):
        engine.store.append(Batch([], drops=many, tally=tally))
    assert excluded(engine) == 2 * SITE
