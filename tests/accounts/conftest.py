"""A real account database in a folder of the test's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.users import add_user, find_user
from tests.support.clock import FakeClock

ALICE = "alice@example.com"
BOB = "bob@example.com"
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with Alice and Bob in it: making it once is what takes the time."""
    folder = tmp_path_factory.mktemp("prepared")
    database = Database.in_folder(folder)
    for email, plan in ((ALICE, "pro"), (BOB, "free")):
        add_user(database, email, PASSWORD, plan, 1_700_000_000_000)
    database.close()
    return folder


@pytest.fixture
def database(prepared: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(prepared / FILE_NAME, tmp_path / FILE_NAME)
    opened = Database.in_folder(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def alice(database: Database) -> str:
    """The id of one user."""
    return find_user(database, ALICE).id


@pytest.fixture
def bob(database: Database) -> str:
    """The id of another."""
    return find_user(database, BOB).id
