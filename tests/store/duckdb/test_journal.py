"""The journal: what is in it is durable, whole, and in the tables once."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ezee.errors import SetupError, Unavailable
from ezee.store.base import Batch
from ezee.store.duckdb import journal
from tests.store.engines import DAY, SITE, bot
from tests.support.events import NOON, PatientStore, event


@pytest.fixture
def store(tmp_path: Path) -> Iterator[PatientStore]:
    opened = PatientStore(tmp_path)
    # Nothing is settled but when a test asks for it.
    opened._keeper.stop()
    yield opened
    opened.close()


def sizes(folder: Path) -> list[int]:
    return sorted(path.stat().st_size for path in folder.glob("events.journal-*"))


def in_tables(store: PatientStore) -> int:
    with store._ready().lend() as connection:
        (row,) = connection.execute("select count(*) from events").fetchall()
    return int(row[0])


def test_what_was_appended_waits_until_somebody_reads(tmp_path: Path, store: PatientStore) -> None:
    assert store.append(Batch([event(), event()])) == []
    assert (in_tables(store), sizes(tmp_path)[-1] > 0) == (0, True)
    assert store.describe().events == 2
    assert (in_tables(store), sizes(tmp_path)) == (2, [0])
    store.append(Batch([event()]))
    store.append(Batch([], bots=[bot()]))
    assert store.describe().events == 3
    assert sizes(tmp_path) == [0, 0]


def test_only_its_owner_may_read_it_and_it_goes_with_the_store(
    tmp_path: Path, store: PatientStore
) -> None:
    store.append(Batch([event()]))
    assert {path.stat().st_mode & 0o777 for path in tmp_path.glob("events.journal-*")} == {0o600}
    store.close()
    assert [path.name for path in tmp_path.iterdir()] == ["events.duckdb"]


def test_ids_that_wait_are_known(store: PatientStore) -> None:
    store.append(Batch([event(event_id=1)], bots=[bot(event_id=2)]))
    again = [event(event_id=1), event(event_id=2), event(event_id=3)]
    assert store.append(Batch(again)) == [0, 1]
    store._journal.turn()
    assert store.append(Batch(again)) == [0, 1, 2]
    assert store.append(Batch([event(NOON + DAY, event_id=1)])) == []
    assert store.describe().events == 3


def test_a_large_batch_comes_after_what_waits(store: PatientStore) -> None:
    store.append(Batch([event(page="/first", event_id=1)]))
    many = [event(event_id=1), *[event() for _ in range(store._MANY)]]
    assert store.append(Batch(many)) == [0]
    with store._ready().lend() as connection:
        rows = connection.execute("select page from events order by seq limit 1").fetchall()
    assert rows == [("/first",)]
    assert store.describe().events == store._MANY + 1


def test_it_does_not_grow_without_end(
    tmp_path: Path, store: PatientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "_LONG", 5_000)
    for _ in range(100):
        store.append(Batch([event() for _ in range(10)]))
    assert max(sizes(tmp_path)) < 10_000
    assert store.describe().events == 1_000


def test_events_are_appended_while_others_are_settled(store: PatientStore) -> None:
    store.append(Batch([event()]))
    with store._writing:
        settling = threading.Thread(target=store.describe)
        settling.start()
        assert store.append(Batch([event()])) == []
    settling.join()
    assert store.describe().events == 2


def test_a_write_that_failed_is_refused_and_leaves_no_trace(
    store: PatientStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.append(Batch([event()]))
    before = sizes(tmp_path)

    def fail(handle: int, record: bytes, at: int) -> None:
        os.pwrite(handle, record[:-1], at)
        raise OSError

    with monkeypatch.context() as patched:
        patched.setattr(journal, "put", fail)
        with pytest.raises(Unavailable):
            store.append(Batch([event(), event()]))
    assert sizes(tmp_path) == before
    store.append(Batch([event()]))
    assert store.describe().events == 2


def test_without_room_to_settle_it_nothing_is_taken(
    store: PatientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(journal, "_MARGIN", 1 << 60)
        with pytest.raises(Unavailable):
            store.append(Batch([event()]))
    assert store.append(Batch([event()])) == []
    assert store.describe().events == 1


@pytest.mark.parametrize("torn", [b"\0" * 64, b"\0\0\1\0abc", b"\0\0\0\2\0\0\0\0ab"])
def test_what_is_not_whole_ends_it(tmp_path: Path, torn: bytes) -> None:
    died = PatientStore(tmp_path)
    died._keeper.stop()
    died.append(Batch([event()]))
    (path,) = tmp_path.glob("events.journal-*")
    content = path.read_bytes()
    died.close()
    path.write_bytes(content.replace(content, content + torn))
    opened = PatientStore(tmp_path)
    # It was settled before: the tables know.
    assert opened.describe().events == 1
    opened.append(Batch([event()]))
    assert opened.describe().events == 2
    opened.close()


def _left_by_a_killed_process(folder: Path) -> None:
    died = PatientStore(folder)
    died._keeper.stop()
    died.append(Batch([event(event_id=1)], bots=[bot()]))
    left = {path: path.read_bytes() for path in folder.glob("events.journal-*")}
    died._journal.settled = died._journal.written
    died.close()
    for path, content in left.items():
        path.write_bytes(content)


def test_what_an_older_version_left_is_completed_by_columns_that_came_since(
    tmp_path: Path,
) -> None:
    _left_by_a_killed_process(tmp_path)
    with duckdb.connect(tmp_path / "events.duckdb") as file:
        file.execute("alter table events add column mood varchar default 'calm'")
        file.execute("alter table bots add column weight bigint default 7")
    opened = PatientStore(tmp_path)
    with opened._ready().lend() as connection:
        assert connection.execute("select mood from events").fetchall() == [("calm",)]
        assert connection.execute("select weight from bots").fetchall() == [(7,)]
    opened.close()


def test_what_a_newer_version_left_is_not_taken_for_ours(tmp_path: Path) -> None:
    _left_by_a_killed_process(tmp_path)
    left = sizes(tmp_path)
    with duckdb.connect(tmp_path / "events.duckdb") as file:
        file.execute("alter table bots drop column verified")
    with pytest.raises(SetupError, match="written by a newer ezee"):
        PatientStore(tmp_path)
    assert sizes(tmp_path) == left


def test_a_process_that_ended_before_it_settled_leaves_it_to_the_next(tmp_path: Path) -> None:
    died = PatientStore(tmp_path)
    died._keeper.stop()
    died.append(Batch([event(event_id=1)]))
    died._journal.turn()
    died.append(Batch([event(visitor=2, event_id=2)], bots=[bot()]))
    left = {path: path.read_bytes() for path in tmp_path.glob("events.journal-*")}
    assert len(left) == 2
    died._journal.settled = died._journal.written
    died.close()
    for path, content in left.items():
        path.write_bytes(content + b"torn")
    opened = PatientStore(tmp_path)
    assert opened.append(Batch([event(event_id=1), event(event_id=2)])) == [0, 1]
    described = opened.describe(SITE)
    assert (described.events, described.bots) == (2, 1)
    opened.close()
    assert [path.name for path in tmp_path.iterdir()] == ["events.duckdb"]
