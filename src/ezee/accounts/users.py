"""Users: adding, finding, changing, removing."""

from __future__ import annotations

import re
import uuid

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from ezee.accounts import erasures
from ezee.accounts.database import Database
from ezee.accounts.passwords import checked_password, hash_password
from ezee.accounts.plans import PLANS
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Owned, Table, Tracker, User
from ezee.errors import Conflict, InvalidRequest, NotFound

# The lock of PostgreSQL that whoever would be the first waits for: any number of our own.
_FIRST = 0x657A6565
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+")


def add_user(database: Database, email: str, password: str, plan: str, now: int) -> User:
    """Add a user.

    Raises:
        InvalidRequest: the address, the password or the plan is wrong. Conflict: it is taken.
    """
    user = _new(email, password, plan, now)
    try:
        with seen_by_service(database) as session:
            session.add(user)
    except IntegrityError:
        raise Conflict(f"There is a user {user.email} already.") from None
    return user


def add_first_user(database: Database, email: str, password: str, plan: str, now: int) -> User:
    """Add a user where there is none; of several at once one does.

    Raises:
        InvalidRequest: the address, the password or the plan is wrong. NotFound: there is one.
    """
    user = _new(email, password, plan, now)
    try:
        with seen_by_service(database) as session:
            # Whoever has written waits for nobody, and whoever comes next sees what was written.
            if not database.is_embedded:
                session.execute(sa.select(sa.func.pg_advisory_xact_lock(_FIRST)))
            session.add(user)
            session.flush()
            others = sa.select(User.id).where(User.id != user.id).limit(1)
            if session.scalar(others) is not None:
                raise NotFound
    except IntegrityError:
        raise NotFound from None
    return user


def _new(email: str, password: str, plan: str, now: int) -> User:
    address = normal_email(email)
    _check_plan(plan)
    checked_password(password)
    return User(
        id=str(uuid.uuid4()),
        email=address,
        password=hash_password(password),
        plan=plan,
        created_at=now,
    )


def list_users(database: Database) -> list[User]:
    """Every user, oldest first."""
    with seen_by_service(database) as session:
        return list(session.scalars(sa.select(User).order_by(User.created_at, User.id)))


def find_user(database: Database, email: str) -> User:
    """The user with that address; raises ``NotFound`` when there is none."""
    with seen_by_service(database) as session:
        user = session.scalar(sa.select(User).where(User.email == email.strip().lower()))
    if user is None:
        raise NotFound(f"There is no user {email.strip()}. `ezee user list` shows all.")
    return user


def are_there_users(database: Database) -> bool:
    """Whether anybody can sign in."""
    with seen_by_service(database) as session:
        return session.scalar(sa.select(User.id).limit(1)) is not None


def set_plan(database: Database, email: str, plan: str) -> User:
    """Put a user on another plan."""
    _check_plan(plan)
    user = find_user(database, email)
    with seen_by_service(database) as session:
        session.execute(sa.update(User).where(User.id == user.id).values(plan=plan))
    user.plan = plan
    return user


def remove_user(database: Database, email: str, now: int) -> list[str]:
    """Remove a user with everything of theirs.

    Returns the ``site_id`` of each tracker that is gone; their erasure is on record, in the same
    transaction, until ``erasures.done`` says the events are gone as well.
    """
    user = find_user(database, email)
    with seen_by_service(database) as session:
        mine = sa.select(Tracker.site_id).where(Tracker.user_id == user.id)
        site_ids = list(session.scalars(mine))
        erasures.record(session, site_ids, now)
        for mapper in Table.registry.mappers:
            table = mapper.class_
            if issubclass(table, Owned):
                session.execute(sa.delete(table).where(table.user_id == user.id))
        session.execute(sa.delete(User).where(User.id == user.id))
    return site_ids


def normal_email(email: str) -> str:
    """The address as it is stored; raises ``InvalidRequest`` when it is none."""
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address) or len(address) > 254:
        raise InvalidRequest.field("email", "must be an address such as owner@example.com")
    return address


def _check_plan(plan: str) -> None:
    if plan not in PLANS:
        raise InvalidRequest.field("plan", f"must be {' or '.join(PLANS)}")
