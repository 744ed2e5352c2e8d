"""Looking a tracker up by its ``site_id``: quick, and never more than a quarter second old."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.policy import seen_by_service
from ezee.accounts.service_key import opt_out_key
from ezee.accounts.tables import SelfTest
from ezee.accounts.trackers import TrackerChange, add_tracker, change_tracker, remove_tracker
from ezee.accounts.users import remove_user
from ezee.model.site import SiteConfig
from tests.accounts.conftest import ALICE
from tests.support.clock import FakeClock

BLOG = TrackerChange(
    name="x", domain="example.com", timezone="Europe/Berlin", hostnames=["shop.example.com"],
    public_stats=False,
)  # fmt: skip


@pytest.fixture
def database(embedded: Database) -> Database:
    return embedded


@pytest.fixture
def directory(database: Database, clock: FakeClock) -> Iterator[SiteDirectory]:
    opened = SiteDirectory(database, bytes(32), clock)
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(database: Database, tmp_path: Path) -> Iterator[Database]:
    """The same file as another process has it open."""
    other = Database.in_folder(tmp_path)
    yield other
    other.close()


def test_a_tracker_is_found_with_all_that_collecting_needs(
    database: Database, directory: SiteDirectory, alice: str
) -> None:
    site_id = add_tracker(database, alice, BLOG, 5).site_id
    assert directory.find(site_id) == SiteConfig(
        site_id=site_id,
        domain="example.com",
        timezone="Europe/Berlin",
        hostnames=("shop.example.com",),
        public_stats=False,
        owner=alice,
        opt_out_key=opt_out_key(bytes(32), site_id),
    )


def test_what_was_looked_up_is_answered_from_memory(
    database: Database, directory: SiteDirectory, alice: str
) -> None:
    site_id = add_tracker(database, alice, BLOG, 5).site_id
    with _Statements(database) as statements:
        for _ in range(100):
            directory.find(site_id)
    assert len([each for each in statements if "from trackers" in each]) == 1


@pytest.mark.parametrize(
    "text", ["", "ezi_", "ezi_91BB8A0F41EA", "ezi_91bb8a0f41e", "ezi_91bb8a0f41ea0", "' or 1=1 --"]
)
def test_what_cannot_be_a_site_id_is_not_even_looked_up(
    database: Database, directory: SiteDirectory, text: str
) -> None:
    with _Statements(database) as statements:
        assert directory.find(text) is None
    assert statements == []


def test_a_tracker_added_by_another_process_is_there_a_quarter_second_later(
    directory: SiteDirectory, elsewhere: Database, clock: FakeClock, alice: str
) -> None:
    assert directory.find("ezi_ffffffffffff") is None
    site_id = add_tracker(elsewhere, alice, BLOG, 5).site_id
    clock.advance(0.25)
    assert directory.find(site_id) is not None


def test_a_change_by_another_process_is_seen_a_quarter_second_later(
    directory: SiteDirectory, elsewhere: Database, clock: FakeClock, alice: str
) -> None:
    tracker = add_tracker(elsewhere, alice, BLOG, 5)
    assert _public(directory, tracker.site_id) is False
    change_tracker(elsewhere, alice, tracker.id, TrackerChange(public_stats=True), has_events=False)
    clock.advance(0.24)
    assert _public(directory, tracker.site_id) is False
    clock.advance(0.01)
    assert _public(directory, tracker.site_id) is True


@pytest.mark.parametrize("how", ["tracker", "user"])
def test_a_tracker_that_is_gone_is_forgotten_at_once_on_refresh(
    database: Database, directory: SiteDirectory, alice: str, how: str
) -> None:
    tracker = add_tracker(database, alice, BLOG, 5)
    assert directory.find(tracker.site_id) is not None
    if how == "tracker":
        remove_tracker(database, alice, tracker.id, 9)
    else:
        remove_user(database, ALICE, 9)
    directory.refresh()
    assert directory.find(tracker.site_id) is None


def test_the_database_is_asked_for_changes_four_times_a_second_at_most(
    database: Database, directory: SiteDirectory, clock: FakeClock, alice: str
) -> None:
    site_id = add_tracker(database, alice, BLOG, 5).site_id
    directory.find(site_id)
    asked: list[str] = []
    watching = directory._watch.connection  # type: ignore[attr-defined]
    assert isinstance(watching, sqlite3.Connection)
    watching.set_trace_callback(asked.append)
    for _ in range(8):
        clock.advance(0.125)
        for _ in range(10):
            directory.find(site_id)
    assert asked == ["pragma data_version"] * 4


def test_a_flood_of_forged_ids_costs_no_memory_and_pushes_no_tracker_out(
    database: Database, directory: SiteDirectory, alice: str
) -> None:
    site_id = add_tracker(database, alice, BLOG, 5).site_id
    directory.find(site_id)
    with _Statements(database) as statements:
        for number in range(2000):
            assert directory.find(f"ezi_{number:012x}") is None
        assert directory.find(site_id) is not None
    assert statements == []
    assert list(directory._found) == [site_id]


def test_the_tracker_of_a_self_test_is_found(database: Database, directory: SiteDirectory) -> None:
    with seen_by_service(database) as session:
        session.add(SelfTest(site_id="ezi_00000000beef"))
    assert directory.find("ezi_00000000beef") is not None


def _public(directory: SiteDirectory, site_id: str) -> bool:
    site = directory.find(site_id)
    assert site is not None
    return site.public_stats


class _Statements(list[str]):
    """The SQL that a block sends, in lower case."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._engine = database.engine

    def __enter__(self) -> Self:
        event.listen(self._engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *exc: object) -> None:
        event.remove(self._engine, "before_cursor_execute", self._note)

    def _note(self, _: sa.Connection, __: object, statement: str, *rest: object) -> None:
        self.append(" ".join(statement.lower().split()))
