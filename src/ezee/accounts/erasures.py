"""Trackers that are gone while their events are not yet.

Accounts and events are two databases, which cannot commit together. So the erasure is recorded
with the removal, and struck off when the events are gone; the service carries out what is left
over from an interrupted one when it starts.
"""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Erasure


def record(session: Session, site_ids: Iterable[str], now: int) -> None:
    """Note, in the transaction that removes the trackers, that their events have to go."""
    session.add_all(Erasure(site_id=site_id, asked_at=now) for site_id in site_ids)


def due(database: Database) -> list[tuple[str, int]]:
    """The ``site_id`` of each tracker whose events have to go, and since when (ms UTC)."""
    asked = sa.select(Erasure.site_id, Erasure.asked_at).order_by(Erasure.asked_at)
    with seen_by_service(database) as session:
        return [(site_id, asked_at) for site_id, asked_at in session.execute(asked)]


def done(database: Database, site_id: str) -> None:
    """Strike an erasure off."""
    with seen_by_service(database) as session:
        session.execute(sa.delete(Erasure).where(Erasure.site_id == site_id))
