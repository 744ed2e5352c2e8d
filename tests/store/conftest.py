"""One suite, on the embedded engine and on the same one from afar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.store.engines import Engine, RemoteEngine


@pytest.fixture(params=[Engine, RemoteEngine], ids=["embedded", "remote"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    make: Callable[[Path], Engine] = request.param
    made = make(tmp_path)
    yield made
    made.close()
