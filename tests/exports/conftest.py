"""A store for tests of exports."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.events import PatientStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    yield opened
    opened.close()
