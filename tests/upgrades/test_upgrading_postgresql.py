"""Accounts in PostgreSQL are upgraded with the events, and gone back with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command

from ezee.accounts import migrating
from ezee.accounts.database import Database
from ezee.accounts.migrations import NEWEST
from ezee.accounts.users import add_user, list_users
from ezee.errors import OutOfDate, SetupError
from ezee.settings import Settings
from ezee.store.copies import rows_of
from ezee.store.duckdb import schema
from ezee.upgrades.upgrading import dry_run, roll_back, upgrade, versions_of
from tests.support import postgres
from tests.support.events import NOON
from tests.upgrades.old import EVENTS, make_old

OLD = "0004"


@pytest.mark.skipif(postgres.programs() is None, reason="postgresql is not installed")
def test_accounts_elsewhere_are_upgraded_and_gone_back_to(tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_old(data, 1, "0001")
    (data / "accounts.sqlite").unlink()
    with postgres.running() as server:
        service, owner = server.new_database("old")
        made = Database.at(service, owner)
        add_user(made, "alice@example.com", "correct horse battery", "pro", NOON)
        made.close()
        _downgrade(owner, OLD)
        alone, settings = (
            Settings(data=data, accounts=service),
            Settings(data=data, accounts=service, accounts_owner=owner),
        )
        assert versions_of(alone) == (1, OLD)
        with pytest.raises(OutOfDate):
            Database.of(settings)
        with pytest.raises(SetupError, match="EZEE_ACCOUNTS_OWNER"):
            upgrade(alone, NOON, lambda _: None)
        assert versions_of(alone) == (1, OLD)

        tried = {row.table: (row.before, row.after) for row in dry_run(settings, lambda _: None)}
        assert (tried["users"], tried["events"]) == ((1, 1), (EVENTS, EVENTS))
        assert versions_of(alone) == (1, OLD)

        upgrade(settings, NOON, lambda _: None)
        assert versions_of(alone) == (schema.VERSION, NEWEST)
        opened = Database.of(alone)
        add_user(opened, "bob@example.com", "correct horse battery", "pro", NOON)
        opened.close()

        undone = roll_back(settings, NOON, lambda _: None)
        assert undone.versions == versions_of(settings) == (1, OLD)
        assert rows_of(data)["events"] == EVENTS
        # What the older version would do at its start, with the owner named.
        upgrade(settings, NOON + 1000, lambda _: None)
        again = Database.of(alone)
        assert [user.email for user in list_users(again)] == ["alice@example.com"]
        again.close()


def _downgrade(owner: str, revision: str) -> None:
    database = Database(owner)
    with database.engine.begin() as connection:
        migrating._run(connection, lambda config: command.downgrade(config, revision))
    database.close()
