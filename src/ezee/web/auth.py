"""Bearer tokens on a request: who asks, whether they may, how often."""

from __future__ import annotations

from typing import NamedTuple

import anyio.to_thread

from ezee.accounts.database import Database
from ezee.accounts.plans import REQUESTS_PER_MINUTE
from ezee.accounts.tokens import LastUsed, Principal, authenticate
from ezee.clock import Clock
from ezee.errors import Forbidden, Unauthorized
from ezee.limits import Allowance
from ezee.shared_limits import Quota

_PLAIN_HTTP = (
    "This token came over plain HTTP, where others can read it. Use HTTPS, and replace the token."
)


class Credentials(NamedTuple):
    """What a request says of its sender: the ``Authorization`` header and the scheme it used."""

    authorization: str | None
    scheme: str


class Authenticator:
    """Turns credentials into a principal, by the account database as it is at that moment."""

    def __init__(
        self, database: Database, last_used: LastUsed, clock: Clock, quota: Quota, *, https: bool
    ) -> None:
        self._database = database
        self._last_used = last_used
        self._clock = clock
        self._https = https
        self._quota = quota

    async def identify(self, credentials: Credentials) -> Principal:
        """The principal of a request that must have one.

        Raises:
            Unauthorized: the token is missing, malformed, unknown, revoked or expired.
        """
        scheme, _, plain = (credentials.authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise Unauthorized
        return await anyio.to_thread.run_sync(
            authenticate, self._database, plain.strip(" "), self._clock.now()
        )

    async def identify_if_any(self, credentials: Credentials) -> Principal | None:
        """The principal of a request that need not have one; a bad token is refused all the same.

        Raises:
            Unauthorized: there is a token, and it is bad. Forbidden: it came over plain HTTP.
        """
        if credentials.authorization is None:
            return None
        principal = await self.identify(credentials)
        self.admit(principal, credentials)
        return principal

    async def take(self, principal: Principal) -> Allowance:
        """Take one request out of the token's bucket."""
        return await self._quota.take(principal.token_id, REQUESTS_PER_MINUTE[principal.plan])

    async def used(self, token_id: str, plan: str) -> int:
        """How many requests of a token are yet to be made good for: its use of late."""
        allowance = await self._quota.take(token_id, REQUESTS_PER_MINUTE[plan], 0)
        return allowance.limit - allowance.remaining

    def admit(self, principal: Principal, credentials: Credentials) -> None:
        """Note that the token was used.

        Raises:
            Forbidden: it came over plain HTTP to an HTTPS service, which does nothing with it.
        """
        if self._https and credentials.scheme != "https":
            raise Forbidden(_PLAIN_HTTP)
        self._last_used.note(principal, self._clock.now())


def check_scope(principal: Principal, scope: str) -> None:
    """Raise ``Forbidden`` when the token's scope does not cover ``read`` or ``write``."""
    if not principal.may(scope):
        raise Forbidden(f"This token's scope does not include {scope}.")
