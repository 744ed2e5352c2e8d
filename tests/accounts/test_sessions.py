"""Sessions: opened, found, listed and ended."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ezee.accounts import sessions
from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import SignIn
from ezee.accounts.users import remove_user
from ezee.errors import NotFound

NOW = 1_800_000_000_000
PASSWORD = "correct horse battery"


def test_a_password_is_checked_and_the_address_may_be_in_capitals(
    database: Database, alice: str
) -> None:
    found = sessions.check_password(database, " Alice@Example.COM ", PASSWORD)
    assert found is not None
    assert found.id == alice
    assert sessions.check_password(database, "alice@example.com", "wrong") is None
    assert sessions.check_password(database, "nobody@example.com", PASSWORD) is None


def test_a_session_is_found_by_its_secret_which_is_not_stored(
    database: Database, alice: str
) -> None:
    secret = sessions.open_session(database, alice, "Firefox · Linux", NOW)
    viewer = sessions.find_viewer(database, secret, NOW)
    assert viewer is not None
    assert (viewer.user_id, viewer.email, viewer.plan) == (alice, "alice@example.com", "pro")
    with seen_by_service(database) as session:
        row = session.scalars(sa.select(SignIn)).one()
    assert secret not in (row.id, row.digest)
    for other in ("", "x", secret[:-1], "\ud800"):
        assert sessions.find_viewer(database, other, NOW) is None


def test_a_session_ends_thirty_days_after_it_was_last_used(database: Database, alice: str) -> None:
    secret = sessions.open_session(database, alice, "", NOW)
    later = NOW + sessions.LIFETIME
    assert sessions.find_viewer(database, secret, later) is not None
    assert sessions.find_viewer(database, secret, later + sessions.LIFETIME) is not None
    assert sessions.find_viewer(database, secret, later + 2 * sessions.LIFETIME + 1) is None


def test_sessions_are_listed_and_ended_by_their_owner_alone(
    database: Database, alice: str, bob: str
) -> None:
    secrets = [sessions.open_session(database, alice, "", NOW + each) for each in range(3)]
    rows = sessions.list_sessions(database, alice, NOW + 3)
    assert len(rows) == 3
    assert sessions.list_sessions(database, bob, NOW) == []
    with pytest.raises(NotFound):
        sessions.end_session(database, bob, rows[0].id)
    sessions.end_session(database, alice, rows[0].id)
    assert sessions.find_viewer(database, secrets[2], NOW + 3) is None
    sessions.end_other_sessions(database, alice, rows[2].id)
    assert [sessions.find_viewer(database, each, NOW + 3) is None for each in secrets] == [
        False,
        True,
        True,
    ]


def test_sessions_go_with_their_user(database: Database, alice: str) -> None:
    secret = sessions.open_session(database, alice, "", NOW)
    remove_user(database, "alice@example.com", NOW)
    assert sessions.find_viewer(database, secret, NOW) is None
