"""The order in which owners see their trackers: their own.

Places are below 0, the first the lowest, so that a tracker without one, 0, comes after all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by
from ezee.accounts.tables import Tracker
from ezee.errors import NotFound


class Way(StrEnum):
    """Where to move a tracker."""

    UP = "up"
    DOWN = "down"
    FIRST = "first"
    LAST = "last"


def placed_trackers(database: Database, viewer: str) -> list[Tracker]:
    """The viewer's trackers in their order; those that have no place yet are last, by age."""
    with seen_by(database, viewer) as session:
        return list(session.scalars(_in_order()))


def move_tracker(database: Database, viewer: str, tracker_id: str, way: Way) -> None:
    """Move one of the viewer's trackers among those that are in use. The ends stay where they are.

    Raises:
        NotFound: it does not exist, is not the viewer's, or is archived.
    """
    with seen_by(database, viewer) as session:
        rows = _locked(session)
        shown = [row for row in rows if row.archived_at is None]
        at = next((index for index, row in enumerate(shown) if row.id == tracker_id), None)
        if at is None:
            raise NotFound
        moved = shown.pop(at)
        to = {Way.UP: max(0, at - 1), Way.DOWN: at + 1, Way.FIRST: 0, Way.LAST: len(shown)}[way]
        shown.insert(to, moved)
        _place([*shown, *(row for row in rows if row.archived_at is not None)])


def place_trackers(database: Database, viewer: str, ids: Sequence[str]) -> None:
    """Put the viewer's trackers in this order; those that are not named come after, as they were.

    Ids of others' trackers, and of none, are passed over.
    """
    with seen_by(database, viewer) as session:
        rows = _locked(session)
        wanted = {tracker_id: index for index, tracker_id in enumerate(ids)}
        _place(sorted(rows, key=lambda row: wanted.get(row.id, len(wanted))))


def _in_order() -> sa.Select[Tracker]:
    return sa.select(Tracker).order_by(Tracker.place, Tracker.created_at, Tracker.id)


def _locked(session: Session) -> list[Tracker]:
    # Two who move at once would otherwise each place what the other has moved.
    return list(session.scalars(_in_order().with_for_update()))


def _place(rows: Sequence[Tracker]) -> None:
    for index, row in enumerate(rows):
        row.place = index - len(rows)
