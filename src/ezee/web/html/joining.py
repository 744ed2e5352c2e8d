"""The first owner's account, made in the browser, and accounts of others where that is open."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import users
from ezee.accounts.service_key import is_set_up_key, read_service_key
from ezee.errors import Conflict, InvalidRequest, NotFound
from ezee.web.html.forms import AnyRequest, Form, field_errors, read_form
from ezee.web.html.guards import anyone
from ezee.web.html.rendering import render, texts_of
from ezee.web.html.signing_in import let_in, limit_tries
from ezee.web.services import Services, services_of


@get("/set-up/{key:str}", guards=[anyone], include_in_schema=False)
async def ask_first_owner(request: AnyRequest, key: str) -> Response[Any]:
    """The form for the first owner, by the link that the first start showed."""
    await anyio.to_thread.run_sync(_check_set_up, services_of(request), key)
    return _set_up_form(request, Form([]), {})


@post("/set-up/{key:str}", guards=[anyone], include_in_schema=False)
async def set_up(request: AnyRequest, key: str) -> Response[Any]:
    """Make the first owner, and sign them in."""
    form = await read_form(request)
    services = services_of(request)
    await anyio.to_thread.run_sync(_check_set_up, services, key)
    try:
        owner = await anyio.to_thread.run_sync(
            users.add_first_user,
            services.database,
            form.text("email"),
            form.secret("password"),
            "pro",
            services.clock.now(),
        )
    except InvalidRequest as error:
        return _set_up_form(request, form, field_errors(error), 400)
    return await let_in(request, owner, "/")


@get("/sign-up", guards=[anyone], include_in_schema=False)
async def ask(request: AnyRequest) -> Response[Any]:
    """The form for a new account, where that is open."""
    _check_open(services_of(request))
    return _sign_up_form(request, Form([]), {})


@post("/sign-up", guards=[anyone], include_in_schema=False)
async def sign_up(request: AnyRequest) -> Response[Any]:
    """Make an account. Whether there was one already is not told."""
    form = await read_form(request)
    services = services_of(request)
    _check_open(services)
    await limit_tries(request, "new accounts")
    try:
        await anyio.to_thread.run_sync(
            users.add_user,
            services.database,
            form.text("email"),
            form.secret("password"),
            "free",
            services.clock.now(),
        )
    except InvalidRequest as error:
        return _sign_up_form(request, form, field_errors(error), 400)
    except Conflict:
        pass
    return Redirect("/sign-in?done=account", status_code=303)


def _check_set_up(services: Services, key: str) -> None:
    if users.are_there_users(services.database) or not is_set_up_key(
        key, read_service_key(services.settings.data)
    ):
        raise NotFound


def _check_open(services: Services) -> None:
    if services.settings.sign_up != "open":
        raise NotFound


def _set_up_form(
    request: AnyRequest, form: Form, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    texts = texts_of(request)
    return render(
        request,
        "sign_up.html",
        status=status,
        here="/",
        title=texts.text("Welcome to ezee"),
        about=texts.text("You are the first here. With this account you sign in from now on."),
        email=form.text("email"),
        errors=errors,
    )


def _sign_up_form(
    request: AnyRequest, form: Form, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    title = texts_of(request).text("Make an account")
    return render(
        request,
        "sign_up.html",
        status=status,
        title=title,
        about="",
        email=form.text("email"),
        errors=errors,
    )
