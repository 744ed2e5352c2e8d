"""Whatever is asked about whatever events: both engines say the same, to the last digit.

``EZEE_TESTS_EXAMPLES=thorough`` asks ten times as many questions.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.store.base import EventStore
from ezee.store.duckdb.visits import VisitKeeper
from tests.store.clickhouse.drawn import NUMBERED_PLACES, Many, Place, compare
from tests.store.engines import ClusterEngine
from tests.support.clickhouse import Cluster
from tests.support.events import PatientStore

ROOT = Path(__file__).resolve().parents[3]
OLD = Many(any_kind=26, rollable=16)


@pytest.fixture
def stores(
    server: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[EventStore, EventStore]]:
    """The embedded engine and ClickHouse."""
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
    embedded, cluster = PatientStore(tmp_path), ClusterEngine(server)
    yield embedded, cluster.store
    embedded.close()
    cluster.close()


@pytest.mark.parametrize(("number", "place"), NUMBERED_PLACES)
def test_both_engines_say_the_same(
    stores: tuple[EventStore, EventStore], number: int, place: Place
) -> None:
    assert compare(stores, place, number, OLD) >= OLD.compared / len(NUMBERED_PLACES)


def test_they_are_asked_thousands_of_questions_as_is_said() -> None:
    assert OLD.compared >= 2_000
    assert f" {OLD.compared:,} drawn questions" in (ROOT / "docs/clickhouse.md").read_text()
