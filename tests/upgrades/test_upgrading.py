"""From every version on: a snapshot first, no row lost, and one command back."""

from __future__ import annotations

import hashlib
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import httpx
import pytest

from ezee.accounts import migrating
from ezee.accounts.database import Database
from ezee.accounts.migrations import NEWEST
from ezee.accounts.trackers import every_tracker
from ezee.errors import OutOfDate, SetupError
from ezee.settings import Settings
from ezee.store.copies import rows_of, schema_of
from ezee.store.duckdb import schema
from ezee.store.folder import ROLLING_BACK, FolderLock, prepare_folder
from ezee.store.open import OpenStore
from ezee.upgrades import snapshots, upgrading
from ezee.upgrades.snapshots import FOLDER, Versions, forget_old
from ezee.upgrades.state import Stage, read_state
from ezee.upgrades.upgrading import dry_run, is_old, roll_back, upgrade, versions_of
from tests.privacy.traces import find, of_text, together
from tests.support.events import NOON
from tests.support.service import EZEE, Service
from tests.upgrades.old import EVENTS, SITE_ID, VERSIONS, make_old

FIRST = (1, "0001")
CURRENT = Versions(schema.VERSION, NEWEST)


def unheard(_: str) -> None:
    """Nobody listens."""


def digests(data: Path) -> dict[str, str]:
    """The files of a folder that an older version would read."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in data.iterdir()
        if path.name.startswith("events.") or path.name in {"accounts.sqlite", "service.key"}
    }


def sites(data: Path) -> list[str]:
    database = Database.in_folder(data)
    found = [each.site_id for each in every_tracker(database)]
    database.close()
    return found


@pytest.fixture
def old(tmp_path: Path) -> Path:
    make_old(tmp_path / "data", *FIRST)
    return tmp_path / "data"


@pytest.mark.parametrize(("number", "revision"), VERSIONS)
def test_every_version_is_upgraded_and_gone_back_to(
    tmp_path: Path, number: int, revision: str
) -> None:
    data = tmp_path / "data"
    make_old(data, number, revision)
    settings, before, rows = Settings(data=data), digests(data), rows_of(data)
    assert versions_of(settings) == (number, revision)
    assert is_old(versions_of(settings))

    tried = {row.table: (row.before, row.after) for row in dry_run(settings, unheard)}
    assert tried["events"] == (EVENTS, EVENTS)
    assert tried["users"] == tried["trackers"] == (1, 1)
    assert digests(data) == before
    assert not (data / FOLDER).exists()
    assert not list((data / "tmp").iterdir())

    done = {row.table: (row.before, row.after) for row in upgrade(settings, NOON, unheard)}
    assert done == tried
    assert versions_of(settings) == CURRENT
    assert not is_old(versions_of(settings))
    assert rows_of(data).items() >= rows.items()
    assert sites(data) == [SITE_ID]
    with OpenStore(data) as store:
        assert store.describe().events == EVENTS

    undone = roll_back(settings, NOON, unheard)
    assert (undone.versions, undone.later_events) == ((number, revision), 0)
    assert digests(data)["events.duckdb"] == before["events.duckdb"]
    assert digests(data)["service.key"] == before["service.key"]
    assert versions_of(settings) == (number, revision)
    assert rows_of(data) == rows
    # And on again.
    upgrade(settings, NOON + 1000, unheard)
    assert versions_of(settings) == CURRENT


def test_nothing_but_an_upgrade_changes_what_an_older_version_wrote(old: Path) -> None:
    before = digests(old)
    with pytest.raises(OutOfDate, match="ezee upgrade"):
        Database.of(Settings(data=old))
    with pytest.raises(OutOfDate), OpenStore(old):
        pass
    done = subprocess.run(
        [*EZEE, "tracker", "list", "--data", str(old)], capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "makes a snapshot first" in " ".join(done.stderr.split()) or "snapshot" in done.stderr
    assert digests(old) == before


def _fail_in_events(patch: pytest.MonkeyPatch) -> None:
    *steps, last = schema.MIGRATIONS
    patch.setattr(schema, "MIGRATIONS", (*steps, f"{last}; select error('no power')"))


def _fail_in_accounts(patch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise SetupError("no power")

    patch.setattr(migrating, "upgrade", fail)


def _lose_an_event(patch: pytest.MonkeyPatch) -> None:
    *steps, last = schema.MIGRATIONS
    patch.setattr(schema, "MIGRATIONS", (*steps, f"{last}; delete from events where seq = 3"))


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (_fail_in_events, "as it was before"),
        (_fail_in_accounts, "no power"),
        (_lose_an_event, f"of events: {EVENTS} and then {EVENTS - 1}"),
    ],
)
def test_an_upgrade_that_fails_is_undone(
    old: Path,
    monkeypatch: pytest.MonkeyPatch,
    harm: Callable[[pytest.MonkeyPatch], None],
    says: str,
) -> None:
    settings, before, rows = Settings(data=old), digests(old), rows_of(old)
    with monkeypatch.context() as patch:
        harm(patch)
        with pytest.raises(SetupError, match=says):
            upgrade(settings, NOON, unheard)
    assert versions_of(settings) == FIRST
    assert digests(old)["events.duckdb"] == before["events.duckdb"]
    assert rows_of(old) == rows
    prepare_folder(old)
    with pytest.raises(SetupError, match="no upgrade to go back from"):
        roll_back(settings, NOON, unheard)
    upgrade(settings, NOON + 1000, unheard)
    assert versions_of(settings) == CURRENT


@pytest.mark.parametrize("harm", [_fail_in_events, _lose_an_event])
def test_a_dry_run_says_that_it_would_fail_and_changes_nothing(
    old: Path, monkeypatch: pytest.MonkeyPatch, harm: Callable[[pytest.MonkeyPatch], None]
) -> None:
    before = digests(old)
    with monkeypatch.context() as patch:
        harm(patch)
        with pytest.raises((SetupError, ValueError)):
            dry_run(Settings(data=old), unheard)
    assert digests(old) == before
    assert not list((old / "tmp").iterdir())


_DYING = """
import os, signal, sys
from pathlib import Path
where = sys.argv.pop(1)
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
from ezee import cli
from ezee.store import copies
from ezee.store.duckdb import schema
from ezee.upgrades import snapshots, state, upgrading
if where == "snapshot":
    snapshots.sha256_of = die
