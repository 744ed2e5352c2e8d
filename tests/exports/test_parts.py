"""Which table of a report is asked for."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from msgspec.structs import replace

from ezee.errors import InvalidRequest, NotFound
from ezee.exports.formats import FORMATS
from ezee.exports.parts import EVERY_ROW, Part, ask_for_part, asks_for_file, read_part
from ezee.model.metrics import DEFAULT_METRICS, SERIES_METRICS
from ezee.model.query import Interval, Order
from ezee.stats.parse import Now, parse
from tests.support.events import NOON, PatientStore, readable

NOW = Now(NOON, "UTC", None)


def part(query: str) -> Part:
    return read_part(parse_qsl(query, keep_blank_values=True), NOW)


def test_json_is_the_whole_report_and_the_default() -> None:
    for query in ("period=7d&metrics=visits", "dimension=page&dimension=event&limit=3"):
        whole = Part(parse(parse_qsl(query), NOW), "json", None)
        assert part(query) == part(f"{query}&format=json") == whole


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_one_table(name: str) -> None:
    totals = part(f"format={name}&table=totals&period=7d")
    assert (totals.format, totals.table) == (name, "totals")
    assert (totals.query.metrics, totals.query.breakdowns) == (DEFAULT_METRICS, ())
    series = part(f"format={name}&table=timeseries&interval=week")
    assert (series.query.interval, series.query.metrics) == (Interval.WEEK, SERIES_METRICS)
    pages = part(f"format={name}&table=page")
    assert pages.query.breakdowns == ("page",)
    assert pages.query.metrics == ("visitors", "pageviews")
    assert pages.query.limit == EVERY_ROW


def test_what_else_is_asked_of_a_table() -> None:
    rows = part(
        "format=csv&table=source, country&metrics=visits&limit=5&offset=2&order=value"
    ).query
    assert rows.breakdowns == ("source,country",)
    assert (rows.metrics, rows.limit, rows.offset) == (("visits",), 5, 2)
    assert rows.order == Order("value", descending=False)
    series = part(
        "format=csv&table=timeseries&compare=previous&metrics=revenue&filter=os:is:x"
    ).query
    assert (series.metrics, len(series.filters)) == (("revenue",), 1)
    assert series.comparison is not None


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("format=xlsx", ["format"]),
        ("format=CSV&table=page", ["format"]),
        ("format=csv&format=csv&table=page", ["format"]),
        ("format=csv", ["table"]),
        ("table=page", ["table"]),
        ("format=json&table=page", ["table"]),
        ("format=csv&table=pages", ["table"]),
        ("format=csv&table=", ["table"]),
        ("format=csv&table=page&table=os", ["table"]),
        ("format=csv&table=page,page", ["table"]),
        ("format=csv&table=page,os,browser,device,country", ["table"]),
        ("format=csv&table=prop:Plan,prop:plan", ["table"]),
        ("format=csv&table=totals,page", ["table"]),
        ("format=csv&table=totals&interval=day", ["interval"]),
        ("format=csv&table=totals&limit=3&order=value", ["limit", "order"]),
        ("format=csv&table=timeseries&dimension=page", ["dimension"]),
        ("format=csv&table=timeseries&offset=1", ["offset"]),
        ("format=csv&table=page&interval=day", ["interval"]),
        ("format=csv&table=page&compare=previous", ["compare"]),
        ("format=csv&table=page&metrics=visits", ["metrics"]),
        ("format=csv&table=page&limit=0", ["limit"]),
        ("format=csv&table=totals&period=soon", ["period"]),
    ],
)
def test_what_is_wrong_or_of_no_use_is_named(query: str, fields: list[str]) -> None:
    with pytest.raises(InvalidRequest) as caught:
        part(query)
    assert [each.field for each in caught.value.details] == fields


def test_what_is_a_file() -> None:
    assert not asks_for_file([("period", "7d"), ("format", "json")])
    assert asks_for_file([("format", "ndjson"), ("table", "luck")])


@pytest.mark.parametrize(
    "query",
    [
        "format=csv&table=prop:plan",
        "format=csv&table=totals&metrics=revenue",
        "format=csv&table=page&filter=prop:plan:is:gold",
    ],
)
def test_what_is_the_owners_is_missing_to_others(query: str, store: PatientStore) -> None:
    parameters = parse_qsl(query)
    assert ask_for_part(store, readable(), parameters, NOON).format == "csv"
    with pytest.raises(NotFound):
        ask_for_part(store, replace(readable(), private=False), parameters, NOON)
