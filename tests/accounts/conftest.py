"""Real account databases, each test's own: a file of SQLite, and one of a PostgreSQL server."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.users import add_user, find_user
from tests.support import postgres
from tests.support.clock import FakeClock
from tests.support.postgres import Server

ALICE = "alice@example.com"
BOB = "bob@example.com"
PASSWORD = "correct horse battery"

_numbers = itertools.count()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with Alice and Bob in it: making it once is what takes the time."""
    folder = tmp_path_factory.mktemp("prepared")
    database = Database.in_folder(folder)
    _add_users(database)
    database.close()
    return folder


def _add_users(database: Database) -> None:
    for email, plan in ((ALICE, "pro"), (BOB, "free")):
        add_user(database, email, PASSWORD, plan, 1_700_000_000_000)


@pytest.fixture
def embedded(prepared: Path, tmp_path: Path) -> Iterator[Database]:
    shutil.copy(prepared / FILE_NAME, tmp_path / FILE_NAME)
    opened = Database.in_folder(tmp_path)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    if postgres.programs() is None:
        pytest.skip("postgresql is not installed")
    with postgres.running() as server:
        database = Database.at(*server.new_database("prepared"))
        _add_users(database)
        database.close()
        yield server


@pytest.fixture
def addresses(server: Server) -> tuple[str, str]:
    """A database of a server, for the service's role and for its tables' owner."""
    return server.new_database(f"test_{next(_numbers)}", template="prepared")


@pytest.fixture
def served(addresses: tuple[str, str]) -> Iterator[Database]:
    opened = Database.at(*addresses)
    yield opened
    opened.close()


@pytest.fixture(params=["embedded", "served"])
def database(request: pytest.FixtureRequest) -> Database:
    """Either of them: what is shown of accounts is shown of both."""
    opened: Database = request.getfixturevalue(request.param)
    return opened


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
