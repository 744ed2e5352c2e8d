"""Files that older versions wrote are read as if this one had written them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from msgspec.structs import asdict, replace

from ezee.errors import OutOfDate, SetupError
from ezee.model.event import Event, Kind
from ezee.store.base import Batch
from ezee.store.copies import migrate
from ezee.store.duckdb import schema
from ezee.store.duckdb.lives import FILE_NAME
from tests.store.engines import MINUTE, assert_counted, bot, everything, question
from tests.support.events import NOON, PatientStore, event, readable
from tests.support.reference import Visit, visits_of

# What the first version did not keep.
NEW_IN_2 = {"path", "region", "city", "version", "hints", "verified"}
OLD = [
    event(NOON + at * MINUTE, visitor=visitor, page=page, kind=kind, source=source, event_id=at)
    for at, visitor, page, kind, source in (
        (0, 1, "/a", Kind.PAGEVIEW, "Google"),
        (10, 1, "/b", Kind.CUSTOM, "Google"),
        (50, 1, "/c", Kind.PAGEVIEW, "Direct"),
        (51, 2, "/a", Kind.PAGEVIEW, "Direct"),
        (52, 2, "/a", Kind.ENGAGEMENT, "Direct"),
        (70, 1, "/d", Kind.PAGEVIEW, "Direct"),
        (95, 2, "/e", Kind.PAGEVIEW, "Google"),
    )
]
# The visits of so many events were derived when the old service ended.
DERIVED = 4


def old_file(folder: Path) -> None:
    """A file as version 1 left it."""
    first, *_ = schema.MIGRATIONS
    with duckdb.connect(folder / FILE_NAME) as connection:
        connection.execute("create table schema_version (version integer not null)")
        connection.execute(first)
        connection.execute("insert into schema_version values (1)")
        for seq, each in enumerate(OLD, start=1):
            row = {name: value for name, value in asdict(each).items() if name not in NEW_IN_2}
            _insert(connection, "events", {**row, "seq": seq})
        for visit in visits_of(OLD[:DERIVED], "UTC"):
            _insert(connection, "visits", _old_visit(visit))
        connection.execute("update state set value = ? where name = 'visits_up_to'", [DERIVED])


def _old_visit(visit: Visit) -> dict[str, object]:
    own = {
        "started_at": visit.first.happened_at,
        "ended_at": visit.ended_at,
        "pageviews": visit.pageviews,
        "events": visit.events,
        "bounce": int(visit.bounce),
        "duration": visit.duration,
        "entry_page": visit.entry_page,
        "exit_page": visit.exit_page,
    }
    names = (
        *("site", "day", "hour", "utc_offset", "visitor", "referrer", "source", "channel"),
        *("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"),
        *("country", "browser", "os", "device", "screen", "language"),
    )
    return {**own, **{name: getattr(visit.first, name) for name in names}}


def _insert(connection: duckdb.DuckDBPyConnection, table: str, row: dict[str, object]) -> None:
    places = ", ".join("?" * len(row))
    connection.execute(
        f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values())
    )


def test_an_old_file_is_read_as_a_new_one(tmp_path: Path) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    for folder in (old, new):
        folder.mkdir()
    old_file(old)
    # A page's path was the page then, and nothing was grouped.
    kept = [replace(each, path=each.page) for each in OLD]
    with pytest.raises(OutOfDate):
        PatientStore(old)
    migrate(old)
    opened, made = PatientStore(old), PatientStore(new)
    made.append(Batch(kept))
    assert_counted(opened, kept)
    assert everything(opened) == everything(made)
    assert opened.query(readable(), question(verified=True)).totals.pageviews == 0
    for store in (opened, made):
        assert store.append(_more()) == [1]
    assert_counted(opened, [*kept, _more().events[0]])
    assert everything(opened) == everything(made)
    opened.close()
    again = PatientStore(old)
    assert everything(again) == everything(made)
    for store in (again, made):
        store.close()


def _more() -> Batch:
    """A late event between two visits, one that is known, and a bot."""
    late = event(NOON + 30 * MINUTE, page="/late", path="/late", verified=True)
    return Batch([late, event(NOON + 1, event_id=OLD[1].event_id)], bots=[bot()])


def test_a_migration_that_is_cut_short_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_file(tmp_path)
    first, second, *later = schema.MIGRATIONS
    with monkeypatch.context() as patch:
        cut_short = (first, f"{second}; select error('power cut')", *later)
        patch.setattr(schema, "MIGRATIONS", cut_short)
        with pytest.raises(ValueError, match="step failed"):
            migrate(tmp_path)
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        assert connection.execute("select max(version) from schema_version").fetchone() == (1,)
        assert connection.execute("select count(*) from events").fetchone() == (len(OLD),)
    migrate(tmp_path)
    store = PatientStore(tmp_path)
    assert_counted(store, OLD)
    store.close()


def test_every_column_of_an_event_has_its_place(tmp_path: Path) -> None:
    """The rows are appended by position."""
    PatientStore(tmp_path).close()
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        of_bots = ["rule", "category", "token", "seq"]
        for table, others in (("events", ["seq", "visit"]), ("bots", of_bots)):
            rows = connection.execute(f"describe {table}").fetchall()
            assert [row[0] for row in rows] == [*Event.__struct_fields__, *others]


def test_a_file_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    PatientStore(tmp_path).close()
    with duckdb.connect(tmp_path / FILE_NAME) as connection:
        connection.execute("insert into schema_version values (?)", [schema.VERSION + 1])
    with pytest.raises(SetupError, match="newer"):
        PatientStore(tmp_path)
