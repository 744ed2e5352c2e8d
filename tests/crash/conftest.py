"""What the tests of full disks share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.disk import SmallDisk, small_disk


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    """A disk of 12 MiB."""
    with small_disk(tmp_path / "disk", 12) as mounted:
        yield mounted
