"""Row-level security of PostgreSQL itself: what the service's role may do with SQL of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from ezee.accounts import row_security
from ezee.accounts.database import Database
from ezee.accounts.directory import CHECK_EVERY, SiteDirectory
from ezee.accounts.migrations import NEWEST
from ezee.accounts.tables import Owned, Table
from ezee.accounts.tokens import new_token
from ezee.accounts.trackers import TrackerChange, add_tracker, change_tracker, remove_tracker
from ezee.accounts.users import find_user, list_users, remove_user
from ezee.errors import SetupError, Unavailable
from tests.accounts.conftest import ALICE, BOB
from tests.docs.pages import blocks
from tests.support import postgres
from tests.support.clock import FakeClock
from tests.support.polling import until
from tests.support.postgres import OWNER, SERVICE, Server

PAGE = "docs/postgresql.md"
Connection = psycopg.Connection[tuple[object, ...]]


@pytest.fixture
def role(served: Database, addresses: tuple[str, str]) -> Iterator[Connection]:
    """The service's role, at liberty."""
    for email, domain in ((ALICE, "a.example"), (BOB, "b.example")):
        viewer = find_user(served, email).id
        add_tracker(served, viewer, TrackerChange(name="x", domain=domain), 5)
        new_token(served, viewer, "x", 5)
    with psycopg.connect(addresses[0], autocommit=True) as connection:
        yield connection


def _count(connection: Connection, table: str) -> object:
    (row,) = connection.execute(f"select count(*) from {table}".encode()).fetchall()
    return row[0]


def test_every_owned_table_is_protected_and_users_are(served: Database) -> None:
    owned = {
        mapper.class_.__tablename__  # type: ignore[attr-defined]
        for mapper in Table.registry.mappers
        if issubclass(mapper.class_, Owned)
    }
    assert set(row_security.protected()) == owned | {"users"}


@pytest.mark.parametrize("table", row_security.protected())
def test_without_a_viewer_there_is_nothing(role: Connection, table: str) -> None:
    assert _count(role, table) == 0


@pytest.mark.parametrize("table", ["users", "trackers", "tokens"])
def test_a_viewer_sees_own_rows_alone(served: Database, role: Connection, table: str) -> None:
    alice = find_user(served, ALICE).id
    column = row_security.protected()[table]
    with role.transaction():
        role.execute("select set_config('ezee.viewer', %s, true)", [alice])
        assert role.execute(f"select {column} from {table}".encode()).fetchall() == [(alice,)]
    # The name is the transaction's, and goes with it.
    assert _count(role, table) == 0


def test_nobody_elses_row_can_be_changed_or_deleted(served: Database, role: Connection) -> None:
    alice, bob = (find_user(served, email).id for email in (ALICE, BOB))
    with role.transaction():
        role.execute("select set_config('ezee.viewer', %s, true)", [alice])
        assert role.execute("update trackers set name = 'hers'").rowcount == 1
        assert role.execute("delete from tokens where user_id = %s", [bob]).rowcount == 0


@pytest.mark.parametrize(
    "statement",
    [
        "update trackers set user_id = %s",
        "insert into tokens (id, user_id, name, digest, prefix, scope, created_at) "
        "values ('t', %s, 'x', 'x', 'x', 'read', 1)",
    ],
)
def test_a_row_cannot_be_given_to_somebody_else(
    served: Database, role: Connection, statement: str
) -> None:
    alice, bob = (find_user(served, email).id for email in (ALICE, BOB))
    role.execute("select set_config('ezee.viewer', %s, false)", [alice])
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
        role.execute(statement.encode(), [bob])


