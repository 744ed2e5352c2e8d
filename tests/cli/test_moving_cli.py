"""``ezee move``: accounts go to PostgreSQL and come back, under a running service."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from ezee.accounts import moving
from ezee.accounts.database import Database
from ezee.accounts.trackers import TrackerChange, add_tracker
from ezee.accounts.users import add_user, list_users
from ezee.errors import SetupError, Unavailable
from ezee.settings import ACCOUNTS_ADDRESS, Settings, read_settings
from tests.support.nodes import account_server
from tests.support.postgres import Server
from tests.support.service import Service

__all__ = ["account_server"]
OWNER = "alice@example.com"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with accounts."""
    database = Database.in_folder(tmp_path)
    user = add_user(database, OWNER, "correct horse battery", "pro", 1)
    change = TrackerChange(name="Blög", domain="example.com", public_stats=False)
    add_tracker(database, user.id, change, 2)
    database.close()
    return tmp_path


@pytest.fixture
def addresses(account_server: Server, request: pytest.FixtureRequest) -> tuple[str, str]:
    return account_server.new_database(f"move_{abs(hash(request.node.name))}")


def all_of(settings: Settings) -> list[bytes]:
    """Every row, as a copy has it."""
    database = Database.of(settings)
    found = moving._rows(database)
    database.close()
    assert len(found) >= 2
    return found


def test_there_and_back_every_row_is_the_same(folder: Path, addresses: tuple[str, str]) -> None:
    url, owner = addresses
    embedded = read_settings({}, data=folder)
    before = all_of(embedded)
    found = moving.move_to_server(embedded, url, owner)
    assert (found["users"], found["trackers"], found["tokens"]) == (1, 1, 0)
    assert (folder / ACCOUNTS_ADDRESS).stat().st_mode & 0o077 == 0

    served = read_settings({}, data=folder, accounts_owner=owner)
    assert served.accounts == url
    assert all_of(served) == before
    database = Database.of(served)
    add_user(database, "bob@example.com", "correct horse battery", "free", 3)
    database.close()
    after = all_of(served)

    assert moving.move_to_folder(served)["users"] == 2
    back = read_settings({}, data=folder)
    assert back.accounts == ""
    assert all_of(back) == after
    assert (folder / "accounts.sqlite.before").exists()


def test_what_was_left_can_be_read_and_not_changed(
    folder: Path, addresses: tuple[str, str]
) -> None:
    """By services that have it open and are yet to be restarted."""
    url, owner = addresses
    old = Database.in_folder(folder)
    moving.move_to_server(read_settings({}, data=folder), url, owner)
    assert [user.email for user in list_users(old)] == [OWNER]
    with pytest.raises(Unavailable, match="moved to another database"):
        add_user(old, "bob@example.com", "correct horse battery", "free", 3)
    old.close()

    there = Database.at(url)
    moving.move_to_folder(read_settings({}, data=folder, accounts_owner=owner))
    assert [user.email for user in list_users(there)] == [OWNER]
    with pytest.raises(Unavailable, match="moved to another database"):
        add_user(there, "bob@example.com", "correct horse battery", "free", 3)
    there.close()
    here = Database.in_folder(folder)
    add_user(here, "bob@example.com", "correct horse battery", "free", 3)
    here.close()


def test_what_does_not_arrive_as_it_was_moves_nobody(
    folder: Path, addresses: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    url, owner = addresses
    really = moving._copy

    def wrongly(source: Database, target: str) -> dict[str, int]:
        found = really(source, target)
        database = Database(target)
        with database.engine.begin() as connection:
            connection.execute(sa.text("select set_config('ezee.viewer', '*', true)"))
            connection.execute(sa.text("update trackers set name = 'Blog'"))
        database.close()
        return found

    monkeypatch.setattr(moving, "_copy", wrongly)
    settings = read_settings({}, data=folder)
    with pytest.raises(SetupError, match="is not what is there"):
        moving.move_to_server(settings, url, owner)
    assert not (folder / ACCOUNTS_ADDRESS).exists()
    monkeypatch.undo()
    with pytest.raises(SetupError, match="has tables already"):
        moving.move_to_server(settings, url, owner)
    database = Database.in_folder(folder)
    add_user(database, "bob@example.com", "correct horse battery", "free", 3)
    database.close()


def test_what_cannot_be_meant_is_told(folder: Path, addresses: tuple[str, str]) -> None:
    embedded = read_settings({}, data=folder)
    with pytest.raises(SetupError, match="--owner"):
        moving.move_to_server(embedded, addresses[0], "")
    with pytest.raises(SetupError, match="in the data folder already"):
        moving.move_to_folder(embedded)
    with pytest.raises(SetupError, match="such as postgresql://"):
        moving.move_to_server(embedded, "mysql://a@b/c", "mysql://a@b/c")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "data", "--public-stats-limit", "0").start()
    yield service
    if service.process is not None:
        service.stop()


@pytest.mark.service
def test_a_running_service_counts_all_the_time(
    running: Service, addresses: tuple[str, str]
) -> None:
    account = running.account(OWNER)
    tracker = running.tracker(OWNER)
    url, owner = addresses
    sent = {"site_id": tracker["site_id"], "url": "/"}
    assert running.collect(sent).status_code == 202

    moved = running.json("move", "--to", url, "--owner", owner)
    assert moved["rows"]["trackers"] == 1
    assert running.collect(sent).status_code == 202
    assert account.client.get("/api/v1/me").status_code == 200
    refused = account.client.patch(f"/api/v1/trackers/{tracker['id']}", json={"name": "B"})
    assert (refused.status_code, refused.json()["error"]) == (503, "unavailable")

    running.stop()
    running.start()
    headers = {"authorization": f"Bearer {account.token}"}
    path = f"{running.url}/api/v1/trackers/{tracker['id']}"
    changed = httpx.patch(path, json={"name": "B"}, headers=headers, timeout=30)
    assert (changed.status_code, changed.json()["data"]["name"]) == (200, "B")
    assert running.collect(sent).status_code == 202
    totals = httpx.get(f"{path}/stats", headers=headers, timeout=30).json()["data"]["totals"]
    assert totals["pageviews"] == 3
