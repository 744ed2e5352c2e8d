"""The Tokens tab: every active token, and making, regenerating and revoking them.

A dialog is part of the page at an address of its own, so that all of it works without scripts.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import tokens
from ezee.accounts.tables import Token
from ezee.errors import InvalidRequest, NotFound
from ezee.model.calendar import DAY
from ezee.web.html.forms import AnyRequest, field_errors, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.services import Services, services_of

LIFETIMES = ("", "30", "90", "365")
"""Days a new token may be good for; "" is for good."""


@get("/tokens", guards=[signed_in], include_in_schema=False)
async def list_all(request: AnyRequest) -> Response[Any]:
    """The table."""
    return await _page(request)


@get("/tokens/new", guards=[signed_in], include_in_schema=False)
async def ask_for_new(request: AnyRequest) -> Response[Any]:
    """The dialog that asks for a name."""
    return await _page(request, "new")


@post("/tokens/new", guards=[signed_in], include_in_schema=False)
async def make(request: AnyRequest) -> Response[Any]:
    """Make a token, and show it: this is the one answer that has it."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    now = services.clock.now()
    days = form.text("days")
    try:
        if days not in LIFETIMES:
            raise InvalidRequest.field("days", "is one of those in the list")
        made = await anyio.to_thread.run_sync(
            lambda: tokens.new_token(
                services.database,
                viewer,
                form.text("name"),
                now,
                scope=" ".join(form.all("scope")),
                expires_at=now + int(days) * DAY if days else None,
            )
        )
    except InvalidRequest as error:
        return await _page(
            request,
            "new",
            status=400,
            errors=field_errors(error),
            name=form.text("name"),
            scopes=form.all("scope"),
            days=days,
        )
    return await _page(request, "made", token=made.token, plain=made.plain)


@get(
    ["/tokens/{token_id:str}/regenerate", "/tokens/{token_id:str}/revoke"],
    guards=[signed_in],
    include_in_schema=False,
)
async def ask_first(request: AnyRequest, token_id: str) -> Response[Any]:
    """The dialog that asks before a token is regenerated or revoked."""
    deed = request.scope["path"].rpartition("/")[2]
    services, viewer = services_of(request), viewer_in(request).user_id
    token = await anyio.to_thread.run_sync(_find, services, viewer, token_id)
    return await _page(request, deed, token=token)


@post("/tokens/{token_id:str}/regenerate", guards=[signed_in], include_in_schema=False)
async def regenerate(request: AnyRequest, token_id: str) -> Response[Any]:
    """Put a new token in an old one's place, and show it."""
    await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    made = await anyio.to_thread.run_sync(
        tokens.regenerate_token, services.database, viewer, token_id, services.clock.now()
    )
    return await _page(request, "made", token=made.token, plain=made.plain)


@post("/tokens/{token_id:str}/revoke", guards=[signed_in], include_in_schema=False)
async def revoke(request: AnyRequest, token_id: str) -> Redirect:
    """Revoke a token for good."""
    await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    await anyio.to_thread.run_sync(tokens.revoke_token, services.database, viewer, token_id)
    return Redirect("/tokens", status_code=303)


def _find(services: Services, viewer: str, token_id: str) -> Token:
    for token in tokens.list_tokens(services.database, viewer):
        if token.id == token_id:
            return token
    raise NotFound


async def _page(
    request: AnyRequest, dialog: str = "", *, status: int = 200, **context: Any
) -> Response[bytes]:
    services = services_of(request)
    rows = await anyio.to_thread.run_sync(
        tokens.list_tokens, services.database, viewer_in(request).user_id
    )
    given = {
        "errors": {},
        "name": "",
        "scopes": list(tokens.SCOPES),
        "days": "",
        "token": None,
        "plain": "",
        **context,
    }
    return render(
        request,
        "tokens.html",
        status=status,
        here="/tokens",
        tokens=rows,
        dialog=dialog,
        lifetimes=LIFETIMES,
        **given,
    )
