"""Restoring a backup into an empty data folder, and accounts into an empty PostgreSQL database."""

from __future__ import annotations

import shutil
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts import copies as accounts
from ezee.accounts.database import FILE_NAME as ACCOUNTS_FILE
from ezee.accounts.database import Database
from ezee.accounts.migrations import NEWEST
from ezee.accounts.service_key import FILE_NAME as KEY
from ezee.backups.clusters import give_cluster
from ezee.backups.making import ACCOUNTS, EVENTS, SCRIPTS, every_backup
from ezee.backups.manifest import NAME, Manifest, Said, check_files, read_manifest
from ezee.durable import sync
from ezee.errors import SetupError
from ezee.model.site import site_key
from ezee.settings import Settings
from ezee.store.copies import load_events, newest_schema
from ezee.store.folder import RESTORING, FolderLock

_NEWER = "The backup was made by a newer version of ezee: use that one."
_DIFFERS = "What was restored is not what the backup has. The data folder is of no use: empty it."


def find_backup(source: Path) -> Manifest:
    """The manifest of the backup in a folder.

    Raises:
        SetupError: there is none, or it is damaged.
    """
    if not (source / NAME).is_file() and source.is_dir():
        within = every_backup(source)
        if within:
            raise SetupError(
                f"{source} holds backups. Name one of them, the newest is {within[-1]}."
            )
    manifest = read_manifest(source)
    if manifest.schema > newest_schema() or manifest.revision > NEWEST:
        raise SetupError(_NEWER)
    return manifest


def check_backup(source: Path, manifest: Manifest, said: Said) -> None:
    """Read all of it. Raises ``SetupError`` where a file is missing or is not what was written."""
    check_files(source, manifest, lambda more: said("checking", more))


def restore_backup(source: Path, settings: Settings, said: Said) -> Manifest:
    """Restore a backup into the data folder of the settings, which is empty, and verify it.

    The account database that they name, if any, is filled as well. What is restored is of the
    version that made the backup.

    Raises:
        SetupError: it cannot be done, and why.
    """
    manifest = find_backup(source)
    check_backup(source, manifest, said)
    data = settings.data
    try:
        _begin(data)
        lock = FolderLock(data)
        try:
            said("events", 0)
            _expect(manifest.events, _load_events(data, source, manifest))
            said("accounts", 0)
            _expect(manifest.accounts, _load_accounts(settings, source, manifest))
            if settings.events:
                said("cluster", 0)
                give_cluster(data, settings.events, _sites(source), said)
            _copy(source / KEY, data / KEY)
            if (source / SCRIPTS).is_dir():
                shutil.copytree(source / SCRIPTS, data / SCRIPTS)
            _end(data)
        finally:
            lock.release()
    except OSError as error:
        reason = error.strerror or "it failed"
        raise SetupError(f"The backup cannot be restored into {data}: {reason}.") from error
    return manifest


def _begin(data: Path) -> None:
    """An empty folder, marked as not whole. What an earlier restore has left there goes."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    mark = data / RESTORING
    if mark.exists():
        for left in data.iterdir():
            if left != mark:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
    elif any(data.iterdir()):
        raise SetupError(f"The data folder {data} is not empty. Name one that is, with --data.")
    mark.touch(mode=0o600)
    sync(data)


def _load_events(data: Path, source: Path, manifest: Manifest) -> dict[str, int]:
    try:
        return load_events(data, source / EVENTS, manifest.schema)
    except ValueError:
        raise SetupError("The events of the backup cannot be read.") from None


def _load_accounts(settings: Settings, source: Path, manifest: Manifest) -> dict[str, int]:
    if settings.accounts:
        if not settings.accounts_owner:
            raise SetupError(
                "Accounts are restored by the role that owns their tables: name it with "
                "EZEE_ACCOUNTS_OWNER."
            )
        database = Database(settings.accounts_owner)
    else:
        database = Database(f"sqlite:///{settings.data / ACCOUNTS_FILE}")
    try:
        with database.engine.begin() as connection, (source / ACCOUNTS).open("rb") as file:
            return accounts.load(connection, accounts.read(file), manifest.revision)
    except (SQLAlchemyError, ValueError, KeyError) as error:
        raise SetupError("The accounts of the backup cannot be restored.") from error
    finally:
        database.close()


def _sites(source: Path) -> list[int]:
    """The trackers of a backup's accounts, as events name them."""
    with (source / ACCOUNTS).open("rb") as file:
        rows = (each.values for each in accounts.read(file) if each.table == "trackers")
        return sorted(site_key(str(row["site_id"])) for row in rows)


def _expect(written: dict[str, int], found: dict[str, int]) -> None:
    if {name: rows for name, rows in found.items() if rows} != {
        name: rows for name, rows in written.items() if rows
    }:
        raise SetupError(_DIFFERS)


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    target.chmod(0o600)


def _end(data: Path) -> None:
    """All of it is on disk before the mark goes."""
    for path in (*data.rglob("*"), data):
        if path.is_file() or path.is_dir():
            sync(path)
    (data / RESTORING).unlink()
    sync(data)
