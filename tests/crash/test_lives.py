"""What the embedded store does when DuckDB refuses to go on: it opens the file anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest

from ezee.errors import SetupError, Unavailable
from ezee.store.base import Batch
from ezee.store.changes import Erase
from ezee.store.duckdb import DuckDBStore, engine, intake
from ezee.store.duckdb.file import Connection, OpenFile, transaction
from tests.crash.test_full_disk import _event


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DuckDBStore]:
    opened = DuckDBStore(tmp_path)
    yield opened
    opened.close()


def test_a_commit_that_failed_but_is_on_disk_is_not_made_again(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = store._file
    with monkeypatch.context() as patched:
        _fail_once(patched, store, committed=True)
        assert store.append(Batch([_event(1, "/a"), _event(1, "/b")])) == []
        assert store.describe(1).events == 2
    assert store._file is not before
    assert store.describe(1).events == 2
    assert store.append(Batch([_event(1, "/c")])) == []
    assert store.describe(1).events == 3


def test_a_commit_that_failed_and_is_not_on_disk_is_made_again(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _fail_once(patched, store, committed=False)
        assert store.append(Batch([_event(1, "/a")])) == []
        with suppress(Unavailable):
            store._settle()
    assert store.append(Batch([_event(1, "/b")])) == []
    assert store.describe(1).events == 2


@pytest.mark.parametrize("committed", [True, False])
def test_a_large_batch_whose_commit_failed_is_refused_unless_it_is_on_disk(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch, *, committed: bool
) -> None:
    many = Batch([_event(1, f"/{number}") for number in range(store._MANY + 1)])
    with monkeypatch.context() as patched:
        _fail_once(patched, store, committed=committed)
        if committed:
            assert store.append(many) == []
        else:
            with pytest.raises(Unavailable):
                store.append(many)
    assert store.describe(1).events == (len(many.events) if committed else 0)


@pytest.mark.parametrize("failure", [Unavailable(), SetupError("held by another")])
def test_while_the_file_cannot_be_opened_every_call_tries_and_is_refused(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    store.append(Batch([_event(1, "/a")]))
    store._settle()
    tries = 0

    def refuse() -> OpenFile:
        nonlocal tries
        tries += 1
        raise failure

    calls: tuple[Callable[[], object], ...] = (
        lambda: store.change(Erase(1)),
        lambda: store.append(Batch([_event(1, "/b")])),
        lambda: store.describe(1),
    )
    with monkeypatch.context() as patched:
        _fail_once(patched, store, committed=False)
        patched.setattr(store, "_open", refuse)
        for call in calls:
            with pytest.raises(Unavailable):
                call()
    # The first ended the file's life.
    assert tries >= len(calls) - 1
    assert store.describe(1).events == 1


def test_the_visits_are_kept_in_the_next_life(
    store: DuckDBStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        _fail_once(patched, store, committed=True)
        store.append(Batch([_event(1, "/a"), _event(1, "/b")]))
    store._keeper.wait(10)
    file = store._ready()
    with file.lend() as connection:
        assert connection.execute("select count(*) from visits").fetchall() == [(2,)]


def test_a_closed_store_stays_closed(tmp_path: Path) -> None:
    store = DuckDBStore(tmp_path)
    store.close()
    with pytest.raises(Unavailable):
        store.describe()
    store.close()


def _fail_once(patched: pytest.MonkeyPatch, store: DuckDBStore, *, committed: bool) -> None:
    """The next transaction that writes ends in a failure that leaves the file unusable."""
    failing = store._file

    @contextmanager
    def failing_transaction(connection: Connection) -> Iterator[None]:
        with transaction(connection):
            yield
            if not committed:
                raise duckdb.FatalException("fsync failed")
        if store._file is failing:
            raise duckdb.FatalException("fsync failed")

    for module in (engine, intake):
        patched.setattr(module, "transaction", failing_transaction)
    usable = OpenFile.is_usable
    patched.setattr(OpenFile, "is_usable", lambda file: file is not failing and usable(file))
