"""Who is here now, as it is told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.stats.live import ROWS, WINDOW, LiveReport, LiveRow, report_live
from ezee.store.base import Batch
from tests.support.events import NOON, PatientStore, event, readable


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()


def test_nobody(store: PatientStore) -> None:
    assert report_live(store, readable(), NOON) == LiveReport(0, [], [])


def test_the_last_five_minutes(store: PatientStore) -> None:
    seen = [(NOON, 1), (NOON - WINDOW + 1, 2), (NOON - WINDOW, 3), (NOON + 1, 4)]
    store.append(Batch([event(at, visitor=visitor, page=f"/{visitor}") for at, visitor in seen]))
    assert report_live(store, readable(), NOON) == LiveReport(
        2, [LiveRow("/1", 1), LiveRow("/2", 1)], [LiveRow("Direct", 2)]
    )
    assert WINDOW == 300_000


def test_the_largest_by_visitors_then_value(store: PatientStore) -> None:
    made = [event(visitor=at, page=f"/{at:02}", source=f"s{at:02}") for at in range(12)]
    made.append(event(visitor=12, page="/11", source="s11"))
    store.append(Batch(made))
    report = report_live(store, readable(), NOON)
    rest = range(ROWS - 1)
    assert report.visitors == 13
    assert report.pages == [LiveRow("/11", 2), *(LiveRow(f"/{at:02}", 1) for at in rest)]
    assert report.sources == [LiveRow("s11", 2), *(LiveRow(f"s{at:02}", 1) for at in rest)]
