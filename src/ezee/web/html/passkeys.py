"""Passkeys: adding and removing them, and signing in with one. Browsers need scripts for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import passkeys
from ezee.accounts.passkeys import Place
from ezee.errors import InvalidRequest, NotFound
from ezee.web.html.cookies import STEP, make_cookie, read_cookie
from ezee.web.html.forms import AnyRequest, read_form
from ezee.web.html.guards import anyone, signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.html.signing_in import let_in, limit_tries
from ezee.web.pending import Challenge
from ezee.web.services import services_of

_TOO_LATE = "That took too long. Try again."


@get("/account/passkeys", guards=[signed_in], include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    """The passkeys there are, and the button that adds one."""
    _check_there()
    rows = await anyio.to_thread.run_sync(
        passkeys.list_passkeys, services_of(request).database, viewer_in(request).user_id
    )
    return render(request, "passkeys.html", passkeys=rows)


@post("/account/passkeys/options", guards=[signed_in], include_in_schema=False, status_code=200)
async def options_to_add(request: AnyRequest) -> Response[Any]:
    """What the browser needs to make one."""
    await read_form(request)
    _check_there()
    options, challenge = await anyio.to_thread.run_sync(
        passkeys.options_to_add, services_of(request).database, viewer_in(request), _place(request)
    )
    return await _asking(request, options, challenge)


@post("/account/passkeys", guards=[signed_in], include_in_schema=False)
async def add(request: AnyRequest) -> Redirect:
    """Keep the one that was made."""
    form = await read_form(request)
    _check_there()
    challenge, services = await _challenge(request), services_of(request)
    await anyio.to_thread.run_sync(
        lambda: passkeys.add_passkey(
            services.database,
            viewer_in(request).user_id,
            _place(request),
            challenge,
            credential=form.text("credential"),
            name=form.text("name"),
            now=services.clock.now(),
        )
    )
    return Redirect("/account/passkeys", status_code=303)


@post("/account/passkeys/{passkey_id:str}/remove", guards=[signed_in], include_in_schema=False)
async def remove(request: AnyRequest, passkey_id: str) -> Redirect:
    """Remove one."""
    await read_form(request)
    await anyio.to_thread.run_sync(
        passkeys.remove_passkey,
        services_of(request).database,
        viewer_in(request).user_id,
        passkey_id,
    )
    return Redirect("/account/passkeys", status_code=303)


@post("/sign-in/passkey/options", guards=[anyone], include_in_schema=False, status_code=200)
async def options_to_sign_in(request: AnyRequest) -> Response[Any]:
    """What the browser needs to answer with one."""
    await read_form(request)
    _check_there()
    await limit_tries(request, "passkeys")
    return await _asking(request, *passkeys.options_to_sign_in(_place(request)))


@post("/sign-in/passkey", guards=[anyone], include_in_schema=False)
async def sign_in(request: AnyRequest) -> Redirect:
    """Sign in with one; it takes the place of both password and second step."""
    form = await read_form(request)
    _check_there()
    await limit_tries(request, "passkeys")
    services = services_of(request)
    user = await anyio.to_thread.run_sync(
        passkeys.check_passkey,
        services.database,
        _place(request),
        await _challenge(request),
        form.text("credential"),
        services.clock.now(),
    )
    return await let_in(request, user, form.text("next"))


def _check_there() -> None:
    if not passkeys.are_there_passkeys():
        raise NotFound


def _place(request: AnyRequest) -> Place:
    """As the browser sees it; a passkey is bound to that, whatever a request claims.

    It is the address that the service is known under, where it was told one.
    """
    settings = services_of(request).settings
    ours = urlsplit(settings.base_url)
    host = ours.netloc if settings.public_url else request.headers.get("host", ours.netloc)
    return Place(urlsplit(f"//{host}").hostname or "", f"{ours.scheme}://{host}")


async def _asking(request: AnyRequest, options: str, challenge: bytes) -> Response[bytes]:
    answer = Response(
        options.encode(), media_type="application/json", headers={"cache-control": "no-store"}
    )
    key = await services_of(request).pending.put(Challenge(challenge))
    answer.set_cookie(make_cookie(request, STEP, key))
    return answer


async def _challenge(request: AnyRequest) -> bytes:
    asked = await services_of(request).pending.take(read_cookie(request, STEP), Challenge)
    if asked is None:
        raise InvalidRequest(_TOO_LATE)
    return asked.challenge
