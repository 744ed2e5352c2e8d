"""Counts of a running service: histograms, and the store that is watched."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ezee.errors import Unavailable
from ezee.store.base import Batch
from ezee.store.looks import Condition
from ezee.store.noted import NotedStore
from ezee.vitals import Histogram, Vitals
from tests.store.engines import bot
from tests.support.events import PatientStore, event


def test_a_value_counts_up_to_the_bound_that_it_reaches() -> None:
    histogram = Histogram((1, 10))
    for value in (0.5, 1, 1.5, 10, 11):
        histogram.note(value)
    assert (histogram.counts, histogram.sum) == ([2, 2, 1], 24.0)


def test_no_thread_s_value_is_lost() -> None:
    histogram = Histogram((1,))

    def note_many(_: int) -> None:
        for _ in range(1000):
            histogram.note(1)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(note_many, range(8)))
    assert (histogram.counts, histogram.sum) == ([8000, 0], 8000)


def test_what_a_store_is_asked_is_noted(tmp_path: Path) -> None:
    vitals = Vitals()
    store = NotedStore(PatientStore(tmp_path), vitals)
    store.append(Batch([event(event_id=7), event(event_id=8)], bots=[bot()]))
    store.append(Batch([event(event_id=7)]))
    store.look(Condition())
    store.close()
    assert vitals.events == {("counted", ""): 2, ("bot", "bot"): 1}
    assert sum(vitals.commit_seconds.counts) == sum(vitals.commit_events.counts) == 2
    assert vitals.commit_events.sum == 4
    assert sum(vitals.asked_seconds["look"].counts) == 1
    assert vitals.commit_failures == 0
    with pytest.raises(Unavailable):
        store.append(Batch([event()]))
    assert vitals.commit_failures == 1
    assert vitals.events["counted", ""] == 2
