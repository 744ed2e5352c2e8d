"""The account database: its file, its schema, its transactions."""

from __future__ import annotations

import sqlite3
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from ezee.accounts import migrations
from ezee.accounts.database import FILE_NAME, Database
from ezee.accounts.migrations import NEWEST
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Erasure, Table
from ezee.accounts.users import find_user, list_users
from ezee.errors import SetupError, Unavailable
from tests.accounts.conftest import ALICE


@pytest.fixture
def database(embedded: Database) -> Database:
    return embedded


def test_a_new_file_is_readable_to_its_owner_alone(tmp_path: Path) -> None:
    Database.in_folder(tmp_path).close()
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_the_log_beside_it_is_as_private_as_the_file(database: Database, tmp_path: Path) -> None:
    with seen_by_service(database) as session:
        session.add(Erasure(site_id="ezi_000000000001", asked_at=1))
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("*.sqlite*")}
    assert len(modes) > 1
    assert set(modes.values()) == {0o600}


def test_opening_twice_migrates_once_and_keeps_what_is_there(
    database: Database, tmp_path: Path
) -> None:
    again = Database.in_folder(tmp_path)
    assert again.revision() == NEWEST == database.revision()
    assert find_user(again, ALICE).id == find_user(database, ALICE).id
    again.close()


@pytest.mark.parametrize("again", range(10))
def test_processes_that_start_at_once_do_not_migrate_twice(tmp_path: Path, again: int) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _: Database.in_folder(tmp_path), range(8)))
    assert len({each.revision() for each in opened}) == 1
    for each in opened:
        assert list_users(each) == []
        each.close()


def test_the_migrations_end_in_the_tables_that_are_written_down(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Table.metadata)
    assert differences == []


def test_a_database_of_a_newer_version_is_refused_in_our_words(
    database: Database, tmp_path: Path
) -> None:
    _execute(tmp_path, "update alembic_version set version_num = '9999'")
    with pytest.raises(SetupError, match="newer version of ezee") as refused:
        Database.in_folder(tmp_path)
    assert "9999" not in refused.value.message
    assert "alembic" not in refused.value.message.lower()
    _execute(tmp_path, f"update alembic_version set version_num = '{NEWEST}'")
    assert Database.in_folder(tmp_path).revision() == NEWEST


def test_what_is_committed_is_synced_and_what_is_deleted_is_wiped(database: Database) -> None:
    expected = {
        "journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000,
        "secure_delete": 1,
    }  # fmt: skip
    with database.engine.connect() as connection:
        actual = {name: connection.exec_driver_sql(f"pragma {name}").scalar() for name in expected}
    assert actual == expected


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with seen_by_service(database) as session:
            session.add(Erasure(site_id="ezi_000000000001", asked_at=1))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with seen_by_service(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 0


def test_a_database_that_does_not_answer_is_unavailable_not_broken(
    database: Database, tmp_path: Path
) -> None:
    _execute(tmp_path, "alter table users rename to elsewhere")
    with pytest.raises(Unavailable, match="does not answer right now") as refused:
        list_users(database)
    assert "elsewhere" not in refused.value.message


def _execute(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE_NAME)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_the_newest_revision_is_that_of_the_scripts() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST
