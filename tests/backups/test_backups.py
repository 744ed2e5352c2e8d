"""A backup has everything but the salts, and what it has is what was there."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest

from ezee.accounts.copies import NEVER_COPIED
from ezee.accounts.database import Database
from ezee.accounts.tables import Table
from ezee.accounts.trackers import every_tracker, remove_tracker
from ezee.backups import making
from ezee.backups.making import every_backup, keep_newest, make_backup
from ezee.backups.manifest import NAME, read_manifest
from ezee.backups.restoring import check_backup, find_backup, restore_backup
from ezee.errors import SetupError, Unavailable
from ezee.model.site import ReadableSite, site_key
from ezee.settings import Settings
from ezee.store.changes import Erase
from ezee.store.folder import RESTORING, prepare_folder
from ezee.store.looks import EveryTally, KeptEvents, NotCounted, WrongRollups
from tests.backups.conftest import Folder, back_up, fill, opened, unheard
from tests.crash.sending import Client
from tests.privacy.test_nothing_is_kept import salts_in
from tests.privacy.traces import find, of_salt, together
from tests.store.engines import TODAY, question
from tests.support import postgres
from tests.support.events import NOON
from tests.support.polling import until
from tests.support.service import EZEE, Service

FULL = "/dev/full"


def restore(source: Path, data: Path) -> None:
    restore_backup(source, Settings(data=data), unheard)


def told(folder: Path, site_id: str) -> list[Any]:
    """Whatever can be asked of a folder."""
    key = site_key(site_id)
    readable = ReadableSite(site_id, "UTC", private=True)
    asked = question(breakdowns=("page", "source", "event"), limit=100)
    with opened(folder) as (database, store):
        assert store.look(WrongRollups(key)) == []
        return [
            store.describe(),
            store.query(readable, asked),
            store.look(NotCounted(key, TODAY - 9, TODAY)),
            store.look(KeptEvents(key, TODAY - 9, TODAY, (0, 0, 0), 1000)),
            store.look(EveryTally("")),
            accounts(database),
        ]


def accounts(database: Database) -> list[Any]:
    """Every row of every table."""
    tables = [
        *("users", "trackers", "tokens", "sign_ins", "old_counters", "self_tests", "erasures"),
        "alembic_version",
    ]
    with database.engine.connect() as connection:
        return [
            (table, sorted(map(tuple, connection.exec_driver_sql(f"select * from {table}"))))
            for table in tables
        ]


def test_what_is_restored_is_what_was_there(folder: Folder, tmp_path: Path) -> None:
    made = back_up(folder, tmp_path / "backups")
    assert made.folder.name == "ezee-2026-03-10T120000Z"
    assert every_backup(tmp_path / "backups") == [made.folder]
    assert (made.manifest.events["events"], made.manifest.accounts["trackers"]) == (301, 1)
    assert made.manifest.events["rollups_revenue"] > 0
    restored = tmp_path / "restored"
    restore(made.folder, restored)
    for name in ("service.key", "scripts/ezee.js"):
        assert (restored / name).read_bytes() == (folder.path / name).read_bytes()
    assert (restored / "service.key").stat().st_mode & 0o077 == 0
    assert told(restored, folder.site_id) == told(folder.path, folder.site_id)


def test_a_backup_of_the_restored_is_the_same_rows(folder: Folder, tmp_path: Path) -> None:
    first = back_up(folder, tmp_path / "backups")
    restore(first.folder, tmp_path / "restored")
    second = back_up(Folder(tmp_path / "restored", folder.site_id), tmp_path / "others")
    assert second.manifest.events == first.manifest.events
    assert second.manifest.accounts == first.manifest.accounts
    digests = [
        {part.path: part.sha256 for part in made.manifest.files if "accounts" in part.path}
        for made in (first, second)
    ]
    assert digests[0] == digests[1]


def test_no_salt_is_in_a_backup(folder: Folder, tmp_path: Path) -> None:
    made = back_up(folder, tmp_path / "backups")
    salts = salts_in(folder.path)
    needles = together(map(of_salt, salts))
    assert salts
    assert find(folder.path, needles, tmp_path / "scratch")
    assert find(made.folder, needles, tmp_path / "scratch") == []
    assert not [path for path in made.folder.rglob("*") if "salt" in path.name]
    restore(made.folder, tmp_path / "restored")
    assert not (tmp_path / "restored" / "salts.sqlite").exists()


def test_what_nodes_make_salts_from_is_in_no_backup(folder: Folder, tmp_path: Path) -> None:
    assert set(NEVER_COPIED) == {"nonces", "steps"} <= set(Table.metadata.tables)
    with closing(sqlite3.connect(folder.path / "accounts.sqlite")) as embedded:
        embedded.execute("insert into nonces values (1, 2, 0, 0, 'cafe8a7b6c5d', 4, 5)")
        embedded.commit()
    made = back_up(folder, tmp_path / "backups")
    assert "nonces" not in made.manifest.accounts
    assert "cafe8a7b6c5d" not in (made.folder / "accounts.ndjson").read_text()


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\n")


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize("harm", [cut_short, grown, flipped, Path.unlink])
@pytest.mark.parametrize(
    "name", ["events/events.parquet", "accounts.ndjson", "service.key", "scripts/ezee.js", NAME]
)
def test_what_is_not_whole_is_refused_and_named(
    harm: Callable[[Path], None], name: str, backup: Path, tmp_path: Path
) -> None:
    harmed = tmp_path / "harmed"
    shutil.copytree(backup, harmed)
    harm(harmed / name)
    if harm is grown and name == NAME:
        # White space at its end changes nothing.
        check_backup(harmed, find_backup(harmed), unheard)
        return
    with pytest.raises(SetupError, match=name) as refused:
        restore(harmed, tmp_path / "restored")
    assert "backup" in refused.value.message
    assert not (tmp_path / "restored").exists()


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("whole")
    return back_up(fill(made / "data"), made / "backups").folder


@pytest.mark.parametrize("field", ["events", "accounts", "schema", "made_at", "files"])
def test_a_manifest_that_was_changed_is_refused(backup: Path, tmp_path: Path, field: str) -> None:
    harmed = tmp_path / "harmed"
    shutil.copytree(backup, harmed)
    manifest = json.loads((harmed / NAME).read_text())
    manifest[field] = {"events": {}, "accounts": {}, "schema": 1, "made_at": "", "files": []}[field]
    (harmed / NAME).write_text(json.dumps(manifest))
    with pytest.raises(SetupError, match="changed after it was made"):
        restore(harmed, tmp_path / "restored")


def test_a_newer_versions_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    newer = tmp_path / "newer"
    shutil.copytree(backup, newer)
    manifest = json.loads((newer / NAME).read_text()) | {"format": 2, "more": True}
    (newer / NAME).write_text(json.dumps(manifest))
    with pytest.raises(SetupError, match="newer version"):
        restore(newer, tmp_path / "restored")


def test_only_an_empty_folder_is_restored_into(backup: Path, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "mine").touch()
    with pytest.raises(SetupError, match="not empty"):
        restore(backup, there)
    assert [path.name for path in there.iterdir()] == ["mine"]


def test_a_folder_of_backups_is_none_and_the_newest_is_named(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=f"the newest is {backup}"):
        restore(backup.parent, tmp_path / "restored")


def test_a_restore_that_was_cut_off_is_no_service_and_is_begun_again(
    backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with monkeypatch.context() as patch:
        patch.setattr("ezee.backups.restoring._copy", _fail)
        with pytest.raises(KeyboardInterrupt):
            restore(backup, data)
    assert (data / RESTORING).exists()
    with pytest.raises(SetupError, match="has not come to its end"):
        prepare_folder(data)
    restore(backup, data)
    prepare_folder(data)


@pytest.mark.parametrize(
    "where",
    ["accounts.write", "_sync_all", "_verify", "_take_events", "shutil.copyfile", "write_manifest"],
)
def test_a_backup_that_was_cut_off_leaves_nothing(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    into = tmp_path / "backups"
    with monkeypatch.context() as patch:
        patch.setattr(f"ezee.backups.making.{where}", _fail)
        with pytest.raises(KeyboardInterrupt):
            back_up(folder, into)
    assert [path.name for path in into.iterdir()] == [".ezee-backup.lock"]
    assert not list((folder.path / "tmp").glob("copy-*"))
    back_up(folder, into)


def _fail(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_backup_leaves_is_no_backup_and_goes_with_the_next(
    folder: Folder, tmp_path: Path
) -> None:
    into = tmp_path / "backups"
    made = back_up(folder, into)
    left = into / ".ezee-2026-03-09T000000Z.part"
    shutil.copytree(made.folder, left)
    assert every_backup(into) == [made.folder]
    again = back_up(folder, into)
    assert not left.exists()
    assert every_backup(into) == [made.folder, again.folder]


def test_the_newest_are_kept(folder: Folder, tmp_path: Path) -> None:
    into = tmp_path / "backups"
    made = [back_up(folder, into, NOON + day * 86_400_000).folder for day in range(4)]
    (into / "other").mkdir()
    assert keep_newest(into, 2) == made[:2]
    assert every_backup(into) == made[2:]
    assert (into / "other").exists()
    assert keep_newest(into, 2) == []


def test_a_tracker_that_is_removed_meanwhile_leaves_no_event_in_the_backup(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = making._take_events
    with opened(folder.path) as (database, store):
        (tracker,) = every_tracker(database)

        def take_and_remove(*parts: Any) -> dict[str, int]:
            taken = take(*parts)
            if every_tracker(database):
                remove_tracker(database, tracker.user_id, tracker.id, NOON)
                store.change(Erase(site_key(folder.site_id)))
            return taken

        monkeypatch.setattr(making, "_take_events", take_and_remove)
        made = make_backup(tmp_path / "backups", folder.path, database, store, NOON, unheard)
    assert made.manifest.accounts["trackers"] == 0
    assert made.manifest.events["events"] == 0


def test_a_store_that_is_away_makes_no_backup(folder: Folder, tmp_path: Path) -> None:
    with opened(folder.path) as (database, store):
        store.close()
        with pytest.raises(Unavailable):
            make_backup(tmp_path / "backups", folder.path, database, store, NOON, unheard)
    assert every_backup(tmp_path / "backups") == []


@pytest.mark.skipif(postgres.programs() is None, reason="postgresql is not installed")
def test_accounts_go_from_one_database_to_the_other_and_back(
    folder: Folder, tmp_path: Path
) -> None:
    made = back_up(folder, tmp_path / "backups")
    with opened(folder.path) as (database, _):
        expected = accounts(database)
    with postgres.running() as server:
        service, owner = server.new_database("restored")
        data = tmp_path / "served"
        restore_backup(
            made.folder, Settings(data=data, accounts=service, accounts_owner=owner), unheard
        )
        assert not (data / "accounts.sqlite").exists()
        served = Database.at(service, owner)
        assert [each.site_id for each in every_tracker(served)] == [folder.site_id]
        with opened(folder.path) as (_, store):
            again = make_backup(tmp_path / "others", folder.path, served, store, NOON, unheard)
        served.close()
        with pytest.raises(SetupError, match="has tables already"):
            restore_backup(
                made.folder,
                Settings(data=tmp_path / "more", accounts=service, accounts_owner=owner),
                unheard,
            )
    restore(again.folder, tmp_path / "back")
    with opened(tmp_path / "back") as (database, _):
        assert accounts(database) == expected


@pytest.mark.service
def test_a_service_is_backed_up_under_load_and_restored(
    own_service: Service, tmp_path: Path
) -> None:
    own_service.account("owner@example.com")
    site_id = own_service.tracker("owner@example.com")["site_id"]
    clients = [Client(own_service.url, site_id, f"client-{n}", f"{n}", []) for n in range(4)]
    for client in clients:
        client.start()
    until(lambda: all(len(client.acknowledged) > 10 for client in clients))
    before = {page for client in clients for sent in [*client.acknowledged] for page in sent.pages}
    told = own_service.json("backup", str(tmp_path / "backups"), "--keep", "1")
    during = own_service.json("backup", str(tmp_path / "backups"), "--keep", "1")
    assert during["removed"] == [told["backup"]]
    own_service.stop()
    for client in clients:
        client.join(60)
        assert client.surprises == []
    source = Path(during["backup"])
    assert read_manifest(source).events == during["events"]
    restored = Service(tmp_path / "restored")
    checked = restored.command("restore", str(source), "--check")
    assert checked.startswith(f"{source} is whole: ")
    assert "is restored" in restored.command("restore", str(source))
    with duckdb.connect(restored.data / "events.duckdb") as connection:
        found = {path for (path,) in connection.execute("select path from events").fetchall()}
    assert before <= found
    assert len(found) == during["events"]["events"]
    restored.start()
    report = httpx.get(
        f"{restored.url}/api/public/stats", params={"site_id": site_id}, timeout=60
    ).json()["data"]["totals"]
    assert report["pageviews"] + report["events"] == during["events"]["events"]
    assert restored.command("rollup", "verify") == "Every roll-up is what the events say.\n"
    restored.stop()


@pytest.mark.service
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_backup_command_that_is_ended_leaves_nothing_that_looks_whole(
    tmp_path: Path, how: signal.Signals
) -> None:
    folder, into = fill(tmp_path / "data"), tmp_path / "backups"
    # Whoever has the tests run in the background has what they start take no notice of SIGINT.
    slow = (
        "import signal, time; from ezee.backups import making; from ezee import cli\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "making._sync_all = lambda _: time.sleep(600)\n"
        "cli.main()"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", slow, "backup", str(into), "--data", str(folder.path)],
        stderr=subprocess.DEVNULL,
    )
    until(lambda: bool(list(into.glob(f".*.part/{NAME}"))))
    os.kill(process.pid, how)
    process.wait(60)
    assert every_backup(into) == []
    done = subprocess.run(
        [*EZEE, "backup", str(into), "--data", str(folder.path)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert len(every_backup(into)) == 1
    assert not list(into.glob(".*.part"))
