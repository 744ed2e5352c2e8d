"""Events go to a cluster and come back: all of them, once, with the same answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from ezee.accounts.database import Database
from ezee.errors import SetupError
from ezee.model.metrics import METRICS
from ezee.model.site import ReadableSite, site_key
from ezee.moving import copying, events
from ezee.moving.comparing import (
    compare_answers,
    compare_expired,
    compare_rows,
    compare_tallies,
)
from ezee.moving.events import move_events
from ezee.settings import EVENTS_ADDRESS, FOLDER, read_settings
from ezee.stats.run import report
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Count, Erase, Expire, Regroup
from ezee.store.choice import open_cluster
from ezee.store.housed import HousedStore
from ezee.store.looks import Condition, Erasable, KeptPaths, WrongRollups
from ezee.store.open import OpenStore
from tests.backups.conftest import Folder, fill
from tests.store.engines import TODAY, bot
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, PatientStore, event
from tests.support.polling import until

NOW = NOON


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = fill(tmp_path / "data")
    store = PatientStore(made.path)
    store.append(Batch([event(site=site_key(made.site_id), event_id=7)]))
    store.change(Count([("api:a/b", 3)], TODAY, NOON))
    store.change(Erase(99, receipt="r", at=NOON))
    store.close()
    return made


@pytest.fixture
def address(cluster: Cluster) -> str:
    return cluster.url(f"moved_{uuid4().hex}")


def unheard(_: str, __: int, ___: int) -> None:
    """Nobody looks at the progress."""


def move(folder: Folder, to: str) -> events.Moved:
    settings = read_settings({}, data=folder.path)
    database = Database.of(settings)
    try:
        return move_events(settings, database, to, NOW, unheard)
    finally:
        database.close()


def opened(folder: Folder) -> OpenStore:
    return OpenStore(folder.path, events=read_settings({}, data=folder.path).events)


def assert_same(here: EventStore, there: EventStore, folder: Folder) -> None:
    compare_rows(here, there)
    compare_expired(here, there)
    compare_tallies(here, there)
    site = ReadableSite(folder.site_id, "Europe/Berlin", private=True)
    assert compare_answers(here, there, [site], NOW, unheard) > 5


def before(folder: Folder) -> EventStore:
    """The event file that was left when its events moved."""
    (left,) = (folder.path / "snapshots").glob("*-moved")
    return PatientStore(left)


def test_there_and_back_everything_is_the_same(folder: Folder, address: str) -> None:
    moved = move(folder, address)
    assert (moved.events, moved.bots, moved.counters) == (302, 1, 1)
    assert moved.answers > 5
    assert not (folder.path / "events.duckdb").exists()
    assert read_settings({}, data=folder.path).events == address
    left = before(folder)
    with opened(folder) as store:
        assert store.describe().engine == "clickhouse"
        assert_same(left, store, folder)
        # An id that came before the move is known after it.
        again = event(site=site_key(folder.site_id), event_id=7)
        assert store.append(Batch([again])) == [0]
        store.append(Batch([event(NOON + 5, site=site_key(folder.site_id))]))
    left.close()

    assert move(folder, FOLDER).events == 303
    assert read_settings({}, data=folder.path).events == ""
    with opened(folder) as store:
        assert store.describe().engine == "duckdb"
        assert store.describe(site_key(folder.site_id)).events == 303
        assert store.append(
            Batch([event(NOON + 9, event_id=7, site=site_key(folder.site_id))])
        ) == [0]


def test_what_was_left_takes_nothing_any_more(folder: Folder, address: str) -> None:
    move(folder, address)
    move(folder, FOLDER)
    with pytest.raises(SetupError, match="Take EZEE_EVENTS"):
        read_settings({"EZEE_EVENTS": address}, data=folder.path)
    there = open_cluster(address)
    with pytest.raises(Exception, match="moved to a data folder"):
        there.append(Batch([event()]))
    there.close()


@pytest.mark.parametrize(
    "where",
    [
        "copying.store_once",
        "events.copy_rest",
        "events.compare_rows",
        "events.compare_answers",
        "events.compare_tallies",
    ],
)
@pytest.mark.parametrize("back", [False, True], ids=["there", "back"])
def test_cut_off_anywhere_it_goes_on_where_it_was(
    folder: Folder, address: str, monkeypatch: pytest.MonkeyPatch, where: str, back: bool
) -> None:
    monkeypatch.setattr(copying, "_TOGETHER", 40)
    if back:
        move(folder, address)
    to = FOLDER if back else address
    with monkeypatch.context() as patch:
        module, name = where.split(".")
        really = getattr({"copying": copying, "events": events}[module], name)
        patch.setattr(f"ezee.moving.{where}", _cut_off(really, after=3 if "store" in where else 0))
        with pytest.raises(KeyboardInterrupt):
            move(folder, to)
    assert (read_settings({}, data=folder.path).events == "") != back
    with opened(folder) as store:
        store.append(Batch([event(NOON + 1, site=site_key(folder.site_id))], bots=[bot()]))
    assert move(folder, to).events == 303


def _cut_off(really: Callable[..., Any], after: int) -> Callable[..., Any]:
    left = [after]

    def cut(*parts: Any) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        return really(*parts)

    return cut


def test_events_come_all_the_time_and_each_is_there_once(
    folder: Folder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_TOGETHER", 50)
    site = site_key(folder.site_id)
    sent: list[str] = []
    ended = threading.Event()
    for to in (address, FOLDER):
        ended.clear()
        with opened(folder) as store:
            monkeypatch.setattr(events, "OpenStore", lambda *_, store=store, **__: _Open(store))

            def send(store: EventStore = store) -> None:
                # Slower than they are copied, or the copy would never be complete.
                while not ended.wait(0.02):
                    path = f"/sent/{len(sent)}"
                    store.append(Batch([event(site=site, path=path, page=path)]))
                    sent.append(path)

            sender = threading.Thread(target=send)
            sender.start()
            try:
                move(folder, to)
            finally:
                ended.set()
                sender.join()
        monkeypatch.undo()
        monkeypatch.setattr(copying, "_TOGETHER", 50)
    with opened(folder) as store:
        found = {str(path): number for path, _, number in _settled(store).look(KeptPaths(site))}
    assert len(sent) > 20
    assert {path: found.get(path) for path in sent} == dict.fromkeys(sent, 1)


def _settled(store: EventStore) -> EventStore:
    until(lambda: store.look(Condition())[0][7] == 0)
    return store


class _Open:
    """A store that is open already, and stays so."""

    def __init__(self, store: EventStore) -> None:
        self.store = store

    def __enter__(self) -> EventStore:
        assert isinstance(self.store, HousedStore)
        return self.store

    def __exit__(self, *_: object) -> None:
        """It is another's to close."""