elif where == "state":
    upgrading.write_state = die
elif where == "between":
    copies.migrate = die
elif where == "events":
    import duckdb
    original = schema.migrate
    def half(connection, upto=schema.VERSION):
        original(connection, 3)
        die()
    schema.migrate = half
elif where == "count":
    upgrading._check = die
elif where == "aside":
    original = Path.rename
    def rename(self, target):
        original(self, target)
        if self.name == "events.duckdb":
            die()
    Path.rename = rename
elif where == "back":
    original = Path.replace
    def replace(self, target):
        original(self, target)
        if self.name == ".accounts.sqlite.back":
            die()
    Path.replace = replace
cli.main()
"""


def dying(where: str, data: Path, *command: str) -> None:
    """Run a command that is killed there."""
    done = subprocess.run(
        [sys.executable, "-c", _DYING, where, *command, "--data", str(data)], capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.mark.parametrize("where", ["snapshot", "state", "between", "events", "count"])
def test_an_upgrade_that_is_killed_is_gone_on_with_and_gone_back_from(
    old: Path, where: str
) -> None:
    settings, before, rows = Settings(data=old), digests(old), rows_of(old)
    dying(where, old, "upgrade")
    upgrade(settings, NOON, unheard)
    assert versions_of(settings) == CURRENT
    assert rows_of(old)["events"] == EVENTS
    assert sites(old) == [SITE_ID]
    roll_back(settings, NOON, unheard)
    assert versions_of(settings) == FIRST
    assert digests(old)["events.duckdb"] == before["events.duckdb"]
    assert rows_of(old) == rows


@pytest.mark.parametrize("where", ["aside", "back"])
def test_a_rollback_that_is_killed_is_gone_on_with(old: Path, where: str) -> None:
    settings, before = Settings(data=old), digests(old)
    upgrade(settings, NOON, unheard)
    dying(where, old, "rollback")
    assert (old / ROLLING_BACK).exists()
    with pytest.raises(SetupError, match="ezee rollback"):
        prepare_folder(old)
    undone = roll_back(settings, NOON + 5000, unheard)
    assert versions_of(settings) == FIRST
    assert digests(old)["events.duckdb"] == before["events.duckdb"]
    assert rows_of(undone.aside)["events"] == EVENTS
    prepare_folder(old)


def test_what_was_recorded_between_a_killed_upgrade_and_the_next_is_kept(old: Path) -> None:
    dying("state", old, "upgrade")
    dying("between", old, "upgrade")
    # Where nothing had been migrated an older version might have gone on; here it could not.
    state = read_state(old)
    assert state is not None
    assert state.stage == Stage.UPGRADING
    assert versions_of(Settings(data=old)) == (1, NEWEST)


def test_an_older_version_that_went_on_after_a_killed_upgrade_has_its_events_in_the_snapshot(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(upgrading, "_migrate", _stop)
        with pytest.raises(KeyboardInterrupt):
            upgrade(Settings(data=old), NOON, unheard)
    with duckdb.connect(old / "events.duckdb") as connection:
        connection.execute("insert into events select * replace (99 as seq) from events limit 1")
    upgrade(Settings(data=old), NOON, unheard)
    roll_back(Settings(data=old), NOON, unheard)
    assert rows_of(old)["events"] == EVENTS + 1


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def test_events_that_came_since_are_set_aside(old: Path) -> None:
    settings = Settings(data=old)
    upgrade(settings, NOON, unheard)
    with duckdb.connect(old / "events.duckdb") as connection:
        connection.execute("insert into events select * replace (99 as seq) from events limit 1")
    undone = roll_back(settings, NOON, unheard)
    assert undone.later_events == 1
    assert rows_of(undone.aside)["events"] == EVENTS + 1


def test_a_snapshot_that_is_damaged_is_refused(old: Path) -> None:
    settings = Settings(data=old)
    upgrade(settings, NOON, unheard)
    state = read_state(old)
    assert state is not None
    harmed = old / FOLDER / state.snapshot / "events.duckdb"
    harmed.write_bytes(harmed.read_bytes()[:-1])
    with pytest.raises(SetupError, match=r"damaged: events\.duckdb"):
        roll_back(settings, NOON, unheard)
    assert versions_of(settings) == CURRENT


def test_a_disk_without_room_for_the_snapshot_is_told_first(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = digests(old)
    monkeypatch.setattr(snapshots, "_MARGIN", 1 << 60)
    with pytest.raises(SetupError, match="Nothing was changed"):
        upgrade(Settings(data=old), NOON, unheard)
    with pytest.raises(SetupError, match="Nothing was changed"):
        dry_run(Settings(data=old), unheard)
    assert digests(old) == before


def test_a_folder_that_somebody_has_open_is_left_alone(old: Path) -> None:
    with FolderLock(old):
        with pytest.raises(SetupError, match="at work"):
            upgrade(Settings(data=old), NOON, unheard)
        with pytest.raises(SetupError, match="at work"):
            dry_run(Settings(data=old), unheard)
        with pytest.raises(SetupError, match="at work"):
            roll_back(Settings(data=old), NOON, unheard)


def test_no_salt_is_in_a_snapshot_and_old_snapshots_go(old: Path, tmp_path: Path) -> None:
    (old / "salts.sqlite").write_bytes(b"salt of a visitor " * 100)
    upgrade(Settings(data=old), NOON, unheard)
    needles = together([of_text("salt of a visitor")])
    assert find(old / FOLDER, needles, tmp_path / "scratch") == []
    now = round(time.time() * 1000)
    forget_old(old, now + 13 * 86_400_000)
    assert len(list((old / FOLDER).iterdir())) == 1
    forget_old(old, now + 15 * 86_400_000)
    assert list((old / FOLDER).iterdir()) == []


@pytest.mark.service
def test_a_start_upgrades_and_a_rollback_goes_back(old: Path) -> None:
    service = Service(old).start()
    days = {"from": "2026-03-10", "to": "2026-03-10", "site_id": SITE_ID}
    report = httpx.get(f"{service.url}/api/public/stats", params=days, timeout=60).json()
    assert report["data"]["totals"]["pageviews"] == EVENTS
    assert report["data"]["totals"]["visitors"] == 7
    assert "Making a snapshot." in service.log.read_text()
    running = subprocess.run(
        [*EZEE, "rollback", "--data", str(old)], capture_output=True, text=True
    )
    assert running.returncode == 1
    assert "at work" in running.stderr
    service.collect({"site_id": SITE_ID, "url": "/new"})
    service.stop()
    undone = service.json("rollback")
    assert undone["to"] == {"schema": 1, "revision": "0001"}
    assert undone["later_events"] == 1
    assert schema_of(old) == 1
    tried = json.loads(service.command("upgrade", "--dry-run", "--json"))
    assert (tried["upgraded"], tried["from"]) == (False, {"schema": 1, "revision": "0001"})
    assert "Upgraded." in service.command("upgrade")
    assert "nothing to do" in service.command("upgrade")
