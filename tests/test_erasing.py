"""Erasures that are on record are carried out, and no byte of what they took is left."""

from __future__ import annotations

from pathlib import Path

from ezee.accounts import erasures
from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.erasing import Part, erase_due, erase_part, preview
from ezee.model.site import site_key
from ezee.store.base import Batch
from ezee.store.changes import Compact
from ezee.store.salts import Salts
from tests.store.test_compacting import found
from tests.support.events import NOON, PatientStore, event

GONE, KEPT = "ezi_00000000000a", "ezi_00000000000b"
TITLES = {GONE: "Letters of Søren 9f2c", KEPT: "Our team 41b7"}


def fill(store: PatientStore) -> None:
    for site_id, title in TITLES.items():
        events = [event(NOON + at, site=site_key(site_id), title=title) for at in range(500)]
        store.append(Batch(events))


def test_a_tracker_that_was_removed_leaves_no_byte_behind(tmp_path: Path) -> None:
    database, store, salts = Database.in_folder(tmp_path), PatientStore(tmp_path), Salts(tmp_path)
    fill(store)
    with seen_by_service(database) as session:
        erasures.record(session, [GONE], NOON)
    assert erase_due(database, store, salts) == 500
    assert erasures.due(database) == []
    # A compaction is owed: the service makes it by itself soon after.
    assert store.change(Compact()) == 1
    store.close()
    database.close()
    assert found(tmp_path, *TITLES.values()) == {TITLES[KEPT]}


def test_an_erasure_that_was_cut_off_takes_what_came_in_between(tmp_path: Path) -> None:
    database, store, salts = Database.in_folder(tmp_path), PatientStore(tmp_path), Salts(tmp_path)
    fill(store)
    for _ in range(2):
        with seen_by_service(database) as session:
            erasures.record(session, [GONE], NOON)
        assert erase_due(database, store, salts) == 500
        fill(store)
    store.close()
    database.close()


def test_a_part_is_told_then_erased_then_told_again(tmp_path: Path) -> None:
    store = PatientStore(tmp_path)
    fill(store)
    part = Part(None, None, "/*")
    assert (preview(store, GONE, part).events, preview(store, GONE, part).applied) == (500, False)
    receipt = erase_part(store, GONE, part, "r", NOON)
    assert (receipt.events, receipt.bytes_gone) == (500, False)
    store.change(Compact())
    assert erase_part(store, GONE, part, "r", NOON + 1).bytes_gone
    assert preview(store, KEPT, part).events == 500
    store.close()
    assert found(tmp_path, *TITLES.values()) == {TITLES[KEPT]}
