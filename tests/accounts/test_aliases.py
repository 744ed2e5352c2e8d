"""Which tracker other trackers' clients mean, on both account databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.migrations.versions import v0008_tracker_names as migration
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Tracker, TrackerName
from ezee.accounts.trackers import TrackerChange, add_tracker, change_tracker, remove_tracker
from ezee.accounts.users import remove_user
from ezee.errors import Conflict
from tests.support.clock import FakeClock


@pytest.fixture
def directory(database: Database, clock: FakeClock) -> Iterator[SiteDirectory]:
    opened = SiteDirectory(database, bytes(32), clock)
    yield opened
    opened.close()


def add(database: Database, owner: str, domain: str, at: int = 1, **fields: Any) -> Tracker:
    return add_tracker(database, owner, TrackerChange(name="x", domain=domain, **fields), at)


def change(database: Database, owner: str, tracker: Tracker, **fields: Any) -> Tracker:
    return change_tracker(database, owner, tracker.id, TrackerChange(**fields), has_events=True)


def called(directory: SiteDirectory, protocol: str, name: str) -> str | None:
    """The ``site_id``, looked up after any change."""
    directory.refresh()
    found = directory.find_named(protocol, name)
    return None if found is None else found.site_id


def test_a_tracker_answers_to_its_ids_its_hosts_and_its_aliases(
    database: Database, directory: SiteDirectory, alice: str
) -> None:
    mine = add(database, alice, "example.com", hostnames=["shop.example.com"], aliases=["matomo:7"])
    for name in (mine.site_id, mine.id, mine.id.upper(), "example.com", "WWW.Example.com"):
        for protocol in ("plausible", "matomo"):
            assert called(directory, protocol, name) == mine.site_id, name
    assert called(directory, "umami", "shop.example.com") == mine.site_id
    assert called(directory, "matomo", "007") == mine.site_id
    assert called(directory, "umami", "7") is None
    for name in ("", "8", "example", "\0", "\ud800", "x" * 10_000, "' or 1=1 --"):
        assert called(directory, "matomo", name) is None


def test_an_alias_goes_before_a_host_and_the_older_before_the_younger(
    database: Database, directory: SiteDirectory, alice: str, bob: str
) -> None:
    young = add(database, bob, "example.com", at=2)
    assert called(directory, "plausible", "example.com") == young.site_id
    old = add(database, alice, "example.com", at=1)
    assert called(directory, "plausible", "example.com") == old.site_id
    change(database, bob, young, aliases=["plausible:example.com"])
    assert called(directory, "plausible", "example.com") == young.site_id
    assert called(directory, "umami", "example.com") == old.site_id


def test_a_name_that_is_given_up_leads_nowhere(
    database: Database, directory: SiteDirectory, alice: str, bob: str
) -> None:
    mine = add(database, alice, "a.example", hostnames=["b.example"], aliases=["umami:a"])
    assert called(directory, "umami", "b.example") == mine.site_id
    change(database, alice, mine, domain="c.example", hostnames=[], aliases=["umami:b"])
    for name in ("a.example", "b.example", "a"):
        assert called(directory, "umami", name) is None
    assert called(directory, "umami", "c.example") == mine.site_id
    assert called(directory, "umami", "b") == mine.site_id
    remove_tracker(database, alice, mine.id, 5)
    assert called(directory, "umami", "b") is None
    his = add(database, bob, "d.example")
    assert called(directory, "umami", "d.example") == his.site_id
    remove_user(database, "bob@example.com", 5)
    assert called(directory, "umami", "d.example") is None
    with seen_by_service(database) as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(TrackerName)) == 0


def test_an_alias_is_one_trackers(database: Database, alice: str, bob: str) -> None:
    mine = add(database, alice, "a.example", aliases=["matomo:7"])
    with pytest.raises(Conflict, match="matomo:7 is another tracker's"):
        add(database, bob, "b.example", aliases=["umami:7", "matomo:07"])
    his = add(database, bob, "b.example", aliases=["umami:7"])
    with pytest.raises(Conflict):
        change(database, bob, his, aliases=["matomo:7"])
    # Neither one's own nor what merely looks like another's is in the way.
    change(database, alice, mine, aliases=["matomo:7", "matomo:8"])
    change(database, bob, his, aliases=["plausible:a.example"])


def test_names_are_looked_up_once_and_not_read_anew_by_a_change(
    database: Database, directory: SiteDirectory, clock: FakeClock, alice: str
) -> None:
    first = add(database, alice, "a.example")
    for number in range(20):
        add(database, alice, f"{number}.example")
    statements: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        statements.append(" ".join(statement.lower().split()))

    sa.event.listen(database.engine, "before_cursor_execute", note)
    add(database, alice, "last.example")
    statements.clear()
    for _ in range(100):
        clock.advance(1)
        found = directory.find_named("matomo", "a.example")
        assert found is not None
        assert found.site_id == first.site_id
    rows = [each for each in statements if each.startswith("select trackers.")]
    # A server tells of the last changes a moment later.
    assert len(rows) == 1 or (len(rows) < 10 and not database.is_embedded)
    assert "where trackers.site_id = " in rows[0]


def test_the_migration_keeps_the_names_that_there_are(
    request: pytest.FixtureRequest, database: Database, clock: FakeClock, alice: str
) -> None:
    mine = add(database, alice, "a.example", hostnames=["b.example"], aliases=["matomo:7"])
    embedded = database.is_embedded
    owner = database if embedded else Database(request.getfixturevalue("addresses")[1])
    with owner.engine.begin() as connection:
        connection.exec_driver_sql("drop table tracker_names")
        with Operations.context(MigrationContext.configure(connection)):
            migration.upgrade()
    if not embedded:
        service = str(database.engine.url.username)
        with owner.engine.begin() as connection:
            connection.exec_driver_sql(f'grant select on tracker_names to "{service}"')
        owner.close()
    directory = SiteDirectory(database, bytes(32), clock)
    for name in ("a.example", "b.example", "7"):
        assert called(directory, "matomo", name) == mine.site_id
    directory.close()
