"""Compaction beside everything else that goes on, and cut short at any point."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ezee.errors import Unavailable
from ezee.model.event import DropReason, Drops
from ezee.store.base import Batch
from ezee.store.changes import Compact, Erase, Regroup
from ezee.store.duckdb import DuckDBStore, compaction
from ezee.store.duckdb.compaction import Compactor
from ezee.store.duckdb.file import Connection
from ezee.store.looks import Erased, WrongRollups
from ezee.store.sql import Statement
from tests.store.duckdb import compacting
from tests.store.engines import MINUTE, SITE, TODAY, bot, everything
from tests.store.test_compacting import ERASED, STAYS, fill, found
from tests.store.test_contract import progress
from tests.support.events import NOON, PatientStore, event

# Between others, so that visits merge; and a bot whose id is known.
MEANWHILE = Batch(
    [event(NOON + at * MINUTE, visitor=77, path="/new", page="/new") for at in (0, 50, 25)],
    SITE,
    progress(),
    bots=[bot(event_id=1), bot(event_id=99)],
    drops=[Drops(SITE, TODAY, reason, 2) for reason in (DropReason.EXCLUDED, DropReason.HOSTNAME)],
    tally=9,
)


def after(monkeypatch: pytest.MonkeyPatch, name: str, act: Callable[[], object]) -> None:
    """Do something right after a step of the compaction."""
    really = getattr(compaction, name)

    def then_act(*given: Any) -> Any:
        done = really(*given)
        act()
        return done

    monkeypatch.setattr(compaction, name, then_act)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    opened = PatientStore(tmp_path)
    fill(opened)
    yield opened
    opened.close()


def test_what_comes_meanwhile_is_kept(
    tmp_path: Path, store: PatientStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    other = PatientStore(tmp_path / "other")
    fill(other)
    first, second = (Batch([each], tally=9) for each in (MEANWHILE.events[0], event(visitor=5)))
    for each in (first, MEANWHILE, second):
        other.append(each)

    def come() -> None:
        for each in (first, MEANWHILE):
            store.append(each)
        everything(store)
        store.append(second)

    after(monkeypatch, "copy", come)
    store.change(Compact())
    assert everything(store) == everything(other)
    assert store.look(WrongRollups(SITE)) == []
    # A tally that was added before it is known after it.
    for either in (store, other):
        either.append(MEANWHILE)
    assert everything(store) == everything(other)
    assert store._seq == other._seq
    other.close()


def test_a_change_waits_for_it(store: PatientStore, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def change() -> None:
        order.append(f"changed {store.change(Regroup(SITE, [(ERASED[0], '/people/*')])):,}")

    changing = threading.Thread(target=change)
    after(monkeypatch, "copy", changing.start)
    after(monkeypatch, "take_over", lambda: order.append("compacted"))
    store.change(Compact())
    changing.join()
    assert order == ["compacted", "changed 2,008"]


def test_a_question_that_is_stopped_by_it_is_asked_again(
    store: PatientStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun = threading.Event()
    answers: list[object] = []

    def work(run: Callable[[Statement], Sequence[Any]]) -> object:
        if not begun.is_set():
            begun.set()
            return run(Statement("select count(*) from range(1000000) a, range(1000000) b"))
        return run(Statement("select count(*) from bots"))

    asking = threading.Thread(target=lambda: answers.append(store._read(work)))
    asking.start()
    begun.wait()
    store.change(Compact())
    asking.join()
    assert answers == [[(8,)]]
    assert "failed" not in capsys.readouterr().out


@pytest.mark.parametrize(("name", "when"), compacting.POINTS)
def test_killed_at_any_point_nothing_is_lost_and_it_is_still_owed(
    tmp_path: Path, name: str, when: str
) -> None:
    store = PatientStore(tmp_path)
    fill(store)
    store.change(Erase(SITE, path=ERASED[0], receipt="r", at=NOON))
    before, (removed,) = everything(store), store.look(Erased("r"))
    store.close()
    command = [sys.executable, "-m", compacting.__name__, str(tmp_path), name, when]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == -9, done.stderr
    opened = PatientStore(tmp_path)
    assert everything(opened)[:-1] == before[:-1]
    (remembered,) = opened.look(Erased("r"))
    settled = (name, when) == ("take_over", "after")
    assert (remembered[:-1], bool(remembered[-1])) == (removed[:-1], settled)
    assert opened.change(Compact()) == (0 if settled else 1)
    assert found(tmp_path, *ERASED) == set()
    opened.append(MEANWHILE)
    opened.close()
    assert [path.name for path in tmp_path.iterdir()] == ["events.duckdb"]


def test_without_room_it_is_refused(store: PatientStore, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything(store)
    monkeypatch.setattr(compaction, "_MARGIN", 1 << 60)
    with pytest.raises(Unavailable, match=r"needs [\d,]+ MiB of free disk .* there are [\d,]+ MiB"):
        store.change(Compact())
    assert everything(store) == before
    monkeypatch.undo()
    assert store.change(Compact()) == 0


@pytest.mark.parametrize("name", ["copy", "complete", "take_over"])
def test_a_failure_leaves_the_file_as_it_was(
    tmp_path: Path, store: PatientStore, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("no more")

    store.change(Erase(SITE, path=ERASED[0], receipt="r", at=NOON))
    before = everything(store)
    with monkeypatch.context() as patched:
        patched.setattr(compaction, name, fail)
        with pytest.raises(Unavailable, match="no more"):
            store.change(Compact())
    assert everything(store) == before
    assert not list(tmp_path.glob("*.new*"))
    assert store.change(Compact()) == 1


def test_a_store_that_is_closed_amid_it_closes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = PatientStore(tmp_path)
    fill(store)
    closing = threading.Thread(target=store.close)

    def copy(connection: Connection, _: Path) -> None:
        closing.start()
        connection.execute("select count(*) from range(1000000) a, range(1000000) b")

    monkeypatch.setattr(compaction, "copy", copy)
    with pytest.raises(Unavailable):
        store.change(Compact())
    closing.join()
    reopened = PatientStore(tmp_path)
    assert reopened.describe(SITE).events == 4_000
    reopened.close()


def test_what_a_killed_process_has_spilled_is_not_kept(tmp_path: Path) -> None:
    spilled = tmp_path / "tmp" / "duckdb_temp_7_0_storage_DEFAULT-0.tmp"
    spilled.parent.mkdir()
    spilled.write_text(ERASED[0])
    PatientStore(tmp_path).close()
    assert found(tmp_path, *ERASED) == set()


def test_erasures_share_one_that_comes_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on disk that it is owed: a restart forgets nothing."""
    store = PatientStore(tmp_path)
    fill(store)
    for receipt, path in (("first", ERASED[0]), ("second", STAYS[0])):
        store.change(Erase(SITE, path=path, receipt=receipt, at=NOON))
    store.close()
    compactions: list[None] = []
    after(monkeypatch, "take_over", lambda: compactions.append(None))
    monkeypatch.setattr(Compactor, "_EVERY", 0.01)
    monkeypatch.setattr(Compactor, "_REST", 0.0)
    store = PatientStore(tmp_path)
    _wait(lambda: is_settled(store, "first"))
    assert is_settled(store, "second")
    assert found(tmp_path, *ERASED) == set()
    store.change(Erase(SITE))
    time.sleep(0.1)
    assert len(compactions) == 1
    store.close()


