"""The number is what the stats say, and what image proxies fetched for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from ezee.counters.number import EXPECTED, IMAGE_PROXIES, Wanted, count, read_wanted
from ezee.events.bots.declared import judge_agent
from ezee.model.calendar import DAY
from ezee.model.event import Kind
from ezee.model.query import Interval, StatsQuery
from ezee.model.result import Answer
from ezee.model.site import ReadableSite
from ezee.store.base import Batch
from tests.store.engines import bot
from tests.support.events import NOON, PatientStore, event, readable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("wanted", "number"),
    [
        (Wanted(), 3 + 3),
        (Wanted("visitors"), 2),
        (Wanted(period="today"), 2 + 2),
        (Wanted(period="yesterday"), 1 + 0),
        (Wanted(period="7d"), 3 + 2),
        (Wanted(page="/a"), 2 + 1),
        (Wanted("visitors", page="/a"), 2),
        (Wanted(period="today", page="/b"), 1 + 1),
        (Wanted(page="/none"), 0),
    ],
)
def test_what_is_counted(store: PatientStore, wanted: Wanted, number: int) -> None:
    events = [
        event(visitor=1, page="/a"),
        event(visitor=1, page="/b"),
        event(visitor=1, page="/b", kind=Kind.CUSTOM, name="buy"),
        event(NOON - DAY, visitor=2, page="/a", day=event().day - 1),
    ]
    proxies = [
        bot(rule="github-camo", page="/a"),
        bot(rule="Slack-ImgProxy", page="/b"),
        bot(NOON - 9 * DAY, rule="github-camo", page="/old"),
        bot(page="/a"),
    ]
    store.append(Batch(events, bots=proxies))
    assert count(store, readable(), wanted, NOON) == number


def test_a_number_is_asked_for_without_hours(
    store: PatientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[StatsQuery] = []
    query = store.query

    def note(site: ReadableSite, question: StatsQuery) -> Answer:
        asked.append(question)
        return query(site, question)

    monkeypatch.setattr(store, "query", note)
    for period in ("today", "all"):
        count(store, readable(), Wanted(period=period, page="/"), NOON)
    assert [(each.interval, each.breakdowns) for each in asked] == [(Interval.DAY, ())] * 2


def test_a_counter_that_only_proxies_have_seen(store: PatientStore) -> None:
    store.append(Batch([], bots=[bot(NOON - 3 * DAY, rule="github-camo", page="/")]))
    assert count(store, readable(), Wanted(), NOON) == 1
    assert count(store, readable(), Wanted("visitors"), NOON) == 0


@pytest.mark.parametrize(
    "agent",
    [
        "github-camo (876de43e)",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Slack-ImgProxy (+https://api.slack.com/robots)",
    ],
)
def test_image_proxies_are_told_by_these_rules(agent: str) -> None:
    verdict = judge_agent(agent)
    assert verdict is not None
    assert verdict.rule in IMAGE_PROXIES


@pytest.mark.parametrize(
    ("texts", "wanted", "wrong"),
    [
        ({}, Wanted(), []),
        ({"metric": "visitors", "period": "7d", "page": "/x"}, Wanted("visitors", "7d"), []),
        ({"metric": "bounces", "period": "7d"}, Wanted(period="7d"), ["metric"]),
        ({"metric": "", "period": "24h"}, Wanted(), ["metric", "period"]),
    ],
)
def test_reading(texts: Mapping[str, str], wanted: Wanted, wrong: list[str]) -> None:
    assert read_wanted(texts) == (wanted, [(name, EXPECTED[name]) for name in wrong])
