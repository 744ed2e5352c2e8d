"""Passwords: argon2id, with the library's own parameters (RFC 9106, low-memory profile)."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ezee.errors import InvalidRequest

SHORTEST = 10
LONGEST = 1_000

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The hash to store. Takes tens of milliseconds: call it in a thread."""
    return _hasher.hash(password)


def verify_password(stored: str, password: str) -> bool:
    """Whether the password is the one that was hashed."""
    try:
        return _hasher.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def checked_password(password: str) -> str:
    """The password; raises ``InvalidRequest`` when it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise InvalidRequest.field("password", f"must have {SHORTEST} to {LONGEST:,} characters")
    return password


def make_password() -> str:
    """A password of 20 characters (about 119 bits) that a person can still type."""
    letters = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_+="
    return "".join(secrets.choice(letters) for _ in range(20))
