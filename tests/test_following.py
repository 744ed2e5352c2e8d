"""A running service goes after its accounts when they have moved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from ezee.accounts import moving
from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.accounts.tokens import LastUsed, authenticate, list_tokens, new_token
from ezee.accounts.trackers import TrackerChange, add_tracker, every_tracker
from ezee.accounts.users import add_user, find_user, list_users
from ezee.errors import Unavailable
from ezee.following import Follower
from ezee.salting import open_salts
from ezee.settings import ACCOUNTS_ADDRESS, read_settings
from ezee.store.salt_file import SaltFile
from ezee.store.salts import Salts
from tests.support.clock import FakeClock
from tests.support.nodes import account_server
from tests.support.postgres import Server

__all__ = ["account_server"]
OWNER = "alice@example.com"
SITE = 10
DAY = 24 * 3_600_000


class Parts(NamedTuple):
    """What a running service has of its accounts."""

    database: Database
    salts: Salts
    directory: SiteDirectory
    follower: Follower
    clock: FakeClock

    def salt(self) -> bytes:
        now = self.clock.now()
        value = self.salts.of(SITE, now // DAY, "UTC", now)[0]
        self.salts.save()
        return value


@pytest.fixture
def addresses(account_server: Server, request: pytest.FixtureRequest) -> tuple[str, str]:
    return account_server.new_database(f"follow_{abs(hash(request.node.name))}")


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    clock = FakeClock("2026-03-10T12:00:00+00:00")
    database = Database.in_folder(tmp_path)
    user = add_user(database, OWNER, "correct horse battery", "pro", 1)
    add_tracker(database, user.id, TrackerChange(name="x", domain="example.com"), 2)
    salts = open_salts(database, tmp_path, clock.now())
    directory = SiteDirectory(database, bytes(32), clock)
    settings = read_settings({}, data=tmp_path)
    follower = Follower(settings, database, salts, directory, clock)
    yield Parts(database, salts, directory, follower, clock)
    directory.close()
    database.close()


def test_where_nothing_has_moved_there_is_nothing_to_do(parts: Parts) -> None:
    assert not parts.follower.look()
    assert parts.database.engine.dialect.name == "sqlite"


def test_accounts_trackers_and_salts_are_those_of_the_new_place_and_back(
    parts: Parts, addresses: tuple[str, str], tmp_path: Path
) -> None:
    (tracker,) = every_tracker(parts.database)
    before = parts.salt()
    url, owner = addresses
    moving.move_to_server(read_settings({}, data=tmp_path), url, owner)
    assert parts.follower.look()
    assert not parts.follower.look()
    assert parts.database.engine.dialect.name == "postgresql"
    assert parts.directory.find(tracker.site_id) is not None
    add_user(parts.database, "bob@example.com", "correct horse battery", "free", 3)
    # What is agreed on there is another node's too, and the file has nothing any more.
    there = parts.salt()
    assert there != before
    assert SaltFile(tmp_path).load(0) == []
    other = Database.at(url)
    now = parts.clock.now()
    assert open_salts(other, tmp_path, now).of(SITE, now // DAY, "UTC", now)[0] == there
    other.close()

    parts.clock.advance(60)
    moving.move_to_folder(read_settings({}, data=tmp_path, accounts_owner=owner))
    assert parts.follower.look()
    assert parts.database.engine.dialect.name == "sqlite"
    assert {user.email for user in list_users(parts.database)} == {OWNER, "bob@example.com"}
    assert parts.directory.find(tracker.site_id) is not None
    assert parts.salt() not in {before, there}
    assert len(SaltFile(tmp_path).load(0)) == 1


def test_a_place_that_cannot_be_reached_is_tried_again_and_nothing_changes_until_then(
    parts: Parts, tmp_path: Path
) -> None:
    address = tmp_path / ACCOUNTS_ADDRESS
    address.write_text("postgresql://ezee@127.0.0.1:1/ezee")
    before = parts.salt()
    with pytest.raises(Unavailable):
        parts.follower.look()
    assert not parts.follower.look()
    assert parts.database.engine.dialect.name == "sqlite"
    assert parts.salt() == before
    parts.clock.advance(5)
    with pytest.raises(Unavailable):
        parts.follower.look()


def test_salts_that_a_move_left_in_the_folder_are_destroyed_at_the_next_start(
    parts: Parts, addresses: tuple[str, str], tmp_path: Path
) -> None:
    parts.salt()
    url, owner = addresses
    moving.move_to_server(read_settings({}, data=tmp_path), url, owner)
    there = Database.at(url)
    open_salts(there, tmp_path, parts.clock.now())
    there.close()
    assert SaltFile(tmp_path).load(0) == []


def test_when_tokens_were_used_while_accounts_move_is_written_where_they_are_then(
    parts: Parts, addresses: tuple[str, str], tmp_path: Path
) -> None:
    user = find_user(parts.database, OWNER).id
    early, late = (new_token(parts.database, user, name, 5).plain for name in ("early", "late"))
    used = LastUsed(parts.database)
    for plain in (early, late):
        used.note(authenticate(parts.database, plain, 6), 6)
    token = authenticate(parts.database, late, 6)
    url, owner = addresses
    moving.move_to_server(read_settings({}, data=tmp_path), url, owner)
    with pytest.raises(Unavailable):
        used.write()
    used.note(token, 9)
    assert parts.follower.look()
    used.write()
    found = {each.name: each.last_used_at for each in list_tokens(parts.database, user)}
    assert found == {"early": 6, "late": 9}
