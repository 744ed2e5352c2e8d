"""The cookies of pages: those of whoever uses the dashboard, never of a site's visitors."""

from __future__ import annotations

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from ezee.web.services import services_of

Connection = ASGIConnection[Any, Any, Any, Any]

SESSION = "session"
FORM = "form"
STEP = "step"
LANGUAGE = "language"
LOOK = "look"
YEAR = 365 * 24 * 3600


def cookie_name(connection: Connection, name: str) -> str:
    """Under HTTPS its name keeps other hosts of the domain from setting it."""
    return f"__Host-ezee_{name}" if services_of(connection).settings.https else f"ezee_{name}"


def read_cookie(connection: Connection, name: str) -> str:
    """What the browser sent, "" for nothing."""
    return connection.cookies.get(cookie_name(connection, name), "")


def make_cookie(
    connection: Connection, name: str, value: str, seconds: int | None = None
) -> Cookie:
    """A cookie for so many seconds, None for until the browser is closed; 0 removes it."""
    return Cookie(
        cookie_name(connection, name),
        path="/",
        value=value,
        max_age=seconds,
        secure=services_of(connection).settings.https,
        httponly=True,
        samesite="lax",
    )
