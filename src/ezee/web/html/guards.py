"""Who looks at a page: somebody who is signed in, or anyone."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from ezee.accounts.sessions import Viewer, find_viewer
from ezee.errors import EzeeError
from ezee.web.html.cookies import SESSION, read_cookie
from ezee.web.services import services_of

Connection = ASGIConnection[Any, Any, Any, Any]


class SignInFirst(EzeeError):
    """A page that is for those who have signed in. The answer leads to where one does."""

    code = "unauthorized"
    default = "Sign in first."


async def anyone(connection: Connection, _: BaseRouteHandler) -> None:
    """Anyone passes; who is signed in is looked up."""
    secret = read_cookie(connection, SESSION)
    services = services_of(connection)
    connection.state["viewer"] = (
        await anyio.to_thread.run_sync(find_viewer, services.database, secret, services.clock.now())
        if secret
        else None
    )


async def signed_in(connection: Connection, handler: BaseRouteHandler) -> None:
    """Whoever is signed in passes."""
    await anyone(connection, handler)
    if connection.state["viewer"] is None:
        raise SignInFirst


def viewer_in(connection: Connection) -> Viewer:
    """The viewer that ``signed_in`` let pass."""
    viewer: Viewer = connection.state["viewer"]
    return viewer