def test_one_that_fails_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Compactor, "_EVERY", 0.01)
    monkeypatch.setattr(Compactor, "_REST_AFTER_FAILURE", 0.01)
    with monkeypatch.context() as patched:
        patched.setattr(compaction, "_MARGIN", 1 << 60)
        store = PatientStore(tmp_path)
        store.append(Batch([event()]))
        store.change(Erase(SITE, receipt="r", at=NOON))
        _wait(lambda: "will be tried again" in capsys.readouterr().out)
        assert not is_settled(store, "r")
    _wait(lambda: is_settled(store, "r"))
    store.close()


def test_none_has_failed_where_it_cannot_be_told_whether_one_is_owed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As while a store with much to finish is closed."""
    monkeypatch.setattr(Compactor, "_EVERY", 0.01)
    monkeypatch.setattr(Compactor, "_REST_AFTER_FAILURE", 0.01)
    asked: list[None] = []
    compacted = threading.Event()

    def owed() -> int:
        asked.append(None)
        if len(asked) < 5:
            raise Unavailable
        return 1

    compactor = Compactor(owed, compacted.set)
    assert compacted.wait(60)
    compactor.stop()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("longest", [3600.0, 0.0])
def test_while_more_and_more_is_erased_it_waits_but_not_for_ever(
    monkeypatch: pytest.MonkeyPatch, longest: float
) -> None:
    """A night in which the events of many trackers expire has one compaction, not one for each."""
    monkeypatch.setattr(Compactor, "_EVERY", 0.001)
    monkeypatch.setattr(Compactor, "_LONGEST", longest)
    growing = [0, 1, 2, 5, 9, 9]
    told: list[int] = []
    seen: list[int] = []
    compacted = threading.Event()

    def compact() -> None:
        seen.append(len(told))
        compacted.set()

    def owed() -> int:
        told.append(growing[min(len(told), len(growing) - 1)])
        return told[-1]

    compactor = Compactor(owed, compact)
    assert compacted.wait(60)
    compactor.stop()
    assert seen[0] == (len(growing) if longest else 2)


def test_a_store_that_is_closed_tells_of_no_compaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Others finish first, which takes a while where there is much; the file is closed by then."""
    monkeypatch.setattr(Compactor, "_EVERY", 0.01)
    store = PatientStore(tmp_path)
    store.append(Batch([event()]))
    store.change(Erase(SITE, receipt="r", at=NOON))
    _wait(lambda: is_settled(store, "r"))
    really = store._keeper.stop

    def stop() -> None:
        time.sleep(0.2)
        really()

    monkeypatch.setattr(store._keeper, "stop", stop)
    store.close()
    assert "compaction" not in capsys.readouterr().out


def is_settled(store: DuckDBStore, receipt: str) -> bool:
    return store.look(Erased(receipt))[0][-1] != 0


def _wait(until: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
