"""Changes to what is stored: afterwards all is as if it had been stored so at first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from ezee.model.event import Bot, DropReason, Drops, Event, Kind
from ezee.model.result import Counts
from ezee.store.base import Batch
from ezee.store.changes import Erase, Move, Regroup, Rejudge
from ezee.store.looks import KeptFeatures, KeptPaths, NotCounted
from tests.store.engines import (
    DAY,
    MINUTE,
    OTHER,
    SITE,
    TODAY,
    Engine,
    ask,
    assert_counted,
    bot,
    everything,
    not_counted,
)
from tests.support.events import NOON, event


def test_erasing_takes_bots_and_drops_too(engine: Engine) -> None:
    drops = [Drops(site, TODAY, DropReason.EXCLUDED, 5) for site in (SITE, OTHER)]
    engine.store.append(
        Batch([event(), event(site=OTHER)], bots=[bot(), bot(site=OTHER)], drops=drops, tally=1)
    )
    assert engine.store.change(Erase(SITE)) == 2
    engine.reopen()
    assert engine.store.change(Erase(SITE)) == 0
    assert not_counted(engine.store) == []
    assert ask(engine).totals == Counts()
    described = engine.store.describe()
    assert (described.events, described.bots) == (1, 1)
    assert len(engine.store.look(NotCounted(OTHER, TODAY, TODAY))) == 2


def test_an_erased_bots_id_is_free(engine: Engine) -> None:
    engine.store.append(Batch([], bots=[bot(event_id=7)]))
    engine.store.change(Erase(SITE))
    assert engine.store.append(Batch([event(event_id=7)])) == []


PATHS = ("/p/1", "/p/2", "/about", "/p/1")
PAGES = [
    event(NOON + at * 20 * MINUTE, path=path, page=path, visitor=visitor)
    for at, path in enumerate(PATHS)
    for visitor in (1, 2)
]


@pytest.mark.parametrize(
    ("pages", "changed"),
    [
        ([], 0),
        ([("/p/1", "/p/1")], 0),
        ([("/nowhere", "/p/*")], 0),
        ([("/p/1", "/p/*")], 5),
        ([("/p/1", "/p/*"), ("/p/2", "/p/*")], 7),
        ([("/p/1", "/p/*"), ("/p/1", "/p/*")], 5),
        ([("/p/1", "/a"), ("/p/1", "/b")], 5),
    ],
)
def test_paths_are_shown_as_other_pages(
    engine: Engine, pages: list[tuple[str, str]], changed: int
) -> None:
    bots = [bot(path="/p/1", page="/p/1")]
    engine.store.append(Batch([*PAGES, event(path="/p/1", page="/p/1", site=OTHER)], bots=bots))
    assert_counted(engine.store, PAGES)
    assert engine.store.change(Regroup(SITE, pages)) == changed
    shown = [replace(each, page=dict(pages).get(each.path, each.page)) for each in PAGES]
    assert_counted(engine.store, shown)
    engine.reopen()
    assert_counted(engine.store, shown)
    assert engine.store.change(Regroup(SITE, pages)) == 0
    assert engine.store.look(KeptPaths(OTHER)) == [("/p/1", "/p/1", 1)]
    assert engine.store.change(Regroup(SITE, [(path, path) for path in PATHS])) == changed
    assert_counted(engine.store, PAGES)


class Kept(NamedTuple):
    """A stored event and what is said of it; an empty rule: a person's."""

    event: Event
    rule: str = ""
    category: str = ""
    token: str = ""


def kept(minutes: int, browser: str, *verdict: str, **fields: Any) -> Kept:
    made = event(NOON + minutes * MINUTE, browser=browser, page=f"/{browser}{minutes}", **fields)
    return Kept(made, *verdict)


STORED = [
    kept(0, "Firefox"),
    kept(20, "Chrome"),
    kept(40, "Firefox"),
    kept(60, "Chrome", "data centre", "network", hints=4),
    kept(80, "Firefox", visitor=2),
    kept(85, "Firefox", visitor=2, kind=Kind.CUSTOM, name="buy"),
    kept(90, "Chrome", visitor=2),
    kept(100, "", "Googlebot", "search", "Googlebot/2.1", visitor=3),
    kept(110, "", "Googlebot", "search", "Other/1.0", visitor=3),
    kept(120, "", "Googlebot", "search", "Googlebot/2.1", visitor=2),
    kept(130, "Chrome", visitor=4, judged=False),
    kept(140, "Chrome", visitor=4, referrer="spam.example"),
]


def move(browser: str, old: tuple[str, str], new: tuple[str, str], **fields: Any) -> Move:
    values: dict[str, Any] = {"day": TODAY, "version": 0, "os": "", "device": "", "hints": 0}
    values |= {"referrer": "", **fields}
    (rule, token), (new_rule, new_category) = old, new
    return Move(
        browser=browser,
        rule=rule,
        token=token,
        new_rule=new_rule,
        new_category=new_category,
        **values,
    )


PEOPLE = ("", "")
SPAM = ("referrer spam", "spam")
GOOGLEBOT = ("Googlebot", "Googlebot/2.1")
TO_BOTS = move("Chrome", PEOPLE, ("impossible browser", "other"))
TO_PEOPLE = move("Chrome", ("data centre", ""), PEOPLE, hints=4)
TO_ANOTHER = move("", GOOGLEBOT, ("Googlebot", "ai"))
MOVES = {
    "none": [],
    "nothing such": [move("Opera", PEOPLE, SPAM), move("Chrome", PEOPLE, SPAM, day=TODAY + 1)],
    "people to bots": [TO_BOTS],
    "all to bots": [
        TO_BOTS,
        move("Firefox", PEOPLE, SPAM),
        move("Chrome", PEOPLE, SPAM, referrer="spam.example"),
    ],
    "bots to people": [TO_PEOPLE],
    "declared to people": [move("", GOOGLEBOT, PEOPLE)],
    "one kind to another": [TO_ANOTHER],
    "all at once": [TO_BOTS, TO_PEOPLE, TO_ANOTHER, move("Firefox", PEOPLE, SPAM)],
    "the same twice": [TO_BOTS, TO_PEOPLE, TO_BOTS, TO_PEOPLE],
    "the last holds": [move("Chrome", PEOPLE, SPAM), TO_BOTS],
}


