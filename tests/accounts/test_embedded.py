"""The account database on a full disk: read as it lies there, and written once there is room."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.embedded import AsItLies
from ezee.accounts.sessions import find_viewer, open_session
from ezee.accounts.trackers import TrackerChange, add_tracker
from ezee.accounts.users import add_user, list_users
from ezee.errors import Unavailable
from tests.crash.disk import SmallDisk, small_disk
from tests.support.clock import FakeClock

ALICE, BOB = "alice@example.com", "bob@example.com"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path / "disk", 4) as mounted:
        yield mounted


@pytest.fixture
def full(disk: SmallDisk) -> Iterator[Database]:
    """A database with one user that was closed, and is opened on a full disk."""
    made = Database.in_folder(disk.folder)
    add_user(made, ALICE, "correct horse battery", "pro", 1)
    made.close()
    disk.fill()
    opened = Database.in_folder(disk.folder)
    yield opened
    opened.close()


def _emails(database: Database) -> list[str]:
    return [user.email for user in list_users(database)]


def test_it_is_read_and_not_written(full: Database) -> None:
    assert _emails(full) == [ALICE]
    with pytest.raises(Unavailable):
        add_user(full, BOB, "correct horse battery", "pro", 1)
    assert _emails(full) == [ALICE]


def test_it_is_written_as_soon_as_there_is_room(full: Database, disk: SmallDisk) -> None:
    assert _emails(full) == [ALICE]
    disk.make_room()
    add_user(full, BOB, "correct horse battery", "pro", 2)
    assert _emails(full) == [ALICE, BOB]


def test_what_another_process_writes_is_seen(full: Database, disk: SmallDisk) -> None:
    assert _emails(full) == [ALICE]
    disk.make_room()
    other = Database.in_folder(disk.folder)
    add_user(other, BOB, "correct horse battery", "pro", 2)
    assert _emails(full) == [ALICE, BOB]
    other.close()


def test_what_stands_in_the_log_alone_is_never_passed_over(disk: SmallDisk) -> None:
    """Without a place for its index the log cannot be read, and the file is not whole without."""
    made = Database.in_folder(disk.folder)
    add_user(made, ALICE, "correct horse battery", "pro", 1)
    log = disk.folder / f"{FILE_NAME}-wal"
    content, file = log.read_bytes(), (disk.folder / FILE_NAME).read_bytes()
    assert content
    made.close()
    (disk.folder / FILE_NAME).write_bytes(file)
    log.write_bytes(content)
    disk.fill()
    with pytest.raises(Unavailable):
        Database.in_folder(disk.folder)
    disk.make_room()
    again = Database.in_folder(disk.folder)
    assert _emails(again) == [ALICE]
    again.close()


def test_trackers_are_found_and_so_are_new_ones_once_there_is_room(
    full: Database, disk: SmallDisk
) -> None:
    clock = FakeClock("2026-03-10T12:00:00+00:00")
    directory = SiteDirectory(full, bytes(32), clock)
    assert directory.find("ezi_000000000000") is None
    assert isinstance(directory._watch.connection, AsItLies)  # type: ignore[attr-defined]
    disk.make_room()
    (alice,) = list_users(full)
    added = add_tracker(full, alice.id, TrackerChange(name="Blog", domain="example.com"), 5)
    clock.advance(1)
    assert directory.find(added.site_id) is not None
    assert type(directory._watch.connection) is sqlite3.Connection  # type: ignore[attr-defined]
    directory.close()


def test_who_is_signed_in_stays_so(disk: SmallDisk) -> None:
    made = Database.in_folder(disk.folder)
    user = add_user(made, ALICE, "correct horse battery", "pro", 1)
    secret = open_session(made, user.id, "Firefox", 1)
    made.close()
    disk.fill()
    full = Database.in_folder(disk.folder)
    seen = find_viewer(full, secret, 3_600_000)
    assert seen is not None
    assert seen.email == ALICE
    full.close()
