"""What an export is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ezee.errors import InvalidRequest
from ezee.exports.asked import Asked, ask_for_events, read_asked
from ezee.model.query import Range
from ezee.stats.parse import Now
from ezee.store.base import Batch
from tests.store.engines import DAY, TODAY
from tests.support.events import NOON, PatientStore, event, readable

NOW = Now(NOON, "UTC", TODAY - 400)


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        ([], Asked("csv", Range(TODAY - 400, TODAY))),
        ([("format", "parquet")], Asked("parquet", Range(TODAY - 400, TODAY))),
        ([("period", "7d")], Asked("csv", Range(TODAY - 6, TODAY))),
        (
            [("to", "2026-03-09"), ("format", "ndjson"), ("from", "2026-03-08")],
            Asked("ndjson", Range(TODAY - 2, TODAY - 1)),
        ),
    ],
)
def test_a_format_and_days(parameters: list[tuple[str, str]], asked: Asked) -> None:
    assert read_asked(parameters, NOW) == asked


@pytest.mark.parametrize(
    ("parameters", "field", "message"),
    [
        ([("format", "xls\x00x")], "format", '"xlsx" is none of csv, ndjson, parquet'),
        ([("format", "")], "format", "none of csv, ndjson, parquet"),
        ([("format", "CSV")], "format", "none of csv, ndjson, parquet"),
        ([("format", "csv"), ("format", "csv")], "format", "once only"),
        ([("limit", "1")], "limit", "is not a parameter here"),
        ([("from", "2026-03-08")], "to", "from and to go together"),
        ([("from", "yesterday"), ("to", "2026-03-08")], "from", "must be a date"),
        ([("period", "soon")], "period", "none of"),
        ([("period", "24h")], "period", "24h cuts days"),
    ],
)
def test_what_is_wrong_is_named(
    parameters: list[tuple[str, str]], field: str, message: str
) -> None:
    with pytest.raises(InvalidRequest, match=message) as told:
        read_asked(parameters, NOW)
    assert [detail.field for detail in told.value.details] == [field]


def test_all_days_reach_back_to_the_first_event(tmp_path: Path) -> None:
    store = PatientStore(tmp_path)
    assert ask_for_events(store, readable(), [], NOON).span == Range(TODAY, TODAY)
    store.append(Batch([event(NOON - 400 * DAY)]))
    assert ask_for_events(store, readable(), [], NOON).span == Range(TODAY - 400, TODAY)
    store.close()
