"""The tables of the account database, as they are now.

Times are milliseconds UTC. Every table that belongs to a user inherits ``Owned``, which is what
``policy`` puts its criterion on.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """What all tables share."""

    type_annotation_map = {  # noqa: RUF012
        int: BigInteger,
        str: String,
        list[str]: JSON,
        dict[str, Any]: JSON,
    }


class Owned:
    """A row that belongs to one user and is seen by nobody else."""

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class User(Table):
    """Somebody who signs in. ``password`` is an argon2id hash in PHC form.

    ``name`` and ``language`` are "" where none was chosen. ``totp_nonce`` (hex) is what the secret
    of their authenticator is derived from, None: there is none; ``totp_step`` is the newest time
    step whose code was taken, so that none is taken twice.
    """

    __tablename__ = "users"

    id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    password: Mapped[str]
    plan: Mapped[str]
    created_at: Mapped[int]
    name: Mapped[str] = mapped_column(default="")
    language: Mapped[str] = mapped_column(default="")
    totp_nonce: Mapped[str | None] = mapped_column(default=None)
    totp_step: Mapped[int] = mapped_column(default=0)


class Tracker(Owned, Table):
    """A site that is counted.

    ``rules`` are a ``model.rules.SiteRules`` as JSON, without what is left at its default.
    ``signing_nonce`` (hex) tells the signing secret from earlier ones; None: there is none.
    ``share_nonce`` (hex) tells the link that shows its report from earlier ones, None: there is
    none; ``share_password`` is an argon2id hash, None: the link alone is enough.
    ``share_annotations``: that report shows what was annotated.
    ``archived_at`` is when its owner put it away, None: it is in use. ``demo``: its visits are
    made up. ``place`` is where its owner put it among theirs, see ``placing``; 0: nowhere yet.
    """

    __tablename__ = "trackers"
    __table_args__ = (UniqueConstraint("user_id", "domain"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    domain: Mapped[str]
    site_id: Mapped[str] = mapped_column(unique=True)
    timezone: Mapped[str]
    hostnames: Mapped[list[str]]
    public_stats: Mapped[bool] = mapped_column(Boolean)
    rules: Mapped[dict[str, Any]]
    signing_nonce: Mapped[str | None]
    created_at: Mapped[int]
    share_nonce: Mapped[str | None] = mapped_column(default=None)
    share_password: Mapped[str | None] = mapped_column(default=None)
    share_annotations: Mapped[bool] = mapped_column(Boolean, default=False)
    archived_at: Mapped[int | None] = mapped_column(default=None)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    place: Mapped[int] = mapped_column(default=0)


class TrackerName(Owned, Table):
    """What other trackers' clients call a tracker beside its ids.

    It is one of its hosts, by which any protocol may call it (``protocol`` is empty), or an alias.
    """

    __tablename__ = "tracker_names"

    tracker_id: Mapped[str] = mapped_column(
        ForeignKey("trackers.id", ondelete="CASCADE"), primary_key=True
    )
    protocol: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True, index=True)


class Token(Owned, Table):
    """An API token. Only its SHA-256 is kept, and the prefix people know it by."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str]
    scope: Mapped[str]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]
    expires_at: Mapped[int | None]


class OldCounter(Owned, Table):
    """A number by which pages ask for a counter of earlier days, claimed for a tracker.

    ``path`` is the page whose number it shows, all of them where it is empty; ``start`` is what the
    counter had before.
    """

    __tablename__ = "old_counters"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tracker_id: Mapped[str] = mapped_column(
        ForeignKey("trackers.id", ondelete="CASCADE"), index=True
    )
    path: Mapped[str]
    start: Mapped[int]
    claimed_at: Mapped[int]


class Annotation(Owned, Table):
    """What happened on a local day of a tracker, ``2026-10-25``, in its owner's words."""

    __tablename__ = "annotations"

    id: Mapped[str] = mapped_column(primary_key=True)
    tracker_id: Mapped[str] = mapped_column(
        ForeignKey("trackers.id", ondelete="CASCADE"), index=True
    )
    day: Mapped[str]
    text: Mapped[str]
    created_at: Mapped[int]


class SignIn(Owned, Table):
    """A browser that somebody is signed in with: a session.

    ``digest`` is the SHA-256 of what its cookie holds. ``agent`` is a family of browsers and
    systems, such as "Firefox on Linux"; of the address nothing is kept.
    """

    __tablename__ = "sign_ins"

    id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    agent: Mapped[str]
    created_at: Mapped[int]
    last_seen_at: Mapped[int]


class RecoveryCode(Owned, Table):
    """A code that stands in for an authenticator once. Only its SHA-256 is kept."""

    __tablename__ = "recovery_codes"

    digest: Mapped[str] = mapped_column(primary_key=True)


class Passkey(Owned, Table):
    """A passkey: ``id`` is the credential's, ``public_key`` its COSE key, both as base64url."""

    __tablename__ = "passkeys"

    id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    public_key: Mapped[str]
    sign_count: Mapped[int]
    created_at: Mapped[int]
    last_used_at: Mapped[int | None]


class PasswordReset(Owned, Table):
    """A link by which a user chooses a new password, once. Only its SHA-256 is kept."""

    __tablename__ = "password_resets"

    digest: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[int]


class Nonce(Table):
    """What a salt of visitors is derived from, shared by the nodes of a service; see ``salts``.

    ``site`` is a tracker's number, ``day`` the days since 1970 of its local date. In PostgreSQL the
    table is unlogged: it is in no write-ahead log, and so in no archive, replica or base backup.
    """

    __tablename__ = "nonces"
    site: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    population: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    import_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    nonce: Mapped[str]
    made_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)


class Step(Table):
    """What waits for a browser's next step, shared by the nodes of a service; see ``steps``."""

    __tablename__ = "steps"

    digest: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[str]
    expires_at: Mapped[int] = mapped_column(index=True)


class SelfTest(Table):
    """The hidden tracker that ``ezee check`` sends its events to. It belongs to nobody."""

    __tablename__ = "self_tests"

    site_id: Mapped[str] = mapped_column(primary_key=True)


class Erasure(Table):
    """A tracker that is gone and whose events have yet to be erased."""

    __tablename__ = "erasures"

    site_id: Mapped[str] = mapped_column(primary_key=True)
    asked_at: Mapped[int]
