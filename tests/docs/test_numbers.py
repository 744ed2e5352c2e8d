"""``docs/numbers.md`` says what every number and every dimension means."""

from __future__ import annotations

import pytest

from ezee.model.dimensions import DIMENSIONS
from ezee.model.metrics import METRICS
from tests.docs.pages import page


@pytest.mark.parametrize("name", [*METRICS, *DIMENSIONS])
def test_it_is_explained(name: str) -> None:
    assert f"`{name}`" in page("docs/numbers.md")
