"""Making a backup, beside a running service or without one."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from ezee import __version__
from ezee.accounts import copies as accounts
from ezee.accounts.database import Database
from ezee.accounts.service_key import FILE_NAME as KEY
from ezee.accounts.service_key import read_service_key
from ezee.backups.clusters import take_cluster
from ezee.backups.manifest import (
    Manifest,
    Part,
    Said,
    check_files,
    read_manifest,
    sha256_of,
    write_manifest,
)
from ezee.durable import sync
from ezee.errors import SetupError
from ezee.store.base import EventStore
from ezee.store.copies import copies_folder, newest_schema, rows_in
from ezee.store.looks import Condition, CopyOut, Moment

ACCOUNTS = "accounts.ndjson"
EVENTS = "events"
SCRIPTS = "scripts"
_NAME = re.compile(r"ezee-\d{4}-\d\d-\d\dT\d{6}Z(?:-\d+)?")
_PART = ".part"
# A tracker that is removed while its events are copied has the copy made again.
_TRIES = 5


class Made(NamedTuple):
    """A backup that is whole."""

    folder: Path
    manifest: Manifest


def make_backup(  # noqa: PLR0917
    into: Path, data: Path, database: Database, store: EventStore, now: int, said: Said
) -> Made:
    """Make a backup in a new folder below ``into``; it has its name once it is whole.

    ``data`` is the data folder, ``now`` is ms UTC.

    Raises:
        SetupError: it cannot be written there. Unavailable: store or accounts do not answer.
    """
    name = f"ezee-{datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%dT%H%M%SZ}"
    try:
        into.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(into):
            folder = _unused(into / name)
            part = into / f".{folder.name}{_PART}"
            part.mkdir(mode=0o700)
            try:
                manifest = _fill(part, data, database, store, now, said)
                _sync_all(part)
                part.rename(folder)
                sync(into)
            except BaseException:
                shutil.rmtree(part, ignore_errors=True)
                raise
    except OSError as error:
        reason = error.strerror or "it failed"
        raise SetupError(f"The backup cannot be written to {into}: {reason}.") from error
    return Made(folder, manifest)


def every_backup(into: Path) -> list[Path]:
    """The backups in a folder that have a manifest, the oldest first."""
    return sorted(
        path
        for path in into.iterdir()
        if _NAME.fullmatch(path.name) and (path / "manifest.json").is_file()
    )


def keep_newest(into: Path, number: int) -> list[Path]:
    """Remove all backups in a folder but the newest; returns those that are gone."""
    gone = every_backup(into)[:-number]
    for path in gone:
        # From here on it is none, whatever happens while it goes.
        condemned = path.with_name(f".{path.name}{_PART}")
        path.rename(condemned)
        shutil.rmtree(condemned)
    return gone


def _fill(  # noqa: PLR0917
    part: Path, data: Path, database: Database, store: EventStore, now: int, said: Said
) -> Manifest:
    is_clustered = store.look(Moment()) != [("",)]
    schema = newest_schema() if is_clustered else store.look(Condition())[0][0]
    take = take_cluster if is_clustered else _take_events
    for left in reversed(range(_TRIES)):
        before = _trackers(database)
        events = take(part / EVENTS, data, store, said)
        said("accounts", 0)
        with (part / ACCOUNTS).open("wb") as file:
            written = accounts.write(database, file)
        if before <= written.trackers or not left:
            break
    read_service_key(data)
    shutil.copyfile(data / KEY, part / KEY)
    if (data / SCRIPTS).is_dir():
        shutil.copytree(data / SCRIPTS, part / SCRIPTS)
    files = [
        Part(str(path.relative_to(part)), path.stat().st_size, sha256_of(path, _nobody))
        for path in sorted(part.rglob("*"))
        if path.is_file()
    ]
    made_at = f"{datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"
    rows = dict(sorted(written.rows.items()))
    manifest = Manifest(1, __version__, made_at, int(schema), written.revision, events, rows, files)
    write_manifest(part, manifest)
    _verify(part, said)
    return read_manifest(part)


def _trackers(database: Database) -> frozenset[str]:
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        return accounts.write(database, nowhere).trackers


def _take_events(folder: Path, data: Path, store: EventStore, said: Said) -> dict[str, int]:
    """Have the store write its tables, and move them here; returns their rows.

    It writes into its own folder: it may be another user, and be let write nowhere else.
    """
    name = secrets.token_hex(8)
    made = copies_folder(data, name)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    try:
        said("events", 0)
        rows = store.look(CopyOut(name))
        for path in sorted(made.iterdir()):
            shutil.copyfile(path, folder / path.name)
            said("events", path.stat().st_size)
            path.unlink()
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return {str(table): int(number) for table, number in rows}


def _verify(part: Path, said: Said) -> None:
    """Read back what was written, as a restore would."""
    manifest = read_manifest(part)
    check_files(part, manifest, lambda more: said("verifying", more))
    for table, number in manifest.events.items():
        try:
            found = rows_in(part / EVENTS / f"{table}.parquet")
        except ValueError:
            found = -1
        if found != number:
            raise SetupError(f"The backup of {table} cannot be read back. Nothing is left of it.")


@contextmanager
def _alone(into: Path) -> Iterator[None]:
    """One backup at a time; what an earlier one has left in pieces goes."""
    with (into / ".ezee-backup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SetupError(f"Another backup is being made in {into}.") from None
        for left in into.glob(f".ezee-*{_PART}"):
            shutil.rmtree(left, ignore_errors=True)
        yield


def _unused(folder: Path) -> Path:
    number = 1
    while folder.exists():
        number += 1
        folder = folder.with_name(f"{folder.name.partition('Z')[0]}Z-{number}")
    return folder


def _nobody(_: int) -> None:
    pass


def _sync_all(folder: Path) -> None:
    for path in (*folder.rglob("*"), folder):
        sync(path)
