"""Links to reset a password: once, for a day, and every session ends."""

from __future__ import annotations

import pytest

from ezee.accounts import resets, sessions
from ezee.accounts.database import Database
from ezee.errors import InvalidRequest, NotFound
from tests.accounts.conftest import ALICE, PASSWORD

NOW = 1_800_000_000_000
NEW = "another horse battery"


def test_a_link_works_once_and_ends_every_session(database: Database, alice: str) -> None:
    signed_in = sessions.open_session(database, alice, "", NOW)
    secret = resets.new_reset(database, alice, NOW)
    resets.use_reset(database, secret, NEW, NOW)
    assert sessions.check_password(database, ALICE, PASSWORD) is None
    assert sessions.check_password(database, ALICE, NEW) is not None
    assert sessions.find_viewer(database, signed_in, NOW) is None
    with pytest.raises(NotFound):
        resets.use_reset(database, secret, PASSWORD, NOW)


def test_a_link_works_for_a_day(database: Database, alice: str) -> None:
    secret = resets.new_reset(database, alice, NOW)
    assert resets.find_reset(database, secret, NOW + resets.LIFETIME - 1) == alice
    with pytest.raises(NotFound):
        resets.find_reset(database, secret, NOW + resets.LIFETIME)


def test_a_newer_link_takes_the_place_of_the_older(
    database: Database, alice: str, bob: str
) -> None:
    older, bobs = (resets.new_reset(database, each, NOW) for each in (alice, bob))
    newer = resets.new_reset(database, alice, NOW)
    with pytest.raises(NotFound):
        resets.find_reset(database, older, NOW)
    assert resets.find_reset(database, newer, NOW) == alice
    assert resets.find_reset(database, bobs, NOW) == bob


def test_a_wrong_password_uses_no_link_up(database: Database, alice: str) -> None:
    secret = resets.new_reset(database, alice, NOW)
    with pytest.raises(InvalidRequest):
        resets.use_reset(database, secret, "short", NOW)
    assert resets.find_reset(database, secret, NOW) == alice
    for other in ("", "x", "\ud800"):
        with pytest.raises(NotFound):
            resets.find_reset(database, other, NOW)
