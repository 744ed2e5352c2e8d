"""A data folder with something of everything in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from ezee.accounts.database import Database
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tokens import new_token
from ezee.accounts.trackers import TrackerChange, add_tracker
from ezee.accounts.users import add_user
from ezee.backups.making import Made, make_backup
from ezee.model.event import DropReason, Drops, Kind
from ezee.model.site import site_key
from ezee.store.base import Batch
from ezee.store.changes import RollUp
from ezee.store.salts import Salts
from tests.store.engines import DAY, MINUTE, TODAY, bot
from tests.support.events import NOON, PatientStore, event

EMAIL = "alice@example.com"


def unheard(_: str, __: int) -> None:
    """Nobody looks at the progress."""


class Folder(NamedTuple):
    """A data folder, and the tracker in it."""

    path: Path
    site_id: str


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Database, PatientStore]]:
    """Both databases of a folder that nobody else has open."""
    database, store = Database.in_folder(folder), PatientStore(folder)
    try:
        yield database, store
    finally:
        store.close()
        database.close()


def back_up(folder: Folder, into: Path, now: int = NOON) -> Made:
    with opened(folder.path) as (database, store):
        return make_backup(into, folder.path, database, store, now, unheard)


def fill(path: Path) -> Folder:
    """A user, a token, a tracker; events of some days, sales, bots, drops, roll-ups, a salt."""
    path.mkdir()
    with opened(path) as (database, store):
        user = add_user(database, EMAIL, "correct horse battery", "pro", NOON)
        new_token(database, user.id, "A token", NOON)
        change = TrackerChange(name="Blog", domain="example.com", timezone="Europe/Berlin")
        tracker = add_tracker(database, user.id, change, NOON)
        site = site_key(tracker.site_id)
        events = [
            event(
                NOON - at * 7 * MINUTE,
                site=site,
                visitor=at % 9 + (1 << 63),
                page=f"/{at % 5} 'ü\n",
                day=TODAY - at % 3,
                kind=Kind.CUSTOM if at % 4 == 0 else Kind.PAGEVIEW,
                name="buy" if at % 4 == 0 else "pageview",
                amount=-(10**15) + at,
                currency="EUR",
            )
            for at in range(300)
        ]
        store.append(
            Batch(
                events,
                bots=[bot(site=site)],
                drops=[Drops(site, TODAY, str(DropReason.HOSTNAME), 3)],
                tally=9,
            )
        )
        store.change(RollUp(site, True))
        store.append(Batch([event(NOON, site=site, visitor=77)]))
    read_service_key(path)
    (path / "scripts").mkdir(exist_ok=True)
    (path / "scripts" / "ezee.js").write_text("// a version\n")
    salts = Salts(path)
    salts.of(site, TODAY, "UTC", TODAY * DAY)
    salts.save()
    return Folder(path, tracker.site_id)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return fill(tmp_path / "data")
