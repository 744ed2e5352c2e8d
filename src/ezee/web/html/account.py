"""The account of whoever is signed in: profile, password, sessions, use, and its end."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import profile, second_factor, sessions, users
from ezee.accounts.passkeys import are_there_passkeys
from ezee.errors import InvalidRequest
from ezee.web import changing
from ezee.web.html.cookies import SESSION, make_cookie
from ezee.web.html.forms import AnyRequest, field_errors, read_form, wrong
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.html.signing_in import limit_tries
from ezee.web.html.texts import LANGUAGES
from ezee.web.html.use import use_of
from ezee.web.services import services_of

_NOT_THE_SAME = "Type the address exactly as it stands above."


@get("/account", guards=[signed_in], include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    """Everything about it."""
    return await page(request, saved=request.query_params.get("saved", ""))


@post("/account/profile", guards=[signed_in], include_in_schema=False)
async def save_profile(request: AnyRequest) -> Response[Any]:
    """Name and language."""
    form = await read_form(request)
    language = form.text("language")
    try:
        await anyio.to_thread.run_sync(
            profile.change_profile,
            services_of(request).database,
            viewer_in(request).user_id,
            form.text("name"),
            language if language in LANGUAGES else "",
        )
    except InvalidRequest as error:
        return await page(request, status=400, errors=field_errors(error))
    return Redirect("/account?saved=profile#profile", status_code=303)


@post("/account/password", guards=[signed_in], include_in_schema=False)
async def change_password(request: AnyRequest) -> Response[Any]:
    """A new password; every other browser is signed out."""
    form = await read_form(request)
    viewer = viewer_in(request)
    await limit_tries(request, viewer.email)
    try:
        await anyio.to_thread.run_sync(
            profile.change_password,
            services_of(request).database,
            viewer.user_id,
            viewer.session,
            form.secret("old_password")[:1000],
            form.secret("password"),
        )
    except InvalidRequest as error:
        return await page(request, status=400, errors=field_errors(error))
    return Redirect("/account?saved=password#password", status_code=303)


@post("/account/sessions/{session_id:str}/end", guards=[signed_in], include_in_schema=False)
async def end_session(request: AnyRequest, session_id: str) -> Redirect:
    """Sign another browser out."""
    await read_form(request)
    await anyio.to_thread.run_sync(
        sessions.end_session,
        services_of(request).database,
        viewer_in(request).user_id,
        session_id,
    )
    return Redirect("/account#sessions", status_code=303)


@post("/account/sessions/end-others", guards=[signed_in], include_in_schema=False)
async def end_others(request: AnyRequest) -> Redirect:
    """Sign every other browser out."""
    await read_form(request)
    viewer = viewer_in(request)
    await anyio.to_thread.run_sync(
        sessions.end_other_sessions,
        services_of(request).database,
        viewer.user_id,
        viewer.session,
    )
    return Redirect("/account#sessions", status_code=303)


@get("/account/delete", guards=[signed_in], include_in_schema=False)
async def ask_before_deleting(request: AnyRequest) -> Response[Any]:
    """What goes, and what makes sure."""
    return await _delete_form(request, {})


@post("/account/delete", guards=[signed_in], include_in_schema=False)
async def delete(request: AnyRequest) -> Response[Any]:
    """Delete the account with everything of it; the answer is the receipt."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request)
    await limit_tries(request, viewer.email)
    try:
        if form.text("email").lower() != viewer.email:
            raise wrong(email=_NOT_THE_SAME)
        await anyio.to_thread.run_sync(
            profile.confirm_password,
            services.database,
            viewer.user_id,
            form.secret("password")[:1000],
            "password",
        )
    except InvalidRequest as error:
        return await _delete_form(request, field_errors(error), 400)
    site_ids = await anyio.to_thread.run_sync(
        users.remove_user, services.database, viewer.email, services.clock.now()
    )
    erased = await changing.erase_removed(services)
    request.state["viewer"] = None
    answer = render(
        request, "receipt.html", here="/", email=viewer.email, trackers=site_ids, erased=erased
    )
    answer.set_cookie(make_cookie(request, SESSION, "", 0))
    return answer


async def page(request: AnyRequest, *, status: int = 200, **context: Any) -> Response[bytes]:
    """The account's page, with what was ``saved`` or the ``errors`` of a form on it."""
    services, viewer = services_of(request), viewer_in(request)
    user, rows, left = await anyio.to_thread.run_sync(
        lambda: (
            profile.find_self(services.database, viewer.user_id),
            sessions.list_sessions(services.database, viewer.user_id, services.clock.now()),
            second_factor.codes_left(services.database, viewer.user_id),
        )
    )
    use = await use_of(services, viewer)
    given = {"saved": "", "errors": {}, "codes": [], **context}
    return render(
        request,
        "account.html",
        status=status,
        here="/account",
        user=user,
        sessions=rows,
        codes_left=left,
        use=use,
        with_passkeys=are_there_passkeys(),
        **given,
    )


async def _delete_form(
    request: AnyRequest, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    use = await use_of(services_of(request), viewer_in(request))
    return render(request, "delete_account.html", status=status, use=use, errors=errors)
