"""Signing in with a browser: the sessions, known to us by their SHA-256 only.

A session's secret has 256 random bits and lies in the browser's cookie. It ends when its owner
signs out or revokes it, when the password changes, and after 30 days without use.
"""

from __future__ import annotations

import hashlib
import secrets
import uuid
from contextlib import suppress
from functools import cache
from typing import NamedTuple

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.passwords import hash_password, verify_password
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.tables import SignIn, User
from ezee.errors import NotFound, Unavailable

LIFETIME = 30 * 24 * 3600 * 1000
"""Milliseconds without use after which a session ends."""

# How exactly it is known, in milliseconds, when a session was last used: each page would be a
# write otherwise.
_SEEN_EVERY = 5 * 60 * 1000


class Viewer(NamedTuple):
    """Who looks at a page. ``session`` is the id of the browser's session."""

    user_id: str
    email: str
    name: str
    plan: str
    language: str
    session: str


def check_password(database: Database, email: str, password: str) -> User | None:
    """The user with that address and password, None when there is none. Takes tens of
    milliseconds either way, so that nobody learns from the time which addresses there are.
    """
    with seen_by_service(database) as session:
        user = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    stored = _nobodys() if user is None else user.password
    right = verify_password(stored, password)
    return user if right else None


def open_session(database: Database, user_id: str, agent: str, now: int) -> str:
    """Sign a browser in; returns the secret for its cookie. Sessions that have ended are swept."""
    secret = secrets.token_urlsafe(32)
    with seen_by(database, user_id) as session:
        session.execute(sa.delete(SignIn).where(SignIn.last_seen_at < now - LIFETIME))
        session.add(
            SignIn(
                id=str(uuid.uuid4()),
                user_id=user_id,
                digest=_digest(secret),
                agent=agent,
                created_at=now,
                last_seen_at=now,
            )
        )
    return secret


def find_viewer(database: Database, secret: str, now: int) -> Viewer | None:
    """Who is signed in by that secret, None for nobody."""
    with seen_by_service(database) as session:
        row = session.execute(
            sa.select(SignIn, User)
            .join(User, User.id == SignIn.user_id)
            .where(SignIn.digest == _digest(secret), SignIn.last_seen_at >= now - LIFETIME)
        ).first()
        if row is None:
            return None
        signed_in, user = row
    if now - signed_in.last_seen_at >= _SEEN_EVERY:
        # On a full disk, say, who is signed in stays so.
        with suppress(Unavailable):
            _note_seen(database, signed_in.id, now)
    return Viewer(user.id, user.email, user.name, user.plan, user.language, signed_in.id)


def _note_seen(database: Database, session_id: str, now: int) -> None:
    with seen_by_service(database) as session:
        session.execute(sa.update(SignIn).where(SignIn.id == session_id).values(last_seen_at=now))


def list_sessions(database: Database, viewer: str, now: int) -> list[SignIn]:
    """The viewer's sessions, the one used last first."""
    current = SignIn.last_seen_at >= now - LIFETIME
    with seen_by(database, viewer) as session:
        return list(
            session.scalars(
                sa.select(SignIn).where(current).order_by(SignIn.last_seen_at.desc(), SignIn.id)
            )
        )


def end_session(database: Database, viewer: str, session_id: str) -> None:
    """End one of the viewer's sessions; its cookie is worth nothing when this returns.

    Raises:
        NotFound: it does not exist or is not the viewer's.
    """
    with seen_by(database, viewer) as session:
        row = session.scalar(sa.select(SignIn).where(SignIn.id == session_id))
        if row is None:
            raise NotFound
        session.delete(row)


def end_other_sessions(database: Database, viewer: str, kept: str) -> None:
    """End every session of the viewer's but the one with the id ``kept``."""
    with seen_by(database, viewer) as session:
        session.execute(sa.delete(SignIn).where(SignIn.id != kept))


@cache
def _nobodys() -> str:
    """A hash that is as dear to check as a user's."""
    return hash_password(secrets.token_urlsafe(16))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
