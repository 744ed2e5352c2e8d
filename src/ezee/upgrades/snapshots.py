"""Snapshots: the files of a data folder as they are while nobody has them open.

An older version starts on a snapshot's files as if nothing had happened, which a backup's rows do
not promise. Salts are in none. Accounts in PostgreSQL are kept as rows, as in a backup.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from ezee import __version__
from ezee.accounts import copies as accounts
from ezee.accounts.database import FILE_NAME as ACCOUNTS
from ezee.accounts.database import Database, copy_file
from ezee.backups.making import ACCOUNTS as ROWS
from ezee.backups.manifest import Part, sha256_of
from ezee.durable import sync
from ezee.errors import SetupError

FOLDER = "snapshots"
NAME = "snapshot.json"
_FORMAT = 1
_EVENTS = "events.*"
_UNFINISHED = "events.duckdb.new*"
# For what a migration writes beside, and the logs.
_MARGIN = 64 << 20
_MEBIBYTE = 1 << 20
_KEPT_DAYS = 14


class Versions(NamedTuple):
    """Of the event file's schema, 0 for none, and of the accounts', "" for none."""

    schema: int
    revision: str


class Snapshot(msgspec.Struct, frozen=True):
    """``made_at`` is ms UTC; ``schema`` and ``revision`` are what was there, "" for no accounts.

    ``rows`` are how many each table has, those of accounts included.
    """

    format: int
    ezee: str
    made_at: int
    schema: int
    revision: str
    rows: dict[str, int]
    files: list[Part]


def event_files(data: Path) -> Iterator[Path]:
    """The files of the event store, its logs included."""
    unfinished = set(data.glob(_UNFINISHED))
    for path in sorted(data.glob(_EVENTS)):
        if path not in unfinished and path.is_file():
            yield path


def check_room(data: Path, times: int) -> None:
    """See that so many copies of the folder's databases fit beside them.

    Raises:
        SetupError: they do not.
    """
    size = sum(path.stat().st_size for path in (*event_files(data), *data.glob(f"{ACCOUNTS}*")))
    needed = times * size + _MARGIN
    free = shutil.disk_usage(data).free
    if free < needed:
        raise SetupError(
            f"An upgrade makes a snapshot first and needs {needed // _MEBIBYTE:,} MiB of free disk "
            f"in {data}; there are {free // _MEBIBYTE:,} MiB. Nothing was changed."
        )


def copy_databases(data: Path, target: Path, database: Database | None) -> None:
    """Copy both databases into a folder: accounts as rows, if they are not in the folder."""
    for path in event_files(data):
        shutil.copyfile(path, target / path.name)
    if database is not None:
        with (target / ROWS).open("wb") as file:
            accounts.write(database, file)
    elif (data / ACCOUNTS).exists():
        copy_file(data / ACCOUNTS, target / ACCOUNTS)


def make_snapshot(
    data: Path, database: Database | None, found: Versions, rows: dict[str, int], now: int
) -> str:
    """Make a snapshot, verified and on disk; returns its name. Nobody may have the folder open.

    ``database`` is that of accounts in PostgreSQL.
    """
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    for left in folder.glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    name = _unused(folder, f"{datetime.fromtimestamp(now / 1000, UTC):%Y-%m-%dT%H%M%SZ}")
    part = folder / f".{name}"
    part.mkdir(mode=0o700)
    copy_databases(data, part, database)
    files = [
        Part(path.name, path.stat().st_size, sha256_of(path, lambda _: None))
        for path in sorted(part.iterdir())
    ]
    for each in event_files(data):
        if sha256_of(each, lambda _: None) not in {file.sha256 for file in files}:
            raise SetupError("The snapshot is not what is there. Nothing was changed.")
    snapshot = Snapshot(_FORMAT, __version__, now, *found, rows, files)
    (part / NAME).write_bytes(msgspec.json.format(msgspec.json.encode(snapshot), indent=2))
    for path in (*part.iterdir(), part):
        sync(path)
    part.rename(folder / name)
    sync(folder)
    sync(data)
    return name


def read_snapshot(data: Path, name: str) -> Snapshot:
    """A snapshot, all of which was read and is what was written.

    Raises:
        SetupError: it is not.
    """
    folder = data / FOLDER / name
    try:
        snapshot = msgspec.json.decode((folder / NAME).read_bytes(), type=Snapshot)
        for part in snapshot.files:
            path = folder / part.path
            if Part(part.path, path.stat().st_size, sha256_of(path, lambda _: None)) != part:
                raise SetupError(f"The snapshot {folder} is damaged: {part.path} was changed.")
    except (OSError, msgspec.MsgspecError) as error:
        raise SetupError(f"The snapshot {folder} is not whole.") from error
    return snapshot


def put_back(data: Path, name: str, snapshot: Snapshot) -> None:
    """Put a snapshot's files in the place of the folder's. Done again, it does the same."""
    # Their logs first: a log is read into whatever file stands beside it.
    old = [*event_files(data), *data.glob(f"{ACCOUNTS}*")]
    for path in sorted(old, key=lambda each: each.name in {"events.duckdb", ACCOUNTS}):
        if path.name not in {part.path for part in snapshot.files} or path.name.endswith("wal"):
            path.unlink()
    sync(data)
    for part in snapshot.files:
        if part.path == ROWS:
            continue
        fresh = data / f".{part.path}.back"
        shutil.copyfile(data / FOLDER / name / part.path, fresh)
        fresh.chmod(0o600)
        sync(fresh)
        fresh.replace(data / part.path)
    sync(data)


def set_aside(data: Path, name: str, database: Database | None) -> None:
    """Move the folder's databases into one of that name. Done again, it moves what is left."""
    aside = data / FOLDER / name
    aside.mkdir(mode=0o700, exist_ok=True)
    for path in (*event_files(data), *data.glob(f"{ACCOUNTS}*")):
        if not (aside / path.name).exists():
            path.rename(aside / path.name)
    if database is not None and not (aside / ROWS).exists():
        with (aside / f"{ROWS}.part").open("wb") as file:
            accounts.write(database, file)
        (aside / f"{ROWS}.part").rename(aside / ROWS)
    sync(aside)
    sync(data)


def forget_old(data: Path, now: int) -> None:
    """Remove snapshots that are older than 14 days: what was erased since must not stay in them."""
    for folder in (data / FOLDER).glob("*"):
        if now / 1000 - folder.stat().st_mtime > _KEPT_DAYS * 86_400:
            shutil.rmtree(folder, ignore_errors=True)


def _unused(folder: Path, name: str) -> str:
    number, found = 1, name
    while (folder / found).exists():
        number += 1
        found = f"{name}-{number}"
    return found
