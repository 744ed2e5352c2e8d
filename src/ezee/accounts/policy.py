"""Who may see what: the one module that decides it.

An owned table is read through a session of this module and no other. Its listener puts
``user_id = viewer`` on every select, update and delete of an ``Owned`` class, whatever the query
says, likewise ``id = viewer`` on users, and refuses a session that names no viewer. A statement
that the criterion cannot be put on (SQL text, a table instead of its class, a bulk insert) is
refused, not run without it. The operator and the service itself have a viewer of their own,
``EVERYONE``, which has to be asked for by name.

On PostgreSQL the database does the same once more, by policies of its own (``row_security``); the
session names its viewer to it when a transaction begins.

What may be read of a tracker's stats is a ``ReadableSite``, made here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NoReturn

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import (
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    attributes,
    with_loader_criteria,
)

from ezee.accounts import row_security
from ezee.accounts.database import Database
from ezee.accounts.service_key import is_share_key
from ezee.accounts.statements import assigned_columns, reaches_around
from ezee.accounts.tables import Owned, Tracker, User
from ezee.errors import NotFound
from ezee.model.site import ReadableSite, SiteConfig

EVERYONE: Final = row_security.EVERYONE
_VIEWER = "viewer"


@contextmanager
def seen_by(database: Database, viewer: str) -> Iterator[Session]:
    """A transaction in which only the viewer's rows of owned tables exist."""
    with database.session(_ViewersSession) as session:
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
    return _readable(tracker, private=True)


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
    return _readable_site(site, private=owner)


def readable_by_link(
    database: Database, site_id: str, key: str, service_key: bytes
) -> tuple[Tracker, ReadableSite]:
    """A tracker whose owner shows its report to whoever has the link, without private parts.

    Whether the link's password was given is for the caller to ask, see ``shares``.

    Raises:
        NotFound: there is no such tracker, it is not shown, or the key is not that of its link.
    """
    with seen_by_service(database) as session:
        tracker = session.scalar(sa.select(Tracker).where(Tracker.site_id == site_id))
    nonce = bytes.fromhex(tracker.share_nonce or "") if tracker is not None else b""
    # The key is compared in any case: how long it takes tells nothing.
    right = is_share_key(key, service_key, site_id, nonce)
    if tracker is None or not nonce or not right:
        raise NotFound
    return tracker, _readable(tracker, private=False)


def readable_as_counter(site: SiteConfig, *, claimed: bool = False) -> ReadableSite | None:
    """The stats of a tracker to whoever looks at its counter; None: its owner shows none.

    Who has ``claimed`` an old embed's number for it has said so as well.
    """
    if not (site.rules.counter or claimed):
        return None
    return _readable_site(site, private=False)


def readable_by_operator(site: SiteConfig) -> ReadableSite:
    """The stats of a tracker to whoever runs commands on the data folder."""
    return _readable_site(site, private=True)


def _readable(tracker: Tracker, *, private: bool) -> ReadableSite:
    kept_from = tracker.rules.get("kept_from", 0)
    return ReadableSite(tracker.site_id, tracker.timezone, private, kept_from)


def _readable_site(site: SiteConfig, *, private: bool) -> ReadableSite:
    return ReadableSite(site.site_id, site.timezone, private, site.rules.kept_from)


class NoViewer(AssertionError):
    """An owned table was reached for by a session that does not say who is looking."""


class BeyondViewer(AssertionError):
    """A statement or a change that is not, or cannot be, held to the viewer's own rows."""


class _ViewersSession(Session):
    """A session without the doors that lead around the listeners below."""

    def _closed(self, *_: object, **__: object) -> NoReturn:
        raise BeyondViewer

    connection = _closed
    bulk_save_objects = _closed
    bulk_insert_mappings = _closed
    bulk_update_mappings = _closed


def _viewer(session: Session) -> str:
    viewer = session.info.get(_VIEWER)
    if not isinstance(viewer, str):
        raise NoViewer
    return viewer


@event.listens_for(Session, "after_begin")
def _name_the_viewer(session: Session, _: SessionTransaction, connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        row_security.name_viewer(connection, _viewer(session))


@event.listens_for(Session, "do_orm_execute")
def _only_the_viewers_rows(state: ORMExecuteState) -> None:
    viewer = _viewer(state.session)
    if viewer == EVERYONE:
        return
    if state.is_insert or isinstance(state.parameters, list) or reaches_around(state.statement):
        raise BeyondViewer
    if state.is_update and "user_id" in assigned_columns(state):
        raise BeyondViewer
    state.statement = state.statement.options(
        with_loader_criteria(
            Owned,
            lambda table: table.user_id == viewer,
            include_aliases=True,
            track_closure_variables=True,
        ),
        with_loader_criteria(
            User,
            lambda table: table.id == viewer,
            include_aliases=True,
            track_closure_variables=True,
        ),
    )


@event.listens_for(Session, "before_flush")
def _write_only_the_viewers_rows(session: Session, _: UOWTransaction, __: object) -> None:
    viewer = _viewer(session)
    if viewer == EVERYONE:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if isinstance(row, (Owned, User)) and _owners(row) != {viewer}:
            raise BeyondViewer


def _owners(row: Owned | User) -> set[object]:
    """Whose the row is, and whose it was before the change."""
    history = attributes.get_history(row, "id" if isinstance(row, User) else "user_id")
    return {*history.unchanged, *history.added, *history.deleted}
