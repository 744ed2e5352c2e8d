"""A tracker's events as a table, and as files that are read back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
from msgspec.structs import replace

from ezee.errors import Unavailable
from ezee.exports import events
from ezee.exports.events import COLUMNS, table_of_events
from ezee.exports.formats import FORMATS
from ezee.exports.tables import Row
from ezee.model.calendar import local_hour, utc_text
from ezee.model.event import Event, Kind, Population
from ezee.model.query import Range
from ezee.store.base import Batch
from ezee.store.changes import Expire
from ezee.store.looks import KeptEvents
from tests.docs.pages import first_column
from tests.exports.tables import AWKWARD, disarmed
from tests.store.engines import DAY, SITE, TODAY, bot
from tests.support.events import NOON, PatientStore, event, readable

SPAN = Range(TODAY - 9, TODAY)
ZONE = "Europe/Berlin"
CUSTOM: dict[str, Any] = {"kind": Kind.CUSTOM, "name": "buy", "zone": ZONE}
EVENTS = [
    *(
        event(NOON - DAY + number, zone=ZONE, path=f"/{text}", page=text, title=text, source=text)
        for number, text in enumerate(AWKWARD)
    ),
    event(NOON, zone=ZONE, visitor=2**64 - 1, version=126, judged=False, population=2),
    event(NOON, props='{"a":"=1","b":"\\""}', amount=-1250, currency="EUR", **CUSTOM),
    event(NOON, amount=300, currency="JPY", interactive=False, **CUSTOM),
    event(NOON, amount=1, currency="KWD", verified=True, **CUSTOM),
    event(NOON, name="engagement", kind=Kind.ENGAGEMENT, population=Population.BACKFILL),
]
AMOUNTS = {"EUR": Decimal("-12.50"), "JPY": Decimal(300), "KWD": Decimal("0.001")}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PatientStore]:
    store = PatientStore(tmp_path_factory.mktemp("exports"))
    store.append(Batch(EVENTS, bots=[bot()]))
    yield store
    store.close()


def expected(stored: Event) -> dict[str, Any]:
    """What an export has to say of an event."""
    same = {name: getattr(stored, name) for name in COLUMNS if hasattr(stored, name)}
    return {
        **same,
        "time": utc_text(stored.happened_at),
        "received_at": utc_text(stored.received_at),
        "day": ["2026-03-09", "2026-03-10"][stored.day - TODAY + 1],
        "visitor": f"{stored.visitor:016x}",
        "name": stored.name or "pageview",
        "amount": AMOUNTS.get(stored.currency),
        "population": ["live", "backfill", "import"][stored.population],
    }


def rows(store: PatientStore, span: Range = SPAN) -> list[Row]:
    return [row for page in table_of_events(store, readable(), span).pages for row in page]


@pytest.mark.parametrize("size", [1, 7, len(EVENTS), 5_000])
def test_every_event_in_order_whatever_the_page(
    store: PatientStore, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(events, "PAGE", size)
    found = [dict(zip(COLUMNS, row, strict=True)) for row in rows(store)]
    assert found == [expected(each) for each in EVENTS]


def test_csv_reads_back_equal(store: PatientStore) -> None:
    text = b"".join(FORMATS["csv"].write(table_of_events(store, readable(), SPAN))).decode()
    found = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    assert len(found) == len(EVENTS)
    for cells, stored in zip(found, EVENTS, strict=True):
        for name, value in expected(stored).items():
            if isinstance(value, str):
                assert disarmed(cells[name]) == value
            elif isinstance(value, bool):
                assert cells[name] == str(value).lower()
            else:
                assert cells[name] == ("" if value is None else str(value))


def test_parquet_reads_back_equal(store: PatientStore, tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"".join(FORMATS["parquet"].write(table_of_events(store, readable(), SPAN))))
    iso = "strftime(epoch_ms(epoch_ms({})), '%Y-%m-%dT%H:%M:%S.%gZ') as {}"
    times = ", ".join(iso.format(name, name) for name in ("time", "received_at"))
    found = duckdb.execute(f"select * replace ({times}, day::varchar as day) from '{path}'")
    columns = [each[0] for each in found.description or ()]
    named = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    assert named == [expected(each) for each in EVENTS]


def test_the_columns_have_their_types(store: PatientStore, tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    path.write_bytes(b"".join(FORMATS["parquet"].write(table_of_events(store, readable(), SPAN))))
    described = duckdb.execute(f"describe select * from '{path}'").fetchall()
    assert {each[0]: each[1].lower().replace(",", ", ") for each in described} == COLUMNS


def test_days_are_the_trackers(store: PatientStore) -> None:
    assert len(rows(store, Range(TODAY, TODAY))) == len(EVENTS) - len(AWKWARD)
    assert rows(store, Range(TODAY - 9, TODAY - 2)) == []
    hours = {(row[2], row[3], row[4]) for row in rows(store, Range(TODAY - 1, TODAY - 1))}
    assert hours == {("2026-03-09", local_hour(NOON, ZONE).hour, 60)}


def test_days_that_expire_while_they_are_read_break_the_export_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is never taken for whole; where they have been read by then, it is."""
    monkeypatch.setattr(events, "PAGE", 2)
    store = PatientStore(tmp_path)
    of_days = [event(NOON - DAY * (4 - at // 3) + at) for at in range(15)]
    store.append(Batch(of_days))
    span = Range(TODAY - 4, TODAY)
    whole = [page for page in table_of_events(store, readable(), span).pages if page]
    for read, expires in ((1, TODAY - 3), (3, TODAY - 2), (3, TODAY - 1)):
        pages = table_of_events(store, readable(), replace(span, first_day=expires - 1)).pages
        found = [next(pages) for _ in range(read)]
        store.change(Expire(SITE, expires))
        if read == 1:
            with pytest.raises(Unavailable, match="expired while they were read"):
                next(pages)
        else:
            found += [page for page in pages if page]
            left = [row for page in whole for row in page if str(row[0]) >= str(found[0][0][0])]
            assert [row for page in found for row in page] == left
    store.close()


def test_pages_are_looked_for_in_ever_more_days_while_these_have_few(
    store: PatientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a year without events takes few looks, and a page of a busy day is one day's work."""
    looks: list[tuple[int, int]] = []
    really = PatientStore.look

    def look(store: PatientStore, asked: KeptEvents) -> list[Any]:
        looks.append((TODAY - asked.last_day, asked.last_day - asked.first_day + 1))
        return really(store, asked)

    monkeypatch.setattr(PatientStore, "look", look)
    found = [len(page) for page in table_of_events(store, readable(), SPAN).pages]
    assert looks == [(9, 1), (7, 2), (3, 4), (0, 3)]
    assert found == [0, 0, 0, len(EVENTS)]


def test_every_column_is_documented() -> None:
    assert first_column("docs/export.md", "## Columns of events") == list(COLUMNS)


def test_every_format_is_documented() -> None:
    assert first_column("docs/export.md", "## Formats") == list(FORMATS)
