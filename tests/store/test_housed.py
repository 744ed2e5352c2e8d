"""A store that moves house while it is used: what comes is held, and is stored where it belongs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.errors import InvalidRequest, Unavailable
from ezee.settings import EVENTS_ADDRESS, FOLDER
from ezee.store import housed
from ezee.store.base import Batch, Progress
from ezee.store.changes import BeginMove, Count, EndMove, Erase, Hold, MoveOver
from ezee.store.housed import HELD, HousedStore
from ezee.store.houses import MOVING, moving_alone
from ezee.store.looks import Condition, EveryTally, KeptPaths
from tests.store.engines import SITE, TODAY
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, PatientStore, event
from tests.support.polling import until

ELSEWHERE = "clickhouse://nowhere.example/ezee"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[HousedStore]:
    opened = HousedStore(tmp_path)
    yield opened
    opened.close()


def one(path: str) -> Batch:
    return Batch([event(path=path, page=path)])


def paths(store: HousedStore) -> dict[str, int]:
    return {str(path): int(number) for path, _, number in store.look(KeptPaths(SITE))}


def waiting(store: HousedStore) -> int:
    ((*_, batches, _),) = store.look(Condition())
    return int(batches)


def test_what_is_held_is_stored_when_the_move_ends(store: HousedStore, tmp_path: Path) -> None:
    store.append(one("/before"))
    with moving_alone(tmp_path):
        assert store.change(BeginMove(ELSEWHERE)) == 0
        store.append(one("/copied"))
        store.change(Hold())
        for path in ("/a", "/b"):
            assert store.append(one(path)) == []
        assert paths(store) == {"/before": 1, "/copied": 1}
        assert waiting(store) == 2
        store.change(EndMove())
    until(lambda: not (tmp_path / HELD).exists())
    store.append(one("/after"))
    assert paths(store) == dict.fromkeys(("/before", "/copied", "/a", "/b", "/after"), 1)
    assert waiting(store) == 0


def test_a_move_whose_process_has_died_ends_by_itself(store: HousedStore, tmp_path: Path) -> None:
    with moving_alone(tmp_path):
        store.change(BeginMove(ELSEWHERE))
        store.change(Hold(tallies=True))
        store.append(one("/held"))
    until(lambda: not (tmp_path / HELD).exists())
    assert paths(store) == {"/held": 1}
    assert store.change(Count([("a", 1)], TODAY, NOON)) == 1


def test_what_is_stored_may_not_be_changed_while_it_moves(
    store: HousedStore, tmp_path: Path
) -> None:
    store.append(one("/"))
    with moving_alone(tmp_path):
        store.change(BeginMove(ELSEWHERE))
        with pytest.raises(Unavailable, match="being moved"):
            store.change(Erase(SITE))
        store.change(EndMove())
    assert store.change(Erase(SITE)) == 1


def test_a_move_is_gone_on_with_unless_something_was_changed_since(
    store: HousedStore, tmp_path: Path
) -> None:
    begun = []
    for change in (None, None, Erase(SITE), None):
        if change is not None:
            store.change(change)
        with moving_alone(tmp_path):
            begun.append(store.change(BeginMove(ELSEWHERE)))
            store.change(EndMove())
    assert begun == [0, 1, 0, 1]
    with moving_alone(tmp_path):
        assert store.change(BeginMove("clickhouse://another.example/")) == 0
        store.change(EndMove(forget=True))
        assert store.change(BeginMove("clickhouse://another.example/")) == 0


def test_tallies_wait_at_the_very_end(
    store: HousedStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(housed, "_TALLY_PATIENCE", 0.2)
    with moving_alone(tmp_path):
        store.change(BeginMove(ELSEWHERE))
        store.change(Hold())
        assert store.change(Count([("a", 1)], TODAY, NOON)) == 1
        store.change(Hold(tallies=True))
        with pytest.raises(Unavailable, match="being moved"):
            store.change(Count([("a", 1)], TODAY, NOON))
        store.change(EndMove())
    assert store.change(Count([("a", 1)], TODAY, NOON)) == 1
    assert store.look(EveryTally("a"))[0][1] == 2


def test_what_was_held_by_a_process_that_was_killed_is_stored_by_the_next(tmp_path: Path) -> None:
    first = HousedStore(tmp_path)
    with moving_alone(tmp_path):
        first.change(BeginMove(ELSEWHERE))
        first.change(Hold())
        first.append(one("/held"))
        # As after a kill: what is held stays in its file.
        first.close()
    assert (tmp_path / HELD).exists()
    second = HousedStore(tmp_path)
    until(lambda: not (tmp_path / HELD).exists())
    assert paths(second) == {"/held": 1}
    second.close()


def test_only_a_move_that_was_begun_goes_on(store: HousedStore, tmp_path: Path) -> None:
    for change in (Hold(), MoveOver(FOLDER)):
        with pytest.raises(InvalidRequest, match="start it again"):
            store.change(change)
    progress = Progress(1, "h", 1, 1, "t", 0, False, False)
    with moving_alone(tmp_path):
        store.change(BeginMove(ELSEWHERE))
        store.change(Hold())
        with pytest.raises(InvalidRequest, match="start it again"):
            store.change(MoveOver(ELSEWHERE))
        with pytest.raises(Unavailable):
            store.append(Batch((), site=SITE, progress=progress))


def test_the_events_come_back_into_the_folder(server: Cluster, tmp_path: Path) -> None:
    made = tmp_path / MOVING
    store = HousedStore(tmp_path, server.url("housed"))
    store.append(one("/old"))
    with moving_alone(tmp_path):
        store.change(BeginMove(FOLDER))
        made.mkdir()
        new = PatientStore(made)
        new.append(one("/new"))
        new.close()
        store.change(Hold())
        store.append(one("/held"))
        store.change(Hold(tallies=True))
        assert store.change(MoveOver(FOLDER)) == 1
    until(lambda: not (tmp_path / HELD).exists())
    assert paths(store) == {"/new": 1, "/held": 1}
    assert (tmp_path / EVENTS_ADDRESS).read_text() == FOLDER
    assert (tmp_path / EVENTS_ADDRESS).stat().st_mode & 0o077 == 0
    assert not made.exists()
    assert not (tmp_path / "spool.sqlite").exists()
    store.close()
    again = HousedStore(tmp_path, server.url("housed"))
    assert again.describe().engine == "duckdb"
    again.close()
