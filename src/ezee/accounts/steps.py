"""What waits for a browser's next step: known for minutes, to every node, and taken once.

It is known to us by the SHA-256 of its key, which lies in the browser's cookie. Calls block, and
raise ``Unavailable`` when the database does not answer.
"""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Step

LIFETIME = 10 * 60 * 1000
"""Milliseconds."""
MOST = 10_000
"""So many wait at most; then the oldest make room, for anybody may begin one."""


def put(database: Database, content: str, now: int) -> str:
    """Keep a content; returns its key, which nobody guesses."""
    key = secrets.token_urlsafe(24)
    with seen_by_service(database) as session:
        session.execute(sa.delete(Step).where(Step.expires_at <= now))
        waiting = session.scalar(sa.select(sa.func.count()).select_from(Step)) or 0
        if waiting >= MOST:
            oldest = sa.select(Step.digest).order_by(Step.expires_at).limit(waiting - MOST + 1)
            session.execute(sa.delete(Step).where(Step.digest.in_(oldest)))
        session.add(Step(digest=_digest(key), content=content, expires_at=now + LIFETIME))
    return key


def look(database: Database, key: str, now: int) -> str | None:
    """The content of a key, None when there is none or it is too old."""
    with seen_by_service(database) as session:
        mine = sa.select(Step.content).where(Step.digest == _digest(key), Step.expires_at > now)
        return session.scalar(mine)


def take(database: Database, key: str, now: int) -> str | None:
    """The same, and it is gone: of several who take it at once one has it."""
    with seen_by_service(database) as session:
        mine = sa.delete(Step).where(Step.digest == _digest(key), Step.expires_at > now)
        return session.scalar(mine.returning(Step.content))


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode(errors="surrogatepass")).hexdigest()