def judged_anew(stored: Sequence[Kept], moves: Sequence[Move]) -> list[Kept]:
    return [_moved(each, moves) for each in stored]


def _moved(one: Kept, moves: Sequence[Move]) -> Kept:
    made = one.event
    features = (made.browser, made.version, made.os, made.device, made.hints, made.referrer)
    found = one
    for each in moves:
        asked = (each.browser, each.version, each.os, each.device, each.hints, each.referrer)
        if (made.judged, made.day, one.rule, one.token, features) == (
            *(True, each.day, each.rule, each.token, asked),
        ):
            token = one.token if one.rule and each.new_rule else ""
            found = Kept(made, each.new_rule, each.new_category, token)
    return found


def store(engine: Engine, events: Sequence[Kept]) -> None:
    for each in events:
        if each.rule:
            made = Bot(each.event, each.rule, each.category, each.token)
            engine.store.append(Batch([], bots=[made]))
        else:
            engine.store.append(Batch([each.event]))


def assert_kept(engine: Engine, stored: Sequence[Kept]) -> None:
    """What is counted, and what is told of the rest, is that of these events."""
    assert_counted(engine.store, [each.event for each in stored if not each.rule])
    bots = [each for each in stored if each.rule]
    described = engine.store.describe(SITE)
    assert (described.events, described.bots) == (len(stored) - len(bots), len(bots))
    rules = Counter((each.event.day, "bot", each.rule, each.category) for each in bots)
    assert Counter({row[:4]: row[4] for row in not_counted(engine.store)}) == rules
    features = Counter(
        (each.event.day, *each[1:], each.event.browser, each.event.hints, each.event.referrer)
        for each in stored
        if each.event.judged
    )
    found = engine.store.look(KeptFeatures(SITE))
    assert Counter({(*row[:5], row[8], row[9]): row[10] for row in found}) == features


@pytest.mark.parametrize("moves", MOVES.values(), ids=list(MOVES))
def test_events_are_judged_anew(engine: Engine, moves: list[Move]) -> None:
    """Visits are derived anew: they merge, split and go as their events come and go."""
    store(engine, STORED)
    engine.store.append(Batch([STORED[0].event], bots=[bot(site=OTHER)]))
    engine.store.append(Batch([event(browser="Chrome", site=OTHER)]))
    first = [*STORED, Kept(STORED[0].event)]
    assert_kept(engine, first)
    after = judged_anew(first, moves)
    changed = sum(was != now for was, now in zip(first, after, strict=True))
    assert engine.store.change(Rejudge(SITE, moves)) == changed
    assert_kept(engine, after)
    engine.reopen()
    assert_kept(engine, after)
    others = engine.store.describe(OTHER)
    assert (others.events, others.bots) == (1, 1)


def test_there_and_back_again(engine: Engine) -> None:
    people = [each for each in STORED if not each.token]
    store(engine, people)
    before = everything(engine.store)
    engine.store.change(Rejudge(SITE, [TO_BOTS, TO_PEOPLE]))
    assert everything(engine.store) != before
    back = [
        move("Chrome", (TO_BOTS.new_rule, ""), PEOPLE),
        move("Chrome", PEOPLE, ("data centre", "network"), hints=4),
    ]
    engine.store.change(Rejudge(SITE, back))
    assert everything(engine.store) == before


def test_what_was_judged_anew_keeps_its_id_and_its_place(engine: Engine) -> None:
    """Of two events of one instant the first that was stored stays the first."""
    people = [event(page="/1", browser="Chrome", event_id=7), event(page="/2")]
    engine.store.append(Batch(people))
    to_bots = move("Chrome", PEOPLE, SPAM)
    assert engine.store.change(Rejudge(SITE, [to_bots])) == 1
    assert_counted(engine.store, people[1:])
    assert engine.store.append(Batch([event(NOON + 1, event_id=7)])) == [0]
    engine.reopen()
    engine.store.change(Rejudge(SITE, [move("Chrome", (SPAM[0], ""), PEOPLE)]))
    assert_counted(engine.store, people)
    assert engine.store.append(Batch([event(NOON + 1, event_id=7)])) == [0]


def test_what_came_first_in_a_batch_is_first_when_it_is_a_persons_after_all(
    engine: Engine,
) -> None:
    first, second = event(page="/1", browser="Chrome"), event(page="/2")
    spam = Bot(first, *SPAM, "", place=0)
    engine.store.append(Batch([second], bots=[spam]))
    engine.store.change(Rejudge(SITE, [move("Chrome", (SPAM[0], ""), PEOPLE)]))
    assert_counted(engine.store, [first, second])


def test_many_moves_of_many_days(engine: Engine) -> None:
    days = 10
    events = [
        event(NOON - day * DAY + at, browser=f"b{at}") for day in range(days) for at in range(50)
    ]
    engine.store.append(Batch(events))
    moves = [
        move(f"b{at}", PEOPLE, SPAM, day=TODAY - day) for day in range(days) for at in range(2, 500)
    ]
    assert engine.store.change(Rejudge(SITE, moves)) == days * 48
    described = engine.store.describe()
    assert (described.events, described.bots) == (days * 2, days * 48)
    assert_counted(engine.store, events[:2])
