"""What is kept, row by row: who is visiting, what was not counted, paths and features."""

from __future__ import annotations

from typing import Any

import pytest

from ezee.model.event import DropReason, Drops, Kind
from ezee.store.base import Batch
from ezee.store.looks import (
    BotViews,
    KeptFeatures,
    KeptPaths,
    Live,
    NotCounted,
    Sighting,
)
from tests.store.engines import DAY, MINUTE, OTHER, SITE, TODAY, Engine, bot, not_counted
from tests.support.events import NOON, event


@pytest.mark.parametrize(
    ("minutes", "visiting"),
    [
        (0, True),
        (29, True),
        (-29, True),
        (-30, False),
        (40, True),
        (69, True),
        (70, False),
    ],
)
def test_who_is_visiting(engine: Engine, minutes: int, visiting: bool) -> None:
    engine.store.append(Batch([event(visitor=7), event(NOON + 20 * MINUTE, visitor=7)]))
    engine.store.append(Batch([event(NOON + 40 * MINUTE, visitor=7)]))
    at = NOON + minutes * MINUTE
    assert engine.store.look(Sighting(SITE, TODAY, 7, at)) == [(int(visiting),)]
    for other in (Sighting(SITE, TODAY, 8, at), Sighting(OTHER, TODAY, 7, at)):
        assert engine.store.look(other) == [(0,)]


def test_a_bot_is_not_visiting(engine: Engine) -> None:
    engine.store.append(Batch([], bots=[bot(visitor=7)]))
    assert engine.store.look(Sighting(SITE, TODAY, 7, NOON)) == [(0,)]


def test_who_is_here_by_last_page_and_latest_source(engine: Engine) -> None:
    hour = 60 * MINUTE
    search, direct = {"source": "Google"}, {"source": "Direct"}
    events = [
        # Came back: another visit from elsewhere; at one instant the later received is the last.
        event(NOON - hour, visitor=1, page="/old", **direct),
        event(NOON - 20 * MINUTE, visitor=1, page="/start", **search),
        event(NOON - 1, visitor=1, page="/later", received_at=NOON + 1, **direct),
        event(NOON - 1, visitor=1, page="/sooner", received_at=NOON, **direct),
        event(NOON, visitor=1, page="", kind=Kind.CUSTOM, name="buy", **direct),
        # Yesterday's visitors of the same numbers are others.
        event(NOON - MINUTE, visitor=1, page="/b", day=TODAY - 1, **search),
        event(NOON - MINUTE, visitor=3, page="/b", day=TODAY - 1, **search),
        # No page in that time, only engagement, before, after, elsewhere.
        event(NOON, visitor=2, page="", kind=Kind.CUSTOM, name="buy", **direct),
        event(NOON - 20 * MINUTE, visitor=3, page="/c", **direct),
        event(NOON, visitor=3, page="/c", kind=Kind.ENGAGEMENT, name="engagement", **direct),
        event(NOON - 5 * MINUTE, visitor=4, page="/c", **direct),
        event(NOON + 1, visitor=5, page="/c", **direct),
        event(NOON, visitor=6, page="/c", site=OTHER, **direct),
    ]
    engine.store.append(Batch(events, bots=[bot(visitor=7)]))
    assert engine.store.look(Live(SITE, NOON - 5 * MINUTE, NOON, 10)) == [
        ("page", "/b", 2),
        ("page", "/later", 1),
        ("source", "Google", 3),
        ("source", "Direct", 1),
        ("visitors", "", 4),
    ]
    assert engine.store.look(Live(SITE, NOON - 2 * hour, NOON, 1)) == [
        ("page", "/b", 2),
        ("source", "Direct", 3),
        ("visitors", "", 6),
    ]


