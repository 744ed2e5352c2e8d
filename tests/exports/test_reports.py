"""Tables of reports: in every format what the report has as JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import pytest

from ezee.exports import reports
from ezee.exports.formats import FORMATS
from ezee.exports.parts import ask_for_part
from ezee.exports.reports import file_name, table_of_report
from ezee.model.event import Kind
from ezee.stats.run import report
from ezee.store.base import Batch
from tests.exports.reading import Rows, as_text, read_back
from tests.exports.tables import AWKWARD
from tests.store.engines import DAY
from tests.support.events import NOON, PatientStore, event, readable

ZONE = "Europe/Berlin"
HOUR = 3_600_000


@pytest.fixture
def filled(store: PatientStore) -> PatientStore:
    """Some days of awkward pages, and things that were bought."""
    pages = [
        event(NOON - number * 7 * HOUR, ZONE, page=text, path="/", visitor=number, country="DE")
        for number, text in enumerate(AWKWARD)
    ]
    bought = [
        event(
            NOON - number * DAY,
            ZONE,
            kind=Kind.CUSTOM,
            name="buy",
            visitor=number,
            amount=amount,
            currency=currency,
            props='{"plan":"=1+1"}',
        )
        for number, (amount, currency) in enumerate([(1250, "EUR"), (300, "JPY"), (-7, "EUR")])
    ]
    store.append(Batch([*pages, *bought]))
    return store


def file_of(store: PatientStore, name: str, query: str, folder: Path) -> Rows:
    asked = parse_qsl(f"format={name}&{query}", keep_blank_values=True)
    part = ask_for_part(store, readable(ZONE), asked, NOON)
    table = table_of_report(store, readable(ZONE), part, NOON)
    return read_back(name, b"".join(FORMATS[name].write(table)), folder)


def told(store: PatientStore, query: str) -> dict[str, Any]:
    return report(store, readable(ZONE), parse_qsl(query, keep_blank_values=True), NOON)


def flat(numbers: dict[str, Any], currencies: tuple[str, ...] = ("EUR", "JPY")) -> dict[str, Any]:
    """The numbers of a report as columns: a sum for each currency."""
    revenue = numbers.get("revenue")
    plain = {key: value for key, value in numbers.items() if key != "revenue"}
    if revenue is None:
        return plain
    return plain | {f"revenue_{each}": revenue.get(each, 0) for each in currencies}


@pytest.mark.parametrize("name", FORMATS)
def test_totals_are_one_row(filled: PatientStore, tmp_path: Path, name: str) -> None:
    metrics = "metrics=visitors,bounce_rate,visit_duration,revenue"
    (row,) = as_text(file_of(filled, name, f"table=totals&{metrics}&period=7d", tmp_path))
    whole = told(filled, f"{metrics}&period=7d")
    assert [row] == as_text([{"from": "2026-03-04", "to": "2026-03-10", **flat(whole["totals"])}])


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "query",
    [
        "period=7d",
        "from=2026-01-15&to=2026-03-10&interval=month",
        "period=7d&interval=week",
        "period=7d&metrics=pageviews,views_per_visit,revenue",
        "period=7d&metrics=visitors,visits,pageviews,events,views_per_visit,bounce_rate,visit_duration",
    ],
)
def test_a_series_has_every_bucket(
    filled: PatientStore, tmp_path: Path, name: str, query: str
) -> None:
    rows = as_text(file_of(filled, name, f"table=timeseries&{query}", tmp_path))
    assert rows == as_text([flat(row) for row in told(filled, query)["timeseries"]])


@pytest.mark.parametrize("name", FORMATS)
def test_what_is_compared_with_stands_beside(
    filled: PatientStore, tmp_path: Path, name: str
) -> None:
    query = "from=2026-03-09&to=2026-03-10&interval=day&compare=2026-03-05..2026-03-07"
    whole = told(filled, query)
    before = [
        {f"{key}_before": value for key, value in row.items()}
        for row in whole["comparison"]["timeseries"]
    ]
    now = [*whole["timeseries"], dict.fromkeys(whole["timeseries"][0])]
    rows = as_text(file_of(filled, name, f"table=timeseries&{query}", tmp_path))
    assert rows == as_text([a | b for a, b in zip(now, before, strict=True)])
    (row,) = as_text(
        file_of(filled, name, f"table=totals&{query.replace('&interval=day', '')}", tmp_path)
    )
    assert row["from_before"] == "2026-03-05"
    assert row["pageviews_before"] == str(whole["comparison"]["totals"]["pageviews"])


@pytest.mark.parametrize("page", [1, 4, 100])
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "table", ["page", "country", "event", "prop:plan", "entry_page,country", "event,prop:plan"]
)
def test_a_breakdown_has_every_row(
    filled: PatientStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    table: str,
    page: int,
) -> None:
    monkeypatch.setattr(reports, "PAGE", page)
    rows = file_of(filled, name, f"table={table}&period=30d", tmp_path)
    expected = [
        dict(zip(table.split(","), row.pop("values", [row.pop("value", None)]), strict=True)) | row
        for row in told(filled, f"dimension={table}&period=30d&limit=1000")["breakdowns"][table]
    ]
    assert as_text(rows) == as_text(expected)
    assert rows


@pytest.mark.parametrize("page", [2, 3, 100])
def test_rows_may_be_chosen_and_ordered(
    filled: PatientStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    monkeypatch.setattr(reports, "PAGE", page)
    rows = file_of(filled, "ndjson", "table=page&order=-value&limit=5&offset=3", tmp_path)
    whole = told(filled, "dimension=page&order=-value&limit=5&offset=3")["breakdowns"]["page"]
    assert [row["page"] for row in rows] == [row["value"] for row in whole]
    assert len(rows) == 5


def test_only_the_columns_that_were_asked_for(filled: PatientStore, tmp_path: Path) -> None:
    rows = file_of(filled, "ndjson", "table=page&metrics=pageviews", tmp_path)
    assert {tuple(row) for row in rows} == {("page", "pageviews")}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("table", ["totals", "timeseries", "page", "prop:plan"])
def test_a_tracker_without_events(
    store: PatientStore, tmp_path: Path, name: str, table: str
) -> None:
    rows = file_of(store, name, f"table={table}&period=7d", tmp_path)
    assert len(rows) == {"totals": 1, "timeseries": 7}.get(table, 0)


def test_a_formula_is_disarmed_in_csv_alone(filled: PatientStore) -> None:
    for name in ("csv", "ndjson"):
        part = ask_for_part(
            filled, readable(ZONE), [("format", name), ("table", "prop:plan")], NOON
        )
        table = table_of_report(filled, readable(ZONE), part, NOON)
        content = b"".join(FORMATS[name].write(table))
        assert (b"'=1+1" in content) is (name == "csv")


def test_parquet_knows_what_a_column_is(filled: PatientStore, tmp_path: Path) -> None:
    cases = {
        "table=timeseries&interval=hour&period=today": {"time": "TIMESTAMP WITH TIME ZONE"},
        "table=timeseries&interval=week": {"time": "DATE", "visitors": "BIGINT"},
        "table=timeseries&interval=month": {"time": "VARCHAR"},
        "table=totals&period=24h": {"from": "TIMESTAMP WITH TIME ZONE", "bounce_rate": "DOUBLE"},
        "table=totals&metrics=revenue": {"from": "DATE", "revenue_EUR": "DECIMAL(38,3)"},
        "table=page": {"page": "VARCHAR", "pageviews": "BIGINT"},
    }
    for query, expected in cases.items():
        file_of(filled, "parquet", query, tmp_path)
        described = duckdb.execute(f"describe from '{tmp_path / 'read.parquet'}'").fetchall()
        found = {row[0]: row[1] for row in described}
        assert {name: found[name] for name in expected} == expected


def test_a_time_in_parquet_is_that_instant(filled: PatientStore, tmp_path: Path) -> None:
    query = "table=timeseries&interval=hour&period=today"
    file_of(filled, "parquet", query, tmp_path)
    (first,) = duckdb.execute(
        f"select epoch_ms(min(time)) from '{tmp_path / 'read.parquet'}'"
    ).fetchall()
    assert first[0] == NOON - 13 * HOUR


def test_a_files_name_is_one_on_any_system(store: PatientStore) -> None:
    asked = [("format", "parquet"), ("table", "source,prop:plan"), ("period", "7d")]
    part = ask_for_part(store, readable(), asked, NOON)
    name = "ezi_00000000000a-source-prop-plan-2026-03-04-2026-03-10.parquet"
    assert file_name(readable(), part) == name
