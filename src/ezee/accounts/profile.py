"""What users change about themselves."""

from __future__ import annotations

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.passwords import checked_password, hash_password, verify_password
from ezee.accounts.policy import seen_by
from ezee.accounts.tables import PasswordReset, SignIn, User
from ezee.errors import InvalidRequest

NAME_LIMIT = 100
_WRONG_PASSWORD = "This is not your password."  # noqa: S105


def find_self(database: Database, viewer: str) -> User:
    """The viewer."""
    with seen_by(database, viewer) as session:
        return session.scalars(sa.select(User)).one()


def change_profile(database: Database, viewer: str, name: str, language: str) -> None:
    """Change name and language; "" for none.

    Raises:
        InvalidRequest: the name is too long or not text.
    """
    if len(name) > NAME_LIMIT or not name.isprintable():
        raise InvalidRequest.field("name", f"must be up to {NAME_LIMIT} printable characters")
    with seen_by(database, viewer) as session:
        user = session.scalars(sa.select(User)).one()
        user.name, user.language = name, language


def confirm_password(database: Database, viewer: str, password: str, field: str) -> None:
    """Raise ``InvalidRequest`` about a field unless that is the viewer's password."""
    if not verify_password(find_self(database, viewer).password, password):
        raise InvalidRequest.field(field, _WRONG_PASSWORD)


def change_password(database: Database, viewer: str, session_id: str, old: str, new: str) -> None:
    """Change the password; every other session than that one ends, and so do links to reset it.

    Raises:
        InvalidRequest: the old one is wrong, or the new one too short or too long.
    """
    checked_password(new)
    confirm_password(database, viewer, old, "old_password")
    hashed = hash_password(new)
    with seen_by(database, viewer) as session:
        session.scalars(sa.select(User)).one().password = hashed
        session.execute(sa.delete(SignIn).where(SignIn.id != session_id))
        session.execute(sa.delete(PasswordReset))