def test_what_was_not_counted_by_day_reason_and_rule(engine: Engine) -> None:
    bots = [
        bot(NOON - DAY),
        bot(),
        bot(rule="curl", category="tool"),
        bot(rule="curl", category="tool"),
        bot(site=OTHER),
    ]
    drops = [
        Drops(SITE, TODAY, DropReason.DUPLICATE, 2**33),
        Drops(SITE, TODAY - 1, DropReason.EXCLUDED, 3),
        Drops(OTHER, TODAY, DropReason.EXCLUDED, 4),
    ]
    engine.store.append(Batch([event()], bots=bots, drops=drops, tally=1))
    yesterday = [
        (TODAY - 1, "bot", "Googlebot", "search", 1),
        (TODAY - 1, "excluded", "", "", 3),
    ]
    today = [
        (TODAY, "bot", "curl", "tool", 2),
        (TODAY, "bot", "Googlebot", "search", 1),
        (TODAY, "duplicate", "", "", 2**33),
    ]
    assert not_counted(engine.store) == yesterday + today
    assert not_counted(engine.store, TODAY, TODAY) == today
    assert not_counted(engine.store, TODAY - 1, TODAY - 1) == yesterday
    assert not_counted(engine.store, TODAY + 1, TODAY + 9) == []
    assert engine.store.look(NotCounted(OTHER, TODAY, TODAY)) == [
        (TODAY, "bot", "Googlebot", "search", 1),
        (TODAY, "excluded", "", "", 4),
    ]


@pytest.mark.parametrize(
    ("page", "rules", "views"),
    [
        ("", ("github-camo", "Slack-ImgProxy"), 3),
        ("", ("github-camo",), 2),
        ("/readme", ("github-camo", "Slack-ImgProxy"), 1),
        ("/none", ("github-camo",), 0),
        ("", ("curl",), 0),
    ],
)
def test_views_by_bots(engine: Engine, page: str, rules: tuple[str, ...], views: int) -> None:
    bots = [
        bot(rule="github-camo", page="/readme"),
        bot(NOON - DAY, rule="github-camo", page="/readme"),
        bot(rule="github-camo", page="/"),
        bot(rule="Slack-ImgProxy", page="/"),
        bot(rule="github-camo", page="/readme", kind=Kind.CUSTOM, name="buy"),
        bot(rule="github-camo", page="/readme", site=OTHER),
        bot(page="/readme"),
    ]
    engine.store.append(Batch([event(page="/readme")], bots=bots))
    assert engine.store.look(BotViews(SITE, TODAY, TODAY + 1, page, rules)) == [(views,)]


def test_paths_before_and_after_grouping(engine: Engine) -> None:
    events = [
        event(path="/p/1", page="/p/*"),
        event(path="/p/1", page="/p/*"),
        event(path="/p/2", page="/p/*"),
        event(path="/p/2", page="/p/2", kind=Kind.CUSTOM, name="buy"),
        event(path="/other", page="/other", site=OTHER),
    ]
    engine.store.append(Batch(events, bots=[bot(path="/bot", page="/bot")]))
    assert engine.store.look(KeptPaths(SITE)) == [
        ("/p/1", "/p/*", 2),
        ("/p/2", "/p/*", 1),
        ("/bot", "/bot", 0),
        ("/p/2", "/p/2", 0),
    ]


def test_features_of_people_and_bots(engine: Engine) -> None:
    made: dict[str, Any] = {
        "browser": "Chrome",
        "version": 126,
        "os": "Linux",
        "device": "desktop",
        "hints": 6,
    }
    people = [event(**made), event(NOON + 1, **made), event(NOON - DAY, referrer="a.example")]
    uncounted = [event(judged=False), event(site=OTHER)]
    engine.store.append(
        Batch([*people, *uncounted], bots=[bot(token="Googlebot/2.1", **made), bot(site=OTHER)])
    )
    assert engine.store.look(KeptFeatures(SITE)) == [
        (TODAY - 1, "", "", "", "", 0, "", "", 0, "a.example", 1),
        (TODAY, "", "", "", "Chrome", 126, "Linux", "desktop", 6, "", 2),
        (
            *(TODAY, "Googlebot", "search", "Googlebot/2.1"),
            *("Chrome", 126, "Linux", "desktop", 6, "", 1),
        ),
    ]
