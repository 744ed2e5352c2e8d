"""Setting up the second step of signing in, and turning it off."""

from __future__ import annotations

import re
from typing import Any

import anyio.to_thread
import segno
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import profile, second_factor
from ezee.accounts.service_key import read_service_key
from ezee.errors import Conflict, InvalidRequest
from ezee.web.html.account import page
from ezee.web.html.forms import AnyRequest, field_errors, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.html.signing_in import limit_tries
from ezee.web.services import services_of

_NONCE = re.compile(r"[0-9a-f]{32}")
_ON_ALREADY = "The second step is on already. Turn it off first."


@get("/account/second-step", guards=[signed_in], include_in_schema=False)
async def ask(request: AnyRequest) -> Response[Any]:
    """The key to put into an authenticator, and the field for its first code."""
    return await _form(request, second_factor.new_nonce(), {})


@post("/account/second-step", guards=[signed_in], include_in_schema=False)
async def turn_on(request: AnyRequest) -> Response[Any]:
    """Turn it on, once a code was right; this answer alone shows the recovery codes."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request)
    await limit_tries(request, f"code of {viewer.user_id}")
    nonce = form.text("nonce")
    if not _NONCE.fullmatch(nonce):
        raise InvalidRequest
    user = await anyio.to_thread.run_sync(profile.find_self, services.database, viewer.user_id)
    if user.totp_nonce is not None:
        raise Conflict(_ON_ALREADY)
    try:
        key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
        codes = await anyio.to_thread.run_sync(
            lambda: second_factor.turn_on(
                services.database,
                viewer.user_id,
                key,
                nonce,
                code=form.text("code")[:100],
                now=services.clock.now(),
            )
        )
    except InvalidRequest as error:
        return await _form(request, nonce, field_errors(error), 400)
    return await page(request, codes=codes)


@post("/account/second-step/off", guards=[signed_in], include_in_schema=False)
async def turn_off(request: AnyRequest) -> Response[Any]:
    """Turn it off, by the password."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request)
    await limit_tries(request, viewer.email)
    try:
        await anyio.to_thread.run_sync(
            profile.confirm_password,
            services.database,
            viewer.user_id,
            form.secret("second_password")[:1000],
            "second_password",
        )
    except InvalidRequest as error:
        return await page(request, status=400, errors=field_errors(error))
    await anyio.to_thread.run_sync(second_factor.turn_off, services.database, viewer.user_id)
    return Redirect("/account#second", status_code=303)


async def _form(
    request: AnyRequest, nonce: str, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    services, viewer = services_of(request), viewer_in(request)
    key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
    secret = second_factor.secret_of(key, viewer.user_id, nonce)
    code = segno.make_qr(second_factor.address_of(secret, viewer.email))
    return render(
        request,
        "second_step.html",
        status=status,
        nonce=nonce,
        secret=secret,
        picture=code.svg_data_uri(scale=4, border=2),
        errors=errors,
    )
