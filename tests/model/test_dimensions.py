"""The dimensions are those of the contract, and each is a column that is stored."""

from __future__ import annotations

import pytest

from ezee.model.dimensions import DEFAULT_DIMENSIONS, DIMENSIONS
from ezee.model.event import Event

CONTRACT = (
    "page entry_page exit_page source channel referrer utm_source utm_medium utm_campaign "
    "utm_term utm_content country region city browser os device screen language event"
).split()


def test_every_dimension_of_the_contract_is_there() -> None:
    assert sorted(DIMENSIONS) == sorted(CONTRACT)
    assert DEFAULT_DIMENSIONS == ("page", "source", "country", "browser", "os", "device", "event")


@pytest.mark.parametrize("name", CONTRACT)
def test_a_dimension_reads_a_stored_column(name: str) -> None:
    of_visits = {"entry_page", "exit_page"}
    assert DIMENSIONS[name].column in {*Event.__struct_fields__, *of_visits}


@pytest.mark.parametrize(
    ("name", "count"),
    [("page", "pageviews"), ("event", "events"), ("entry_page", "visits"), ("country", "visits")],
)
def test_rows_count_what_the_dimension_is_of(name: str, count: str) -> None:
    assert DIMENSIONS[name].count == count
