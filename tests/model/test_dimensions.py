"""The dimensions are those of the contract, and each is a column that is stored."""

from __future__ import annotations

import pytest

from ezee.model.dimensions import (
    DEFAULT_DIMENSIONS,
    DIMENSIONS,
    Scope,
    dimension,
    find_dimension,
    parts_of,
    scope_of,
)
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


@pytest.mark.parametrize("name", ["prop:", "prop:a b", f"prop:{'x' * 65}", "props", "pages", ""])
def test_what_is_no_dimension(name: str) -> None:
    assert find_dimension(name) is None


def test_a_property_is_a_dimension_of_custom_events() -> None:
    found = dimension("prop:plan.v2")
    assert (found.key, found.scope) == ("plan.v2", Scope.EVENT)


@pytest.mark.parametrize(
    ("breakdown", "count"),
    [("page", "pageviews"), ("country,os", "visits"), ("country,page", "pageviews"),
     ("page,event", "events"), ("prop:plan,page,source", "events")],
)  # fmt: skip
def test_what_rows_by_several_count(breakdown: str, count: str) -> None:
    assert scope_of(map(dimension, parts_of(breakdown))).value == count
