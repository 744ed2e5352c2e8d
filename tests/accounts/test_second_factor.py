"""The second factor: RFC 6238's codes, each taken once, and recovery codes."""

from __future__ import annotations

import pyotp
import pytest

from ezee.accounts import second_factor
from ezee.accounts.database import Database
from ezee.accounts.profile import find_self
from ezee.errors import InvalidRequest

NOW = 1_800_000_000_000
STEP = 30_000
KEY = b"k" * 32


def code_at(user: str, nonce: str, at: int) -> str:
    return pyotp.TOTP(second_factor.secret_of(KEY, user, nonce)).at(at // 1000)


@pytest.fixture
def nonce(database: Database, alice: str) -> str:
    """Of Alice's second factor, which is on."""
    nonce = second_factor.new_nonce()
    code = code_at(alice, nonce, NOW)
    second_factor.turn_on(database, alice, KEY, nonce, code=code, now=NOW)
    return nonce


def right(database: Database, user: str, code: str, now: int) -> bool:
    return second_factor.is_right(database, user, KEY, code, now)


def test_a_code_is_taken_once(database: Database, alice: str, nonce: str) -> None:
    later = NOW + STEP
    code = code_at(alice, nonce, later)
    assert not right(database, alice, code_at(alice, nonce, NOW), NOW)
    assert right(database, alice, f"{code[:3]} {code[3:]}", later)
    assert not right(database, alice, code, later)


def test_a_clock_may_be_a_step_off(database: Database, alice: str, nonce: str) -> None:
    assert right(database, alice, code_at(alice, nonce, NOW + 2 * STEP), NOW + STEP)
    assert not right(database, alice, code_at(alice, nonce, NOW + 9 * STEP), NOW + 4 * STEP)
    assert right(database, alice, code_at(alice, nonce, NOW + 8 * STEP), NOW + 9 * STEP)


def test_a_wrong_code_turns_nothing_on(database: Database, alice: str) -> None:
    nonce = second_factor.new_nonce()
    for code in ("", "000000x", "é", "\ud800", "1" * 100):
        with pytest.raises(InvalidRequest):
            second_factor.turn_on(database, alice, KEY, nonce, code=code, now=NOW)
    assert find_self(database, alice).totp_nonce is None
    assert not right(database, alice, code_at(alice, nonce, NOW), NOW)


def test_a_recovery_code_works_once_for_its_owner(database: Database, alice: str, bob: str) -> None:
    nonce = second_factor.new_nonce()
    codes = second_factor.turn_on(
        database, alice, KEY, nonce, code=code_at(alice, nonce, NOW), now=NOW
    )
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert not right(database, bob, codes[0], NOW)
    assert right(database, alice, codes[0].upper().replace("-", " "), NOW)
    assert not right(database, alice, codes[0], NOW)
    assert second_factor.codes_left(database, alice) == second_factor.RECOVERY_CODES - 1


def test_turned_off_nothing_is_left_of_it(database: Database, alice: str, nonce: str) -> None:
    second_factor.turn_off(database, alice)
    assert find_self(database, alice).totp_nonce is None
    assert second_factor.codes_left(database, alice) == 0
    assert not right(database, alice, code_at(alice, nonce, NOW + STEP), NOW + STEP)
