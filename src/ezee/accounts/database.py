"""The account database: opening it, bringing its schema up to date, and its sessions.

It is an SQLite file in the data folder or, for several nodes, a PostgreSQL database by its URL.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import (
    DBAPIError,
    IntegrityError,
    OperationalError,
    ProgrammingError,
    SQLAlchemyError,
)
from sqlalchemy.orm import Session

from ezee.accounts import row_security
from ezee.accounts.embedded import make_engine
from ezee.accounts.migrations import NEWEST
from ezee.errors import OutOfDate, SetupError, Unavailable
from ezee.settings import Settings

FILE_NAME = "accounts.sqlite"

_SAMPLE = "postgresql://ezee@db.example.com/ezee"
_NO_URL = f"The account database is named by an address such as {_SAMPLE}."
_NOT_MIGRATED = (
    "The schema of the account database is not this version's. Name the role that owns it, once, "
    "with EZEE_ACCOUNTS_OWNER."
)
# A server that is away is told to callers in seconds, and one that came back is used at once.
_SERVER: dict[str, Any] = {
    "pool_pre_ping": True,
    "pool_size": 8,
    "max_overflow": 24,
    "pool_timeout": 5,
    "connect_args": {
        "connect_timeout": 3,
        # Where packets are lost without a word: what was sent, in milliseconds, and what is waited
        # for, in seconds.
        "tcp_user_timeout": 5_000,
        "keepalives_idle": 3,
        "keepalives_interval": 1,
        "options": "-c statement_timeout=10s -c idle_in_transaction_session_timeout=30s",
    },
}
# What a migration begins with. The number is any that nobody else locks.
_ALONE = {
    "sqlite": "begin immediate",
    "postgresql": "select pg_advisory_xact_lock(4021960)",
}
# What ``moving`` leaves behind tells by this that nothing may be changed there any more.
MOVED = "accounts have moved"
_MOVED_SENTENCE = (
    "Accounts have moved to another database, which will be used in a moment. Nothing was "
    "changed; try again shortly."
)
_USED_SOON = 2
_ONE_BY_ONE = "select pg_advisory_xact_lock(4021961)"


class Database:
    """Hands out sessions. Calls block."""

    def __init__(self, url: str) -> None:
        if url.startswith("sqlite:"):
            self.engine = make_engine(url)
        else:
            self.engine = sa.create_engine(with_driver(url), **_SERVER)

    @classmethod
    def of(cls, settings: Settings, *, upgrade: bool = False) -> Database:
        """The database that the settings name, its schema up to date. The data folder exists.

        Raises what ``at`` and ``in_folder`` do.
        """
        if settings.accounts:
            return cls.at(settings.accounts, settings.accounts_owner, upgrade=upgrade)
        return cls.in_folder(settings.data, upgrade=upgrade)

    @classmethod
    def in_folder(cls, folder: Path, *, upgrade: bool = False) -> Database:
        """The embedded database of a data folder, its schema up to date.

        Raises what ``migrate`` does.
        """
        path = folder / FILE_NAME
        database = cls(f"sqlite:///{path}")
        try:
            database.migrate(upgrade=upgrade)
        except BaseException:
            database.close()
            raise
        path.chmod(0o600)
        return database

    @classmethod
    def at(cls, url: str, owner_url: str = "", *, upgrade: bool = False) -> Database:
        """The PostgreSQL database at ``url``, its schema up to date, as the service's role.

        ``owner_url`` is that of the role that owns the tables: it alone may bring them up to
        date. Row-level security does not hold for an owner, so the service's role must be another.

        Raises:
            SetupError: the schema is out of date and no owner was named, or the service's role is
                one that row-level security does not hold for. OutOfDate: as ``migrate``.
                Unavailable: it does not answer.
        """
        database = cls(with_driver(url).render_as_string(hide_password=False))
        try:
            if owner_url:
                _migrate_as_owner(owner_url, str(database.engine.url.username), upgrade=upgrade)
            database.check()
        except BaseException:
            database.close()
            raise
        return database

    @property
    def is_embedded(self) -> bool:
        """Whether it is a file of the data folder."""
        return self.engine.dialect.name == "sqlite"

    def check(self) -> None:
        """Refuse a database whose schema is not this version's, or whose rows would be open.

        Raises:
            SetupError: it is so. Unavailable: it does not answer.
        """
        try:
            with self.engine.connect() as connection:
                if _revision(connection) != NEWEST:
                    raise SetupError(_NOT_MIGRATED)
                row_security.check(connection)
        except OperationalError as error:
            raise Unavailable("The account database does not answer right now.") from error

    def migrate(self, *, upgrade: bool = False) -> None:
        """Make the tables of a new database; with ``upgrade``, bring an older one up to date.

        Raises:
            OutOfDate: an older version wrote it, and ``upgrade`` is not asked for.
            SetupError: the database was written by a newer version.
            Unavailable: it cannot be written to now.
        """
        try:
            revision = self.revision()
            if "" < revision < NEWEST and not upgrade:
                raise OutOfDate
            if revision != NEWEST:
                self._upgrade()
        except OperationalError as error:
            raise Unavailable("The account database cannot be written to right now.") from error
        except SQLAlchemyError as error:
            raise SetupError("The account database cannot be brought up to date.") from error

    def revision(self) -> str:
        """The schema's revision, "" for none."""
        with self.engine.connect() as connection:
            return _revision(connection)

    def is_current(self) -> bool:
        """Whether the schema is this version's.

        Raises:
            Unavailable: the database does not answer.
        """
        try:
            return self.revision() == NEWEST
        except SQLAlchemyError as error:
            raise Unavailable("The account database does not answer right now.") from error

    def _upgrade(self) -> None:
        from ezee.accounts import migrating  # noqa: PLC0415 - see there

        with self.engine.begin() as connection:
            # One process migrates, others wait for it.
            connection.exec_driver_sql(_ALONE[connection.dialect.name])
            if _revision(connection) != NEWEST:
                migrating.upgrade(connection)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the block runs no other process is in such a block, on the same PostgreSQL.

        An embedded database has one service anyway. Raises ``Unavailable``.
        """
        if self.is_embedded:
            yield
            return
        try:
            with self.engine.begin() as connection:
                connection.exec_driver_sql("set local statement_timeout = '60s'")
                connection.exec_driver_sql(_ONE_BY_ONE)
                yield
        except OperationalError as error:
            raise Unavailable("The account database does not answer right now.") from error

    @contextmanager
    def session(self, kind: type[Session] = Session) -> Iterator[Session]:
        """One transaction; committed when the block ends well.

        Only ``policy`` calls this: its sessions know whose rows they may see.
        """
        try:
            with kind(self.engine, expire_on_commit=False) as session, session.begin():
                yield session
        except OperationalError as error:
            raise Unavailable("The account database does not answer right now.") from error
        except (IntegrityError, ProgrammingError) as error:
            if not _has_moved(error):
                raise
            raise Unavailable(_MOVED_SENTENCE, _USED_SOON) from error

    def become(self, other: Database) -> None:
        """Be what another is from now on; transactions that are open end where they began."""
        old, self.engine = self.engine, other.engine
        old.dispose()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def connect_alone(engine: sa.Engine) -> Any:
    """A driver's connection to a server, which no other user of a pool is given.

    It is there, or has failed, in seconds; raises the driver's own failures.
    """
    _, named = engine.dialect.create_connect_args(engine.url)
    arguments = {**named, **_SERVER["connect_args"], "autocommit": True}
    return engine.dialect.loaded_dbapi.connect(**arguments)


def _has_moved(error: DBAPIError) -> bool:
    """Whether a change was refused because the accounts are elsewhere by now."""
    return MOVED in str(error.orig) or getattr(error.orig, "sqlstate", "") == "42501"


def with_driver(url: str) -> sa.URL:
    """The URL as SQLAlchemy wants it: it names the driver too.

    Raises:
        SetupError: it is not one of PostgreSQL.
    """
    try:
        parsed = sa.make_url(url)
    except SQLAlchemyError:
        raise SetupError(_NO_URL) from None
    if parsed.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise SetupError(_NO_URL)
    if not parsed.username:
        raise SetupError("The address of the account database must name the role: " + _SAMPLE)
    return parsed.set(drivername="postgresql+psycopg")


def version_in(folder: Path) -> str:
    """The revision of the schema that a folder's embedded database has, "" where there is none."""
    if not (folder / FILE_NAME).exists():
        return ""
    database = Database(f"sqlite:///{folder / FILE_NAME}")
    try:
        return database.revision()
    except SQLAlchemyError as error:
        raise SetupError("The account database cannot be read.") from error
    finally:
        database.close()


def copy_file(source: Path, target: Path) -> None:
    """Copy an embedded database as it is at one moment, its log included, whoever has it open."""
    with (
        closing(sqlite3.connect(source, timeout=10)) as there,
        closing(sqlite3.connect(target)) as copy,
    ):
        there.backup(copy)
    target.chmod(0o600)


def _migrate_as_owner(url: str, service: str, *, upgrade: bool) -> None:
    owner = Database(url)
    try:
        owner.migrate(upgrade=upgrade)
        with owner.engine.begin() as connection:
            # Nodes that start at once would change the same things at once.
            connection.exec_driver_sql(_ALONE["postgresql"])
            row_security.apply(connection, service)
    except OperationalError as error:
        raise Unavailable("The account database does not answer right now.") from error
    except SQLAlchemyError as error:
        raise SetupError(
            "The owner of the account database may not set up row-level security there: it must "
            "own the tables, and the service's role must exist."
        ) from error
    finally:
        owner.close()


def _revision(connection: sa.Connection) -> str:
    if not sa.inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(sa.text("select version_num from alembic_version")) or "")
