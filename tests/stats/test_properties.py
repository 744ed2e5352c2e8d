"""Which properties events have."""

from __future__ import annotations

from pathlib import Path

from ezee.model.event import Kind
from ezee.model.query import Range
from ezee.stats.properties import Property, list_properties
from ezee.store.base import Batch
from tests.support.events import NOON, PatientStore, event, readable

DAY = NOON // 86_400_000


def test_they_are_those_of_the_days_that_are_asked_for(tmp_path: Path) -> None:
    store = PatientStore(tmp_path)
    try:
        bought = event(kind=Kind.CUSTOM, name="buy", page="", props='{"plan":"pro"}')
        store.append(Batch([event(), bought]))
        assert list_properties(store, readable(), Range(DAY, DAY)) == [Property("plan", 1, 1)]
        assert list_properties(store, readable(), Range(DAY - 9, DAY - 1)) == []
    finally:
        store.close()
