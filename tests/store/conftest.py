"""One suite, on the embedded engine, on its roll-ups, and on the same engine from afar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ezee.store.duckdb.visits import VisitKeeper
from tests.store.engines import Engine, RemoteEngine, RolledEngine


@pytest.fixture(autouse=True)
def _visits_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Visits are derived without a rest between, or most of each test were waiting."""
    monkeypatch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)


@pytest.fixture(params=[Engine, RolledEngine, RemoteEngine], ids=["embedded", "rolled", "remote"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    make: Callable[[Path], Engine] = request.param
    made = make(tmp_path)
    yield made
    made.close()
