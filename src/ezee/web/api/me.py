"""``/api/v1/me``: whose token this is, and what it may do."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, get

from ezee.accounts.plans import REQUESTS_PER_MINUTE
from ezee.model.calendar import utc_text
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of


class Limits(msgspec.Struct, frozen=True):
    """What the plan allows."""

    requests_per_minute: int


class TokenInfo(msgspec.Struct, frozen=True):
    """The token that asks. ``scope`` is ``read``, ``write`` or both with a space between."""

    name: str
    prefix: str
    scope: str
    expires_at: str | None


class Me(msgspec.Struct, frozen=True):
    """The account behind a token."""

    email: str
    plan: str
    limits: Limits
    token: TokenInfo


class MeAnswer(msgspec.Struct, frozen=True):
    """The answer."""

    data: Me


@get("/api/v1/me", guards=[bearer("read")], responses=errors(401, 403, 429))
async def me(request: Request[Any, Any, Any]) -> MeAnswer:
    """The account, its limits and the token that asks."""
    principal = principal_of(request)
    expires_at = None if principal.expires_at is None else utc_text(principal.expires_at)
    return MeAnswer(
        Me(
            principal.email,
            principal.plan,
            Limits(REQUESTS_PER_MINUTE[principal.plan]),
            TokenInfo(principal.token_name, principal.prefix, principal.scope, expires_at),
        )
    )
