"""Whatever is asked about whatever events: both engines say the same, to the last digit.

``EZEE_TESTS_EXAMPLES=thorough`` draws some three thousand questions, not some hundred.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ezee.model.event import Event
from ezee.stats.run import report
from ezee.store.base import Batch, EventStore
from ezee.store.duckdb.visits import VisitKeeper
from tests.stats.test_exactness import Case, cases, questions
from tests.store.engines import ClusterEngine
from tests.support.clickhouse import Cluster
from tests.support.events import PatientStore, readable

_QUESTIONS = 5
_EXAMPLES = 600 if os.environ.get("EZEE_TESTS_EXAMPLES") == "thorough" else 10
_SITES = itertools.count(1)


@pytest.fixture(scope="module")
def stores(
    server: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[EventStore, EventStore]]:
    """The embedded engine and ClickHouse."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        embedded, cluster = PatientStore(tmp_path_factory.mktemp("same")), ClusterEngine(server)
        yield embedded, cluster.store
        embedded.close()
        cluster.close()


@settings(
    max_examples=_EXAMPLES,
    deadline=None,
    derandomize=_EXAMPLES < 100,
    suppress_health_check=list(HealthCheck),
)
@given(case=cases(), data=st.data())
def test_both_engines_say_the_same(
    stores: tuple[EventStore, EventStore], case: Case, data: st.DataObject
) -> None:
    site = next(_SITES)
    asked = [(case.question, case.parameters)]
    drawn = questions(case.zone, case.around)
    asked += [data.draw(drawn) for _ in range(_QUESTIONS - 1)]
    events: list[Event] = [replace(each, site=site) for each in case.events]
    for store in stores:
        store.append(Batch(events))
    named = readable(case.zone, f"ezi_{site:012x}")
    for question, parameters in asked:
        embedded, cluster = (report(each, named, parameters, question.now) for each in stores)
        assert cluster == embedded, parameters
