"""A backup of events in a cluster is one like any other: it is restored into either shape."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest

from ezee.accounts.database import Database
from ezee.backups import clusters
from ezee.backups.making import make_backup
from ezee.backups.manifest import Manifest
from ezee.backups.restoring import check_backup, find_backup, restore_backup
from ezee.model.site import ReadableSite, site_key
from ezee.moving import copying
from ezee.moving.comparing import (
    compare_answers,
    compare_expired,
    compare_rows,
    compare_tallies,
)
from ezee.moving.copying import kept_from
from ezee.moving.events import move_events
from ezee.settings import Settings, read_settings
from ezee.store.base import Batch, EventStore
from ezee.store.changes import Count, Erase, Expire
from ezee.store.choice import open_cluster
from ezee.store.looks import KeptRows
from ezee.store.open import OpenStore
from tests.backups.conftest import Folder, back_up, opened, unheard
from tests.store.engines import TODAY, bot
from tests.support.clickhouse import Cluster
from tests.support.events import NOON, PatientStore, event


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
    compare_expired(here, there)
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

        monkeypatch.setattr(copying, "patiently", read)
        made = make_backup(tmp_path / "into", moved.path, database, store, NOON, unheard)
        assert made.manifest.events["events"] == 301
        assert store.describe().events > 301
    database.close()


@pytest.fixture
def expired(folder: Folder) -> Folder:
    """The folder, of whose three days two have expired, with bots."""
    site = site_key(folder.site_id)
    with opened(folder.path) as (_, store):
        store.append(Batch((), bots=[bot(NOON - 86_400_000, site=site, page="/b")]))
        store.change(Expire(site, TODAY, "e", NOON))
    return folder


def test_days_that_have_expired_are_restored_into_a_cluster(
    expired: Folder, cluster: Cluster, tmp_path: Path
) -> None:
    made = back_up(expired, tmp_path / "backups").folder
    address, restored = cluster.url(new_name()), tmp_path / "restored"
    restore_backup(made, Settings(data=restored, events=address), unheard)
    here, there = open_cluster(address), PatientStore(expired.path)
    assert kept_from(here) == {site_key(expired.site_id): TODAY}
    assert_same(here, there, expired)
    here.close()
    there.close()


def test_a_cluster_in_which_days_have_expired_is_restored_into_either_shape(
    expired: Folder, cluster: Cluster, tmp_path: Path
) -> None:
    address = cluster.url(new_name())
    made = back_up(expired, tmp_path / "first").folder
    restore_backup(made, Settings(data=tmp_path / "moved", events=address), unheard)
    moved = Folder(tmp_path / "moved", expired.site_id)
    database = Database.in_folder(moved.path)
    there = open_cluster(address)
    taken = make_backup(tmp_path / "into", moved.path, database, there, NOON, unheard)
    assert taken.manifest.events["rollups_bots"] == 1
    assert taken.manifest.events["rolled"] == 2
    restore_backup(taken.folder, Settings(data=tmp_path / "folder"), unheard)
    other = cluster.url(new_name())
    restore_backup(taken.folder, Settings(data=tmp_path / "other", events=other), unheard)
    for here in (PatientStore(tmp_path / "folder"), open_cluster(other)):
        assert_same(here, there, expired)
        assert here.append(Batch([event(NOON - 86_400_000, site=site_key(expired.site_id))])) == [0]
        here.close()
    there.close()
    database.close()


def test_a_backup_is_begun_again_where_days_expire_meanwhile(
    moved: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, really, tries = site_key(moved.site_id), clusters._add_rest, []
    database = Database.in_folder(moved.path)
    with store_of(moved) as store:

        def add(*parts: object) -> None:
            really(*parts)  # type: ignore[arg-type]
            tries.append(parts)
            if len(tries) == 1:
                store.change(Expire(site, TODAY, "e", NOON))

        monkeypatch.setattr(clusters, "_add_rest", add)
        made = make_backup(tmp_path / "into", moved.path, database, store, NOON, unheard)
    database.close()
    assert len(tries) == 2
    restore_backup(made.folder, Settings(data=tmp_path / "restored"), unheard)
    here = PatientStore(tmp_path / "restored")
    with store_of(moved) as there:
        assert_same(here, there, moved)
    here.close()
