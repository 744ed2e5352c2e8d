"""Signing in and out."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import second_factor, sessions, users
from ezee.accounts.passkeys import are_there_passkeys
from ezee.accounts.service_key import read_service_key
from ezee.accounts.sessions import LIFETIME
from ezee.accounts.tables import User
from ezee.limits import line_of
from ezee.web.html.agents import agent_family
from ezee.web.html.cookies import FORM, SESSION, STEP, make_cookie, read_cookie
from ezee.web.html.forms import AnyRequest, Form, read_form
from ezee.web.html.guards import anyone, signed_in, viewer_in
from ezee.web.html.preferences import back_to
from ezee.web.html.rendering import render, viewer_of
from ezee.web.pending import SecondStep
from ezee.web.services import Services, services_of

_WRONG_CODE = "This code is not right, or it was used before."
_WRONG = "Address or password is wrong."
# So many people may sign in from one address, as those of an office do.
_ACCOUNTS_OF_ADDRESS = 3


@get("/sign-in", guards=[anyone], include_in_schema=False)
async def ask(request: AnyRequest) -> Response[Any]:
    """The form."""
    following = request.query_params.get("next", "")
    if viewer_of(request) is not None:
        return back_to(following)
    return _form(request, Form([("next", following)]), {})


@post("/sign-in", guards=[anyone], include_in_schema=False)
async def sign_in(request: AnyRequest) -> Response[Any]:
    """Sign in with address and password."""
    form = await read_form(request)
    services = services_of(request)
    email = form.text("email").lower()
    await limit_tries(request, email)
    user = await anyio.to_thread.run_sync(
        sessions.check_password, services.database, email[:254], form.secret("password")[:1000]
    )
    if user is None:
        return _form(request, form, {"": _WRONG}, 400)
    if user.totp_nonce is not None:
        return await _to_second_step(request, user, form.text("next"))
    return await let_in(request, user, form.text("next"))


@get("/sign-in/code", guards=[anyone], include_in_schema=False)
async def ask_for_code(request: AnyRequest) -> Response[Any]:
    """The form for the second factor, once the password was right."""
    if await services_of(request).pending.look(read_cookie(request, STEP), SecondStep) is None:
        return Redirect("/sign-in", status_code=303)
    return render(request, "code.html", errors={})


@post("/sign-in/code", guards=[anyone], include_in_schema=False)
async def check_code(request: AnyRequest) -> Response[Any]:
    """Sign in with the code of an authenticator, or a recovery code."""
    form = await read_form(request)
    services = services_of(request)
    step = await services.pending.look(read_cookie(request, STEP), SecondStep)
    if step is None:
        return Redirect("/sign-in", status_code=303)
    user = await anyio.to_thread.run_sync(users.find_user, services.database, step.email)
    await limit_tries(request, f"code of {user.id}")
    key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
    right = await anyio.to_thread.run_sync(
        second_factor.is_right,
        services.database,
        user.id,
        key,
        form.text("code")[:100],
        services.clock.now(),
    )
    if not right:
        return render(request, "code.html", status=400, errors={"code": _WRONG_CODE})
    await services.pending.take(read_cookie(request, STEP), SecondStep)
    answer = await let_in(request, user, step.following)
    answer.set_cookie(make_cookie(request, STEP, "", 0))
    return answer


@post("/sign-out", guards=[signed_in], include_in_schema=False)
async def sign_out(request: AnyRequest) -> Redirect:
    """End this browser's session."""
    await read_form(request)
    viewer = viewer_in(request)
    await anyio.to_thread.run_sync(
        sessions.end_session, services_of(request).database, viewer.user_id, viewer.session
    )
    answer = Redirect("/sign-in", status_code=303)
    answer.set_cookie(make_cookie(request, SESSION, "", 0))
    return answer


async def let_in(request: AnyRequest, user: User, following: str) -> Redirect:
    """Sign the browser in, with a session that nobody has had before; an earlier one ends."""
    secret = await anyio.to_thread.run_sync(_renew, services_of(request), request, user)
    answer = back_to(following)
    answer.set_cookie(make_cookie(request, SESSION, secret, LIFETIME // 1000))
    answer.set_cookie(make_cookie(request, FORM, "", 0))
    return answer


async def _to_second_step(request: AnyRequest, user: User, following: str) -> Redirect:
    answer = Redirect("/sign-in/code", status_code=303)
    key = await services_of(request).pending.put(SecondStep(user.email, following))
    answer.set_cookie(make_cookie(request, STEP, key))
    return answer


async def limit_tries(request: AnyRequest, account: str) -> None:
    """Raise ``RateLimited`` when an account or an address was tried too often."""
    services = services_of(request)
    limit, tries = services.settings.sign_in_limit, services.sign_in_tries
    if not limit:
        return
    address = request.client.host if request.client else ""
    line = ("address", line_of(address))
    (await tries.take(line, limit * _ACCOUNTS_OF_ADDRESS)).enforce()
    (await tries.take(("account", account), limit)).enforce()


def _renew(services: Services, request: AnyRequest, user: User) -> str:
    before = viewer_of(request)
    if before is not None:
        sessions.end_session(services.database, before.user_id, before.session)
    family = agent_family(request.headers.get("user-agent", ""))
    return sessions.open_session(services.database, user.id, family, services.clock.now())


def _form(
    request: AnyRequest, form: Form, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    return render(
        request,
        "sign_in.html",
        status=status,
        next=form.text("next"),
        email=form.text("email"),
        errors=errors,
        with_passkeys=are_there_passkeys(),
        done=request.query_params.get("done", ""),
    )
