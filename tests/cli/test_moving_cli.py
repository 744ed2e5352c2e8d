"""``ezee move``: accounts go to PostgreSQL and come back, under a running service."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self

import httpx
import pytest
import sqlalchemy as sa

from ezee.accounts import moving
from ezee.accounts.database import Database
from ezee.accounts.trackers import TrackerChange, add_tracker, every_tracker
from ezee.accounts.users import add_user, list_users
from ezee.errors import SetupError, Unavailable
from ezee.settings import ACCOUNTS_ADDRESS, Settings, read_settings
from tests.support.nodes import account_server
from tests.support.polling import until
from tests.support.postgres import Server
from tests.support.service import Account, Service

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
    """By whoever has it open."""
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


def test_where_only_the_last_word_was_missing_it_is_said_and_nothing_is_copied_again(
    folder: Path, addresses: tuple[str, str]
) -> None:
    """As after a kill once the old house was closed."""
    url, owner = addresses
    settings = read_settings({}, data=folder)
    found = moving.move_to_server(settings, url, owner)
    (folder / ACCOUNTS_ADDRESS).unlink()
    assert moving.move_to_server(settings, url, owner) == found
    assert read_settings({}, data=folder).accounts == url


def test_a_killed_move_back_goes_on(folder: Path, addresses: tuple[str, str]) -> None:
    url, owner = addresses
    moving.move_to_server(read_settings({}, data=folder), url, owner)
    there = read_settings({}, data=folder, accounts_owner=owner)
    before = all_of(there)
    moving.move_to_folder(there)
    (folder / ACCOUNTS_ADDRESS).write_text(url)
    moving.move_to_folder(there)
    assert all_of(read_settings({}, data=folder)) == before


def test_a_start_on_the_place_that_was_left_is_refused(
    folder: Path, addresses: tuple[str, str]
) -> None:
    url, owner = addresses
    moving.move_to_server(read_settings({}, data=folder), url, owner)
    moving.move_to_folder(read_settings({}, data=folder, accounts_owner=owner))
    with pytest.raises(SetupError, match="have moved back to the data folder"):
        read_settings({"EZEE_ACCOUNTS": url}, data=folder)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Service]:
    service = Service(tmp_path / "data", "--public-stats-limit", "0", "--collect-limit", "0")
    yield service.start()
    if service.process is not None:
        service.stop()
        assert "Traceback" not in service.log.read_text()


@pytest.mark.service
def test_a_running_service_goes_after_its_accounts_and_back(
    running: Service, addresses: tuple[str, str]
) -> None:
    """Whoever asks meanwhile is answered, and whoever changes something may be told to wait."""
    account = running.account(OWNER)
    tracker = running.tracker(OWNER)
    url, owner = addresses
    users = _Users(running, account, tracker)
    with users:
        users.come()
        moved = running.json("move", "--to", url, "--owner", owner)
        assert moved["rows"]["trackers"] == 1
        users.change("in PostgreSQL")
        assert _name_in(Database.at(url)) == "in PostgreSQL"
        running.environ["EZEE_ACCOUNTS_OWNER"] = owner
        back = running.json("move", "--to", "folder")
        assert back["rows"]["trackers"] == 1
        users.change("in the folder")
        assert _name_in(Database.in_folder(running.data)) == "in the folder"
        users.come()
    refused = [answer for answer in users.answers if answer.status_code not in {200, 202}]
    for answer in refused:
        assert (answer.request.method, answer.status_code) == ("PATCH", 503), answer.text
        assert int(answer.headers["retry-after"]) <= 5
    path = f"/api/v1/trackers/{tracker['id']}/stats"
    totals = account.client.get(path).json()["data"]["totals"]
    assert totals["pageviews"] == sum(answer.status_code == 202 for answer in users.answers)
    running.stop()
    running.start()
    assert running.collect({"site_id": tracker["site_id"], "url": "/"}).status_code == 202


def _name_in(database: Database) -> str:
    try:
        (tracker,) = every_tracker(database)
        return tracker.name
    finally:
        database.close()


class _Users:
    """Threads that send events, ask for reports and settings, and change these, without a pause."""

    def __init__(self, service: Service, account: Account, tracker: Any) -> None:
        self.answers: list[httpx.Response] = []
        self._account = account
        self._path = f"/api/v1/trackers/{tracker['id']}"
        event = {"site_id": tracker["site_id"], "url": "/"}
        client = account.client
        asked: list[Callable[[], httpx.Response]] = [
            lambda: service.collect(event),
            lambda: client.get("/api/v1/me"),
            lambda: client.get(f"{self._path}/stats"),
            lambda: client.patch(self._path, json={"name": self._name}),
        ]
        self._name = "Meanwhile"
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._go_on, args=(each,)) for each in asked]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join()

    def come(self) -> None:
        """Return when each has been answered a few times."""
        before = len(self.answers)
        until(lambda: len(self.answers) > before + 20)

    def change(self, name: str) -> None:
        """Have the tracker renamed; while that is refused it is tried again."""
        self._name = name
        until(lambda: any(name in answer.text for answer in self.answers if _changed(answer)))

    def _go_on(self, ask: Callable[[], httpx.Response]) -> None:
        while not self._ends.is_set():
            self.answers.append(ask())
            # Within what the plan lets pass.
            time.sleep(0.2)


def _changed(answer: httpx.Response) -> bool:
    return (answer.request.method, answer.status_code) == ("PATCH", 200)
