"""API tokens: ``ezi_sk_`` and 64 hex digits, known to us by their SHA-256 only.

A token has 256 random bits, so a plain fast hash is right: there is nothing to guess.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import threading
import uuid
from typing import NamedTuple

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.tables import Token, User
from ezee.errors import FieldError, InvalidRequest, NotFound, Unauthorized

PREFIX_LENGTH = 16
SCOPES = ("read", "write")
NAME_LIMIT = 200

_TOKEN = re.compile(r"ezi_sk_[0-9a-f]{64}")


class NewToken(NamedTuple):
    """A token that was just made: the one time its plain text exists."""

    plain: str
    token: Token


class Principal(NamedTuple):
    """On whose behalf a request comes, by which token."""

    user_id: str
    email: str
    plan: str
    token_id: str
    token_name: str
    prefix: str
    scope: str
    expires_at: int | None

    def may(self, scope: str) -> bool:
        """Whether the token's scope covers ``read`` or ``write``."""
        return scope in self.scope.split()


def new_token(
    database: Database,
    viewer: str,
    name: str,
    now: int,
    *,
    scope: str = "read write",
    expires_at: int | None = None,
    plain: str | None = None,
) -> NewToken:
    """Make a token for the viewer, out of a ``make_plain()`` where one is given. Names may repeat.

    Raises:
        InvalidRequest: the name, the scope or the expiry is wrong.
    """
    plain = plain or make_plain()
    token = Token(
        id=str(uuid.uuid4()),
        user_id=viewer,
        name=_checked_name(name),
        digest=_digest(plain),
        prefix=plain[:PREFIX_LENGTH],
        scope=_checked_scope(scope),
        created_at=now,
        last_used_at=None,
        expires_at=expires_at,
    )
    if expires_at is not None and expires_at <= now:
        raise InvalidRequest.field("expires", "must lie in the future")
    with seen_by(database, viewer) as session:
        session.add(token)
    return NewToken(plain, token)


def list_tokens(database: Database, viewer: str) -> list[Token]:
    """The viewer's active tokens, oldest first."""
    with seen_by(database, viewer) as session:
        return list(session.scalars(sa.select(Token).order_by(Token.created_at, Token.id)))


def regenerate_token(database: Database, viewer: str, token_id: str, now: int) -> NewToken:
    """Put a brand-new token in the old one's place; the old one is dead when this returns.

    Raises:
        NotFound: the viewer has no such token.
    """
    plain = make_plain()
    with seen_by(database, viewer) as session:
        mine = sa.select(Token).where(Token.id == token_id).with_for_update()
        token = session.scalar(mine)
        if token is None:
            raise _no_token(token_id)
        token.digest = _digest(plain)
        token.prefix = plain[:PREFIX_LENGTH]
        token.created_at = now
        token.last_used_at = None
    return NewToken(plain, token)


def revoke_token(database: Database, viewer: str, token_id: str) -> None:
    """Revoke a token for good.

    Raises:
        NotFound: the viewer has no such token.
    """
    with seen_by(database, viewer) as session:
        token = session.scalar(sa.select(Token).where(Token.id == token_id))
        if token is None:
            raise _no_token(token_id)
        session.delete(token)


def authenticate(database: Database, plain: str, now: int) -> Principal:
    """Who a token acts for, as the database says at this moment.

    Raises:
        Unauthorized: it is malformed, unknown, revoked or expired.
    """
    if not _TOKEN.fullmatch(plain):
        raise Unauthorized
    digest = _digest(plain)
    with seen_by_service(database) as session:
        row = session.execute(
            sa.select(Token, User)
            .join(User, User.id == Token.user_id)
            .where(Token.digest == digest)
        ).first()
    if row is None or not hmac.compare_digest(row[0].digest, digest):
        raise Unauthorized
    token, user = row
    if token.expires_at is not None and token.expires_at <= now:
        raise Unauthorized
    return Principal(
        user.id,
        user.email,
        user.plan,
        token.id,
        token.name,
        token.prefix,
        token.scope,
        token.expires_at,
    )


class LastUsed:
    """When tokens were last used: noted in memory, written now and then, all in one go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._noted: dict[str, int] = {}

    def note(self, principal: Principal, now: int) -> None:
        """A request came with this token."""
        with self._lock:
            self._noted[principal.token_id] = now

    def write(self) -> None:
        """Write what was noted since the last time. Blocks.

        Raises:
            Unavailable: the database cannot be written now; what was noted is kept for the next
                time.
        """
        with self._lock:
            noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            with seen_by_service(self._database) as session:
                for token_id, at in noted.items():
                    session.execute(
                        sa.update(Token).where(Token.id == token_id).values(last_used_at=at)
                    )
        except BaseException:
            with self._lock:
                self._noted = noted | self._noted
            raise


def make_plain() -> str:
    """The plain text of a token that is yet to be made."""
    return f"ezi_sk_{secrets.token_hex(32)}"


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


def _checked_name(name: str) -> str:
    text = name.strip()
    if not 0 < len(text) <= NAME_LIMIT or not text.isprintable():
        raise InvalidRequest.field(
            "name", f"must be text of 1 to {NAME_LIMIT} printable characters"
        )
    return text


def _checked_scope(scope: str) -> str:
    parts = scope.replace(",", " ").split()
    if not parts or not set(parts) <= set(SCOPES):
        raise InvalidRequest(
            "The scope is read, write or both.", [FieldError("scope", "is read, write or both")]
        )
    return " ".join(part for part in SCOPES if part in parts)


def _no_token(token_id: str) -> NotFound:
    return NotFound(f"There is no token {token_id}. `ezee token list` shows those there are.")
