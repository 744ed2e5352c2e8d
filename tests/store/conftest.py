"""One suite: on the embedded engine, on its roll-ups, on the same from afar, on ClickHouse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.store.duckdb.visits import VisitKeeper
from tests.store.engines import (
    ClusterEngine,
    Engine,
    RemoteEngine,
    RolledEngine,
)
from tests.support import modern as modern_clickhouse
from tests.support.clickhouse import SERVER, Cluster, one_node, program


@pytest.fixture(autouse=True)
def _visits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits are derived without a rest between, or most of each test were waiting."""
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    """One ClickHouse server by itself."""
    if program() is None:
        pytest.skip(f"{SERVER} is not installed")
    with one_node() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def modern(tmp_path_factory: pytest.TempPathFactory) -> Iterator[modern_clickhouse.Modern]:
    """A ClickHouse of today."""
    if not modern_clickhouse.is_installed():
        pytest.skip("there is no ClickHouse of today: ./test installs it, into .venv-witness")
    with modern_clickhouse.running(tmp_path_factory.mktemp("modern")) as process:
        yield process


@pytest.fixture(
    params=[Engine, RolledEngine, RemoteEngine, ClusterEngine],
    ids=["embedded", "rolled", "remote", "clickhouse"],
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if issubclass(request.param, ClusterEngine):
        made: Engine = request.param(request.getfixturevalue("server"))
    else:
        made = request.param(tmp_path)
    yield made
    made.close()
