"""What was not counted, as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.model.event import DropReason, Drops
from ezee.stats.dropped import PERIODS, REASONS, DroppedReport, DroppedRule, report_dropped
from ezee.store.base import Batch
from tests.store.engines import DAY, OTHER, SITE, TODAY, bot
from tests.support.events import NOON, PatientStore, event, readable

BATCH = Batch(
    [event()],
    bots=[
        bot(),
        bot(NOON - DAY, rule="curl", category="tool"),
        bot(rule="curl", category="tool"),
        bot(NOON - 29 * DAY, rule="Apt", category="tool"),
        bot(NOON - 30 * DAY),
        bot(site=OTHER),
    ],
    drops=[
        Drops(SITE, TODAY, DropReason.OPTED_OUT, 12),
        Drops(SITE, TODAY - 1, DropReason.RATE_LIMITED, 3),
        Drops(SITE, TODAY - 400, DropReason.INVALID, 1),
        Drops(OTHER, TODAY, DropReason.EXCLUDED, 100),
    ],
    tally=1,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    opened.append(BATCH)
    yield opened
    opened.close()


def told(store: PatientStore, **asked: str) -> DroppedReport:
    parameters = [(name.rstrip("_"), value) for name, value in asked.items()]
    return report_dropped(store, readable(), parameters, NOON)


def test_the_last_30_days_by_reason_rule_and_day(store: PatientStore) -> None:
    report = told(store)
    assert (report.period.first, report.period.last) == ("2026-02-09", "2026-03-10")
    assert (report.period.timezone, report.total) == ("UTC", 19)
    counts = [(each.reason, each.count) for each in report.reasons]
    assert counts[:3] == [("opted_out", 12), ("bot", 4), ("rate_limited", 3)]
    assert {reason: 0 for reason, _ in counts[3:]} == dict(counts[3:])
    assert report.reasons[1].rules == [
        DroppedRule("curl", "tool", 2),
        DroppedRule("Apt", "tool", 1),
        DroppedRule("Googlebot", "search", 1),
    ]
    none: dict[str, str | int] = dict.fromkeys(map(str, REASONS), 0)
    assert report.days == [
        {"day": "2026-02-09", **none, "bot": 1},
        {"day": "2026-03-09", **none, "bot": 1, "rate_limited": 3},
        {"day": "2026-03-10", **none, "bot": 2, "opted_out": 12},
    ]


@pytest.mark.parametrize(
    ("asked", "first", "last", "total"),
    [
        ({"period": "today"}, "2026-03-10", "2026-03-10", 14),
        ({"period": "yesterday"}, "2026-03-09", "2026-03-09", 4),
        ({"period": "all"}, "2025-02-03", "2026-03-10", 21),
        ({"from_": "2026-02-08", "to": "2026-02-09"}, "2026-02-08", "2026-02-09", 2),
        ({"from_": "2027-01-01", "to": "2027-01-01"}, "2027-01-01", "2027-01-01", 0),
    ],
)
def test_periods(
    store: PatientStore, asked: dict[str, str], first: str, last: str, total: int
) -> None:
    report = told(store, **asked)
    assert (report.period.first, report.period.last, report.total) == (first, last, total)
    assert sum(each.count for each in report.reasons) == total
    assert sum(int(day[reason]) for day in report.days for reason in REASONS) == total


@pytest.mark.parametrize("period", PERIODS)
def test_every_period_is_of_whole_days(store: PatientStore, period: str) -> None:
    assert told(store, period=period).period.last in {"2026-03-10", "2026-03-09", "2026-02-28"}


def test_all_of_nothing_is_today(tmp_path: Path) -> None:
    empty = PatientStore(tmp_path)
    report = told(empty, period="all")
    empty.close()
    assert (report.period.first, report.total, report.days) == ("2026-03-10", 0, [])
    assert {each.reason: each.count for each in report.reasons} == dict.fromkeys(REASONS, 0)


def test_every_reason_but_that_of_no_tracker() -> None:
    assert {*REASONS, DropReason.UNKNOWN_SITE} == set(DropReason)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"period": "24h"}, ["period"]),
        ({"period": "ever"}, ["period"]),
        ({"period": "7d", "from_": "2026-03-01", "to": "2026-03-02"}, ["period"]),
        ({"from_": "2026-03-01"}, ["to"]),
        ({"from_": "today", "to": "2026-3-1"}, ["from", "to"]),
        ({"from_": "2026-03-02", "to": "2026-03-01"}, ["to"]),
        ({"metrics": "visits", "limit": "3"}, ["metrics", "limit"]),
    ],
)
def test_what_is_wrong_is_named(
    store: PatientStore, asked: dict[str, str], wrong: list[str]
) -> None:
    with pytest.raises(InvalidRequest) as caught:
        told(store, **asked)
    assert [detail.field for detail in caught.value.details] == wrong