def test_a_database_with_events_is_refused(folder: Folder, address: str) -> None:
    there = open_cluster(address)
    there.append(Batch([event()]))
    there.close()
    for _ in range(2):
        with pytest.raises(SetupError, match="has events already"):
            move(folder, address)
    with pytest.raises(SetupError, match="in the data folder already"):
        move(folder, FOLDER)
    assert not (folder.path / EVENTS_ADDRESS).exists()


def test_what_was_changed_after_a_move_was_cut_off_is_not_gone_on_with(
    folder: Folder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("ezee.moving.events.compare_rows", _cut_off(compare_rows, 0))
        with pytest.raises(KeyboardInterrupt):
            move(folder, address)
    with opened(folder) as store:
        store.change(Regroup(site_key(folder.site_id), [("/", "/other")]))
    with pytest.raises(SetupError, match="has events already"):
        move(folder, address)


def test_a_day_of_which_too_much_arrived_is_copied_anew(folder: Folder, address: str) -> None:
    here, there = PatientStore(folder.path), open_cluster(address)
    copying.copy_events(here, there, unheard)
    site = site_key(folder.site_id)
    there.append(Batch([event(site=site, visitor=5), event(NOON - 86_400_000, site=site)]))
    there.append(Batch([event(site=12345)]))
    copying.copy_events(here, there, unheard)
    copying.copy_rest(here, there, [site])
    copying.copy_tallies(here, there)
    assert_same(here, there, folder)
    here.close()
    there.close()


def test_what_answers_otherwise_is_not_moved_into(
    folder: Folder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ezee.moving.comparing._PATIENCE", 1.0)
    really = copying.to_batch

    def wrongly(rows: Any) -> Batch:
        batch = really(rows)
        return replace(batch, events=[replace(each, browser="X") for each in batch.events])

    monkeypatch.setattr(copying, "to_batch", wrongly)
    with pytest.raises(SetupError, match=f"the report of {folder.site_id}"):
        move(folder, address)
    assert not (folder.path / EVENTS_ADDRESS).exists()


@pytest.fixture
def expired(folder: Folder) -> Folder:
    """The folder, of whose three days two have expired, with bots, sales and what comes since."""
    site = site_key(folder.site_id)
    with opened(folder) as store:
        bots = [bot(NOON - 86_400_000 - each, site=site) for each in range(3)]
        store.append(Batch([event(NOON - 86_400_000, site=site, amount=7)], bots=bots))
        store.change(Expire(site, TODAY, "e", NOON))
    return folder


@pytest.mark.parametrize("together", [1, 16])
def test_days_that_have_expired_move_there_and_back(
    expired: Folder, address: str, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr(copying, "_EXPIRED_TOGETHER", together)
    site = site_key(expired.site_id)
    moved = move(expired, address)
    assert moved.answers > 10
    left = before(expired)
    kept = copying.kept_from(left)
    assert kept == {site: TODAY}
    with opened(expired) as store:
        assert_same(left, store, expired)
        # Of these days nothing is stored there either.
        assert store.append(Batch([event(NOON - 86_400_000, site=site)])) == [0]
        later = Expire(site, TODAY + 1, "f", NOON)
        assert store.describe(site).first_day == TODAY - 2
    assert move(expired, FOLDER).events == moved.events
    with opened(expired) as store:
        assert_same(left, store, expired)
        assert store.append(Batch([event(NOON - 86_400_000, site=site)])) == [0]
        assert store.look(WrongRollups(site)) == []
        whole = _answers(store, expired)
        assert store.change(later) > 0
        assert _answers(store, expired) == whole
    left.close()


def test_what_expired_before_a_move_is_counted_with_what_expires_after_it(
    expired: Folder, address: str
) -> None:
    site = site_key(expired.site_id)
    move(expired, address)
    with opened(expired) as store:
        whole = _answers(store, expired)
        assert store.change(Expire(site, TODAY + 1, "f", NOON)) > 0
        assert _answers(store, expired) == whole
        assert store.look(Erasable(Erase(site)))[0][4] == 3
    move(expired, FOLDER)
    with opened(expired) as store:
        assert _answers(store, expired) == whole
        assert store.describe(site).events == 0


def _answers(store: EventStore, folder: Folder) -> dict[str, object]:
    """A report over all days, by what roll-ups know of any."""
    site = ReadableSite(folder.site_id, "Europe/Berlin", private=True)
    days = [("from", "2026-03-08"), ("to", "2026-03-10"), ("metrics", ",".join(METRICS))]
    dimensions = [("dimension", name) for name in ("page", "source", "event")]
    return report(_settled(store), site, [*days, *dimensions], NOW)


def test_days_that_have_expired_go_on_moving_where_they_were_cut_off(
    expired: Folder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "_EXPIRED_TOGETHER", 1)
    with monkeypatch.context() as patch:
        patch.setattr(copying, "expired_of", _one(copying.expired_of))
        with pytest.raises(KeyboardInterrupt):
            move(expired, address)
    target = open_cluster(address)
    assert copying.kept_from(target) == {site_key(expired.site_id): TODAY - 1}
    target.close()
    move(expired, address)
    left = before(expired)
    with opened(expired) as store:
        assert_same(left, store, expired)
    left.close()


def _one(really: Callable[..., Any]) -> Callable[..., Any]:
    def some(*parts: Any) -> Iterator[Any]:
        yield next(iter(really(*parts)))
        raise KeyboardInterrupt

    return some


def test_what_expired_days_do_not_have_in_common_is_told(
    expired: Folder, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = copying.expired_of

    def wrongly(*parts: Any) -> Iterator[Any]:
        return (replace(each, bots=[]) for each in really(*parts))

    monkeypatch.setattr(copying, "expired_of", wrongly)
    with pytest.raises(SetupError, match="what is kept of days that have expired"):
        move(expired, address)
    assert not (expired.path / EVENTS_ADDRESS).exists()
