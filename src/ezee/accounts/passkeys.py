"""Passkeys: what is kept of them, and checking what a browser answers with one.

The library that reads them, ``webauthn``, is an extra; without it nothing of this is offered.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple

import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by, seen_by_service
from ezee.accounts.sessions import Viewer
from ezee.accounts.tables import Passkey, User
from ezee.errors import InvalidRequest, NotFound

NAME_LIMIT = 100
PASSKEY_LIMIT = 20
_REFUSED = "The passkey was not accepted. Try again."


class Place(NamedTuple):
    """Where passkeys are good for: the host's name, and the whole origin."""

    host: str
    origin: str


def are_there_passkeys() -> bool:
    """Whether the extra is installed."""
    return find_spec("webauthn") is not None


def list_passkeys(database: Database, viewer: str) -> list[Passkey]:
    """The viewer's passkeys, oldest first."""
    with seen_by(database, viewer) as session:
        return list(session.scalars(sa.select(Passkey).order_by(Passkey.created_at, Passkey.id)))


def options_to_add(database: Database, viewer: Viewer, place: Place) -> tuple[str, bytes]:
    """What a browser needs to make a passkey, as JSON, and the challenge in it."""
    import webauthn  # noqa: PLC0415 - an extra
    from webauthn.helpers import structs  # noqa: PLC0415

    known = list_passkeys(database, viewer.user_id)
    options = webauthn.generate_registration_options(
        rp_id=place.host,
        rp_name="ezee",
        user_name=viewer.email,
        user_id=viewer.user_id.encode(),
        exclude_credentials=[
            structs.PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(each.id))
            for each in known
        ],
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.REQUIRED,
            user_verification=structs.UserVerificationRequirement.REQUIRED,
        ),
    )
    return webauthn.options_to_json(options), options.challenge


def add_passkey(
    database: Database,
    viewer: str,
    place: Place,
    challenge: bytes,
    *,
    credential: str,
    name: str,
    now: int,
) -> None:
    """Keep a passkey that a browser has made.

    Raises:
        InvalidRequest: it does not answer the challenge, or there are too many.
    """
    import webauthn  # noqa: PLC0415 - an extra
    from webauthn.helpers import bytes_to_base64url as text_of  # noqa: PLC0415

    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=place.host,
            expected_origin=place.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - whatever it stumbles over came from outside
        raise InvalidRequest(_REFUSED) from None
    with seen_by(database, viewer) as session:
        known = session.scalar(sa.select(sa.func.count()).select_from(Passkey)) or 0
        if known >= PASSKEY_LIMIT:
            raise InvalidRequest(f"An account has up to {PASSKEY_LIMIT} passkeys.")
        session.add(
            Passkey(
                id=text_of(made.credential_id),
                user_id=viewer,
                name="".join(each for each in name if each.isprintable())[:NAME_LIMIT] or "Passkey",
                public_key=text_of(made.credential_public_key),
                sign_count=made.sign_count,
                created_at=now,
                last_used_at=None,
            )
        )


def remove_passkey(database: Database, viewer: str, passkey_id: str) -> None:
    """Remove one of the viewer's passkeys; raises ``NotFound`` for anybody else's."""
    with seen_by(database, viewer) as session:
        row = session.scalar(sa.select(Passkey).where(Passkey.id == passkey_id))
        if row is None:
            raise NotFound
        session.delete(row)


def options_to_sign_in(place: Place) -> tuple[str, bytes]:
    """What a browser needs to answer with a passkey, as JSON, and the challenge in it."""
    import webauthn  # noqa: PLC0415 - an extra
    from webauthn.helpers import structs  # noqa: PLC0415

    options = webauthn.generate_authentication_options(
        rp_id=place.host, user_verification=structs.UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(options), options.challenge


def check_passkey(
    database: Database, place: Place, challenge: bytes, credential: str, now: int
) -> User:
    """The user whose passkey answered the challenge.

    Raises:
        InvalidRequest: it is nobody's, or the answer is not right.
    """
    import webauthn  # noqa: PLC0415 - an extra
    from webauthn.helpers import parse_authentication_credential_json as read  # noqa: PLC0415

    with seen_by_service(database) as session:
        try:
            answer: Any = read(credential)
            row = session.scalars(sa.select(Passkey).where(Passkey.id == answer.id)).one()
            checked = webauthn.verify_authentication_response(
                credential=answer,
                expected_challenge=challenge,
                expected_rp_id=place.host,
                expected_origin=place.origin,
                credential_public_key=webauthn.base64url_to_bytes(row.public_key),
                credential_current_sign_count=row.sign_count,
                require_user_verification=True,
            )
        except Exception:  # noqa: BLE001 - whatever it stumbles over came from outside
            raise InvalidRequest(_REFUSED) from None
        row.sign_count, row.last_used_at = checked.new_sign_count, now
        return session.scalars(sa.select(User).where(User.id == row.user_id)).one()
