"""Carrying out the erasures that are on record: events, visits, imports and salts of a tracker."""

from __future__ import annotations

from ezee.accounts import erasures
from ezee.accounts.database import Database
from ezee.model.site import site_key
from ezee.store.base import EventStore
from ezee.store.changes import Erase
from ezee.store.salts import Salts


def erase_due(database: Database, store: EventStore, salts: Salts) -> int:
    """Erase what removed trackers left behind; returns how many events that were. Blocks."""
    erased = 0
    for site_id in erasures.due(database):
        key = site_key(site_id)
        erased += store.change(Erase(key))
        salts.forget_site(key)
        erasures.done(database, site_id)
    return erased