@pytest.mark.parametrize(
    "statement",
    [
        "alter table trackers disable row level security",
        "drop policy viewer on trackers",
        "set role ezee_owner",
        "set row_security = off; select * from trackers",
        "create policy mine on trackers using (true)",
        "update alembic_version set version_num = '9999'",
    ],
)
def test_the_role_cannot_let_itself_in(role: Connection, statement: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        role.execute(statement.encode())


def test_a_schema_that_is_not_this_versions_is_refused_until_the_owner_is_named(
    server: Server,
) -> None:
    service, owner = server.new_database("fresh")
    with pytest.raises(SetupError, match="EZEE_ACCOUNTS_OWNER"):
        Database.at(service)
    first = Database.at(service, owner)
    assert first.revision() == NEWEST
    assert list_users(first) == []
    first.close()
    Database.at(service).close()


def test_a_role_that_policies_do_not_hold_for_is_refused(
    server: Server, addresses: tuple[str, str]
) -> None:
    _, owner = addresses
    with pytest.raises(SetupError, match="owns tables"):
        Database.at(owner, owner)
    superuser = owner.replace(OWNER, "postgres")
    with pytest.raises(SetupError, match="superuser"):
        Database.at(superuser, owner)


def test_tables_without_their_policies_are_refused(addresses: tuple[str, str]) -> None:
    service, owner = addresses
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("alter table tokens no force row level security")
    with pytest.raises(SetupError, match="not on"):
        Database.at(service)
    Database.at(service, owner).close()


def test_what_the_page_says_of_setting_up_is_enough() -> None:
    if postgres.programs() is None:
        pytest.skip("postgresql is not installed")
    with postgres.running(roles=False) as server:
        (statements,) = [each.text for each in blocks(PAGE) if "create role" in each.text]
        server.run(*filter(None, map(str.strip, statements.split(";"))))
        service, owner = server.url(SERVICE, "ezee"), server.url(OWNER, "ezee")
        opened = Database.at(service, owner)
        assert list_users(opened) == []
        opened.close()


@pytest.mark.parametrize(
    "url", ["", "nonsense", "mysql://ezee@db/ezee", "postgresql://db.example.com/ezee", "sqlite://"]
)
def test_an_address_that_cannot_be_meant_is_refused_in_our_words(url: str) -> None:
    with pytest.raises(SetupError, match="address"):
        Database.at(url)


def test_a_server_that_is_not_there_is_unavailable_and_its_address_is_not_told() -> None:
    with pytest.raises(Unavailable) as refused:
        Database.at("postgresql://ezee:secret@127.0.0.1:1/ezee")
    assert "secret" not in refused.value.message


def test_another_nodes_change_is_seen_when_it_is_next_looked_for(
    served: Database, addresses: tuple[str, str]
) -> None:
    elsewhere, clock = Database.at(addresses[0]), FakeClock()
    directory = SiteDirectory(served, bytes(32), clock)
    alice = find_user(served, ALICE).id
    tracker = add_tracker(elsewhere, alice, TrackerChange(name="x", domain="a.example"), 5)
    found = directory.find(tracker.site_id)
    assert found is not None
    assert found.public_stats
    change = TrackerChange(public_stats=False)
    change_tracker(elsewhere, alice, tracker.id, change, has_events=False)
    until(lambda: not _public(directory, clock, tracker.site_id))
    remove_tracker(elsewhere, alice, tracker.id, 9)
    until(lambda: _public(directory, clock, tracker.site_id) is None)
    assert directory.find("ezi_ffffffffffff") is None
    directory.close()
    elsewhere.close()


def test_a_user_who_is_removed_takes_the_trackers_out_of_memory(
    served: Database, addresses: tuple[str, str]
) -> None:
    clock, alice = FakeClock(), find_user(served, ALICE).id
    directory = SiteDirectory(served, bytes(32), clock)
    site_id = add_tracker(served, alice, TrackerChange(name="x", domain="a.example"), 5).site_id
    assert directory.find(site_id) is not None
    remove_user(served, ALICE, 9)
    until(lambda: _public(directory, clock, site_id) is None)
    directory.close()


def _public(directory: SiteDirectory, clock: FakeClock, site_id: str) -> bool | None:
    """Whether its stats are public at the directory's next look; None: there is no tracker."""
    clock.advance(CHECK_EVERY)
    found = directory.find(site_id)
    return None if found is None else found.public_stats


def test_a_server_that_restarts_is_unavailable_meanwhile_and_used_again_afterwards() -> None:
    if postgres.programs() is None:
        pytest.skip("postgresql is not installed")
    with postgres.running() as server:
        database, clock = Database.at(*server.new_database("restarted")), FakeClock()
        directory = SiteDirectory(database, bytes(32), clock)
        assert directory.find("ezi_ffffffffffff") is None
        server.control("-m", "fast", "stop")
        with pytest.raises(Unavailable):
            list_users(database)
        clock.advance(0.25)
        with pytest.raises(Unavailable):
            directory.find("ezi_ffffffffffff")
        server.control("start")
        until(lambda: _answers(directory))
        assert list_users(database) == []
        directory.close()
        database.close()


def _answers(directory: SiteDirectory) -> bool:
    with suppress(Unavailable):
        return directory.find("ezi_ffffffffffff") is None
    return False
