"""Links by which a user chooses a new password: each works once, and for a day."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.passwords import checked_password, hash_password
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.tables import PasswordReset, SignIn, User
from ezee.errors import NotFound

LIFETIME = 24 * 3600 * 1000
"""Milliseconds for which a link works."""

_GONE = "This link does not work any more. A link works once, for a day; ask for a new one."


def new_reset(database: Database, user_id: str, now: int) -> str:
    """Make a link's secret for a user; an earlier one is worth nothing then."""
    secret = secrets.token_urlsafe(32)
    with seen_by(database, user_id) as session:
        session.execute(sa.delete(PasswordReset))
        session.add(
            PasswordReset(digest=_digest(secret), user_id=user_id, expires_at=now + LIFETIME)
        )
    return secret


def find_reset(database: Database, secret: str, now: int) -> str:
    """The id of the user whose link that is.

    Raises:
        NotFound: it is nobody's, was used, or is too old.
    """
    with seen_by_service(database) as session:
        row = session.get(PasswordReset, _digest(secret))
    if row is None or row.expires_at <= now:
        raise NotFound(_GONE)
    return row.user_id


def use_reset(database: Database, secret: str, password: str, now: int) -> User:
    """Set the password of the user whose link that is, and end all of their sessions.

    Raises:
        InvalidRequest: the password is too short or too long. NotFound: see ``find_reset``.
    """
    hashed = hash_password(checked_password(password))
    user_id = find_reset(database, secret, now)
    with seen_by(database, user_id) as session:
        used = session.execute(
            sa.delete(PasswordReset).where(PasswordReset.digest == _digest(secret))
        )
        # Of two who use it at once, one does.
        if not used.rowcount:  # type: ignore[attr-defined]
            raise NotFound(_GONE)
        user = session.scalars(sa.select(User)).one()
        user.password = hashed
        session.execute(sa.delete(SignIn))
    return user


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
