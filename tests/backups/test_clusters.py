"""A backup of events in a cluster is one like any other: it is restored into either shape."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ezee.accounts.database import Database
from ezee.backups import clusters
from ezee.backups.making import make_backup
from ezee.backups.manifest import Manifest
from ezee.backups.restoring import check_backup, find_backup, restore_backup
from ezee.errors import SetupError
from ezee.model.site import ReadableSite, site_key
from ezee.moving import copying
from ezee.moving.comparing import compare_answers, compare_rows, compare_tallies
from ezee.moving.events import move_events
from ezee.settings import EVENTS_ADDRESS, Settings, read_settings
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Count, Erase, Expire
from ezee.store.choice import open_cluster
from ezee.store.looks import KeptRows
from ezee.store.open import OpenStore
from tests.backups.conftest import Folder, back_up, opened, unheard
from tests.store.engines import TODAY
from tests.support.clickhouse import Cluster, one_node, program
from tests.support.events import NOON, PatientStore, event


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    if program() is None:
        pytest.skip("clickhouse-server is not installed")
    with one_node() as made:
        yield made


@pytest.fixture
def moved(folder: Folder, cluster: Cluster) -> Folder:
    """The folder, its events in a cluster."""
    with opened(folder.path) as (database, store):
        store.change(Count([("api:a/b", 3)], TODAY, NOON))
        store.change(Erase(99, receipt="r", at=NOON))
    database = Database.in_folder(folder.path)
    settings = read_settings({}, data=folder.path)
    move_events(settings, database, cluster.url(new_name()), NOON, lambda *_: None)
    database.close()
    return folder


def new_name() -> str:
    return f"backed_up_{uuid4().hex}"


def store_of(folder: Folder) -> OpenStore:
    return OpenStore(folder.path, events=read_settings({}, data=folder.path).events)


def take(folder: Folder, into: Path) -> tuple[Path, Manifest]:
    database = Database.in_folder(folder.path)
    with store_of(folder) as store:
        made = make_backup(into, folder.path, database, store, NOON, unheard)
    database.close()
    return made.folder, made.manifest


def assert_same(here: EventStore, there: EventStore, folder: Folder) -> None:
    compare_rows(here, there)
    compare_tallies(here, there)
    site = ReadableSite(folder.site_id, "Europe/Berlin", private=True)
    compare_answers(here, there, [site], NOON, lambda *_: None)


def test_it_is_restored_into_a_folder(moved: Folder, tmp_path: Path) -> None:
    made, manifest = take(moved, tmp_path / "backups")
    assert (manifest.events["events"], manifest.events["bots"], manifest.events["visits"]) == (
        *(301, 1),
        0,
    )
    check_backup(made, find_backup(made), unheard)
    restored = tmp_path / "restored"
    restore_backup(made, Settings(data=restored), unheard)
    here = PatientStore(restored)
    with store_of(moved) as there:
        assert_same(here, there, moved)
    assert here.append(Batch([event(site=site_key(moved.site_id))])) == []
    here.close()


def test_it_is_restored_into_a_cluster(moved: Folder, cluster: Cluster, tmp_path: Path) -> None:
    made, _ = take(moved, tmp_path / "backups")
    address, restored = cluster.url(new_name()), tmp_path / "restored"
    restore_backup(made, Settings(data=restored, events=address), unheard)
    assert not list(restored.glob("events.*"))
    here = open_cluster(address)
    with store_of(moved) as there:
        assert_same(here, there, moved)
    here.close()


def test_one_of_an_event_file_is_restored_into_a_cluster_and_begun_again_where_it_was_cut_off(
    folder: Folder, cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = back_up(folder, tmp_path / "backups").folder
    settings = Settings(data=tmp_path / "restored", events=cluster.url(new_name()))
    with monkeypatch.context() as patch:
        patch.setattr(clusters, "copy_tallies", _fail)
        with pytest.raises(KeyboardInterrupt):
            restore_backup(made, settings, unheard)
    restore_backup(made, settings, unheard)
    here, there = open_cluster(settings.events), PatientStore(folder.path)
    assert_same(here, there, folder)
    here.close()
    there.close()


def _fail(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_comes_while_it_is_made_is_in_the_next(
    moved: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    really = copying.patiently
    database = Database.in_folder(moved.path)
    with store_of(moved) as store:

        def read(call: object, *asked: object) -> object:
            if asked and isinstance(asked[0], KeptRows):
                store.append(Batch([event(site=site_key(moved.site_id), day=TODAY - 2)]))
            return really(call, *asked)  # type: ignore[arg-type]

        monkeypatch.setattr(clusters, "patiently", read)
        made = make_backup(tmp_path / "into", moved.path, database, store, NOON, unheard)
        assert made.manifest.events["events"] == 301
        assert store.describe().events > 301
    database.close()


def test_days_that_have_expired_are_restored_into_a_folder_alone(
    folder: Folder, cluster: Cluster, tmp_path: Path
) -> None:
    with opened(folder.path) as (_, store):
        store.change(Expire(site_key(folder.site_id), TODAY - 1, "e", NOON))
    made = back_up(folder, tmp_path / "backups").folder
    settings = Settings(data=tmp_path / "restored", events=cluster.url(new_name()))
    with pytest.raises(SetupError, match="Restore it into a data folder"):
        restore_backup(made, settings, unheard)
    restore_backup(made, Settings(data=tmp_path / "restored"), unheard)
    assert not (tmp_path / "restored" / EVENTS_ADDRESS).exists()


def test_a_cluster_in_which_days_have_expired_is_not_backed_up(
    moved: Folder, tmp_path: Path
) -> None:
    database = Database.in_folder(moved.path)
    with store_of(moved) as store:
        store.change(Expire(site_key(moved.site_id), TODAY - 1, "e", NOON))
        with pytest.raises(SetupError, match="which a backup cannot hold yet"):
            make_backup(tmp_path / "into", moved.path, database, store, NOON, unheard)
    database.close()
