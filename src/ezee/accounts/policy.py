"""Who may see what: the one module that decides it.

An owned table is read through a session of this module and no other. Its listener puts
``user_id = viewer`` on every select, update and delete of an ``Owned`` class, whatever the query
says, and refuses a session that names no viewer. The operator and the service itself have a
viewer of their own, ``EVERYONE``, which has to be asked for by name.

What may be read of a tracker's stats is a ``ReadableSite``, made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction, with_loader_criteria

from ezee.accounts.database import Database
from ezee.accounts.tables import Owned, Tracker
from ezee.errors import NotFound
from ezee.model.site import ReadableSite, SiteConfig

EVERYONE: Final = "*"
_VIEWER = "viewer"


@contextmanager
def seen_by(database: Database, viewer: str) -> Iterator[Session]:
    """A transaction in which only the viewer's rows of owned tables exist."""
    with database.session() as session:
        session.info[_VIEWER] = viewer
        yield session


@contextmanager
def seen_by_service(database: Database) -> Iterator[Session]:
    """A transaction of the service or its operator, who see everyone's rows."""
    with seen_by(database, EVERYONE) as session:
        yield session


def readable_by_owner(database: Database, viewer: str, tracker_id: str) -> ReadableSite:
    """The stats of one of the viewer's own trackers, private parts included.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        tracker = session.scalar(sa.select(Tracker).where(Tracker.id == tracker_id))
    if tracker is None:
        raise NotFound
    return ReadableSite(tracker.site_id, tracker.timezone, private=True)


def readable_by_public(site: SiteConfig | None, viewer: str | None) -> ReadableSite:
    """The stats that anyone may read, or, to its owner, of a tracker that is not public.

    Raises:
        NotFound: there is no such tracker, or it is not public.
    """
    if site is None:
        raise NotFound("There is no tracker with this site_id, or its stats are not public.")
    owner = viewer is not None and viewer == site.owner
    if not owner and not site.public_stats:
        raise NotFound("There is no tracker with this site_id, or its stats are not public.")
    return ReadableSite(site.site_id, site.timezone, private=owner)


def readable_by_operator(site: SiteConfig) -> ReadableSite:
    """The stats of a tracker to whoever runs commands on the data folder."""
    return ReadableSite(site.site_id, site.timezone, private=True)


class NoViewer(AssertionError):
    """An owned table was reached for by a session that does not say who is looking."""


def _viewer(session: Session) -> str:
    viewer = session.info.get(_VIEWER)
    if not isinstance(viewer, str):
        raise NoViewer
    return viewer


@event.listens_for(Session, "do_orm_execute")
def _only_the_viewers_rows(state: ORMExecuteState) -> None:
    viewer = _viewer(state.session)
    if viewer == EVERYONE:
        return
    state.statement = state.statement.options(
        with_loader_criteria(
            Owned,
            lambda table: table.user_id == viewer,
            include_aliases=True,
            track_closure_variables=True,
        )
    )


@event.listens_for(Session, "before_flush")
def _write_only_the_viewers_rows(session: Session, _: UOWTransaction, __: object) -> None:
    viewer = _viewer(session)
    if viewer == EVERYONE:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, Owned) and row.user_id != viewer:
            raise NoViewer
