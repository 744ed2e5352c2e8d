"""The second factor: a code of an authenticator (TOTP, RFC 6238), or a recovery code.

The authenticator's secret is derived from the service key and a nonce of the user's, so the
database alone is of no use to whoever copies it.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b32encode

import pyotp
import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by
from ezee.accounts.service_key import authenticator_secret
from ezee.accounts.tables import RecoveryCode, User
from ezee.errors import InvalidRequest

RECOVERY_CODES = 10
_STEP = 30_000
_ISSUER = "ezee"
_WRONG = "This code is not right, or it was used before. A new one comes every 30 seconds."


def new_nonce() -> str:
    """What an authenticator's secret is derived from, before it is confirmed."""
    return secrets.token_hex(16)


def secret_of(service_key: bytes, user_id: str, nonce: str) -> str:
    """The secret as authenticators take it: 32 letters and digits."""
    return b32encode(authenticator_secret(service_key, user_id, nonce)).decode()


def address_of(secret: str, email: str) -> str:
    """The ``otpauth:`` address that a QR code shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=_ISSUER)


def turn_on(
    database: Database, viewer: str, service_key: bytes, nonce: str, *, code: str, now: int
) -> list[str]:
    """Have a second factor, once a code shows that the authenticator is set up.

    Returns the recovery codes, which are stored as hashes alone.

    Raises:
        InvalidRequest: the code is wrong.
    """
    step = _step_of(secret_of(service_key, viewer, nonce), code, now)
    if step is None:
        raise InvalidRequest.field("code", _WRONG)
    codes = [_new_code() for _ in range(RECOVERY_CODES)]
    with seen_by(database, viewer) as session:
        user = session.scalars(sa.select(User)).one()
        user.totp_nonce, user.totp_step = nonce, step
        session.execute(sa.delete(RecoveryCode))
        session.add_all(RecoveryCode(digest=_digest(code), user_id=viewer) for code in codes)
    return codes


def turn_off(database: Database, viewer: str) -> None:
    """Have no second factor."""
    with seen_by(database, viewer) as session:
        session.scalars(sa.select(User)).one().totp_nonce = None
        session.execute(sa.delete(RecoveryCode))


def is_right(database: Database, viewer: str, service_key: bytes, code: str, now: int) -> bool:
    """Whether that is a code of the user's, of either kind; it is used up by that."""
    with seen_by(database, viewer) as session:
        user = session.scalars(sa.select(User)).one()
        if user.totp_nonce is None:
            return False
        step = _step_of(secret_of(service_key, viewer, user.totp_nonce), code, now)
        if step is not None:
            # The update itself is what keeps two from using one code at once.
            newer = sa.update(User).where(User.totp_step < step).values(totp_step=step)
            return bool(session.execute(newer).rowcount)  # type: ignore[attr-defined]
        used = sa.delete(RecoveryCode).where(RecoveryCode.digest == _digest(code))
        return bool(session.execute(used).rowcount)  # type: ignore[attr-defined]


def codes_left(database: Database, viewer: str) -> int:
    """How many recovery codes there are yet."""
    with seen_by(database, viewer) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(RecoveryCode)) or 0


def _step_of(secret: str, code: str, now: int) -> int | None:
    """The time step that a code is of: this one, or one beside it; None for a wrong code."""
    digits = code.replace(" ", "")
    totp = pyotp.TOTP(secret)
    for step in (now // _STEP, now // _STEP - 1, now // _STEP + 1):
        expected = totp.generate_otp(step)
        if hmac.compare_digest(expected.encode(), digits.encode(errors="surrogatepass")):
            return step
    return None


def _new_code() -> str:
    """50 bits: ``k3wq5-7xz2m``."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    text = "".join(secrets.choice(letters) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def _digest(code: str) -> str:
    plain = code.lower().replace(" ", "").replace("-", "")
    return hashlib.sha256(b"recovery|" + plain.encode(errors="surrogatepass")).hexdigest()
