"""A store for the tests that need a real one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ezee.events.surroundings import Surroundings
from ezee.store.duckdb.visits import VisitKeeper
from ezee.store.salts import Salts
from tests.support.events import PatientStore


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    with pytest.MonkeyPatch.context() as patch:
        # Between two examples the keeper of visits need not spare the machine.
        patch.setattr(VisitKeeper, "_rest_after", lambda *_: 0.0)
        opened = PatientStore(tmp_path_factory.mktemp("history"))
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Surroundings:
    """Salts of its own, and no configuration."""
    return Surroundings(Salts(tmp_path_factory.mktemp("salts")))
