"""What stands before a handler, in the contract's order: token, rate, transport, scope, body."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ezee.accounts.tokens import Principal
from ezee.errors import PayloadTooLarge, UnsupportedMediaType
from ezee.limits import Allowance, line_of
from ezee.web.auth import Credentials, check_scope
from ezee.web.services import services_of

BODY_LIMIT = 1 << 20

Connection = ASGIConnection[Any, Any, Any, Any]
Guard = Callable[[Connection, BaseRouteHandler], Awaitable[None]]


def bearer(scope: str) -> Guard:
    """A guard that lets tokens with ``read`` or ``write`` pass."""

    async def guard(connection: Connection, _: BaseRouteHandler) -> None:
        authenticator = services_of(connection).authenticator
        credentials = credentials_of(connection)
        principal = await authenticator.identify(credentials)
        _enforce(connection, "token", await authenticator.take(principal))
        authenticator.admit(principal, credentials)
        check_scope(principal, scope)
        connection.state["principal"] = principal

    return guard


async def public(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone passes, as often as the public limit allows; a token counts by its own bucket."""
    services = services_of(connection)
    credentials = credentials_of(connection)
    connection.state["principal"] = None
    if credentials.authorization is None:
        if services.settings.public_stats_limit:
            address = connection.client.host if connection.client else ""
            allowance = await services.public_stats.take(
                line_of(address), services.settings.public_stats_limit
            )
            _enforce(connection, "address", allowance)
        return
    principal = await services.authenticator.identify(credentials)
    _enforce(connection, "token", await services.authenticator.take(principal))
    services.authenticator.admit(principal, credentials)
    check_scope(principal, "read")
    connection.state["principal"] = principal


async def json_body(connection: Connection, _: BaseRouteHandler) -> None:
    """The body says it is JSON, and not too much of it."""
    length = connection.headers.get("content-length", "")
    if length.isdigit() and int(length) > BODY_LIMIT:
        raise PayloadTooLarge
    content_type = connection.headers.get("content-type", "").split(";", 1)[0].strip().lower()
    if content_type != "application/json":
        raise UnsupportedMediaType


def credentials_of(connection: Connection) -> Credentials:
    """What a request says of its sender."""
    return Credentials(connection.headers.get("authorization"), connection.scope["scheme"])


def principal_of(connection: Connection) -> Principal:
    """The principal a ``bearer`` guard let pass."""
    principal: Principal = connection.state["principal"]
    return principal


def visitor_of(connection: Connection) -> str | None:
    """The user behind a public request, None for anyone."""
    principal: Principal | None = connection.state["principal"]
    return None if principal is None else principal.user_id


def _enforce(connection: Connection, policy: str, allowance: Allowance) -> None:
    connection.state["rate_limit"] = allowance.headers(policy)
    allowance.enforce()
