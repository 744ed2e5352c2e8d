"""Choosing a new password by a link, and getting such a link by mail."""

from __future__ import annotations

import asyncio
from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import profile, resets, users
from ezee.errors import EzeeError, InvalidRequest, NotFound
from ezee.mail import MailServer, send
from ezee.web.errors import log_failure
from ezee.web.html.forms import AnyRequest, field_errors, read_form
from ezee.web.html.guards import anyone
from ezee.web.html.rendering import render, texts_of
from ezee.web.html.signing_in import limit_tries
from ezee.web.html.texts import Texts
from ezee.web.services import Services, services_of

_sending: set[asyncio.Task[None]] = set()


@get("/forgot", guards=[anyone], include_in_schema=False)
async def forgot(request: AnyRequest) -> Response[Any]:
    """How to get a link."""
    mail = services_of(request).mail is not None
    return render(request, "forgot.html", mail=mail, sent=False, errors={})


@post("/forgot", guards=[anyone], include_in_schema=False)
async def send_link(request: AnyRequest) -> Response[Any]:
    """Send a link, if there is such an account; the answer is the same if there is none."""
    form = await read_form(request)
    services = services_of(request)
    if services.mail is None:
        raise NotFound
    email = form.text("email").lower()[:254]
    await limit_tries(request, f"link for {email}")
    # Beside the answer, whose time would tell otherwise.
    task = asyncio.create_task(
        anyio.to_thread.run_sync(_send, services, services.mail, email, texts_of(request))
    )
    _sending.add(task)
    task.add_done_callback(_sending.discard)
    return render(request, "forgot.html", mail=True, sent=True, errors={})


@get("/reset/{secret:str}", guards=[anyone], include_in_schema=False)
async def ask(request: AnyRequest, secret: str) -> Response[Any]:
    """The form for the new password."""
    return await _form(request, secret, {})


@post("/reset/{secret:str}", guards=[anyone], include_in_schema=False)
async def reset(request: AnyRequest, secret: str) -> Response[Any]:
    """Set the new password; on to the sign-in."""
    form = await read_form(request)
    services = services_of(request)
    await limit_tries(request, "links")
    try:
        await anyio.to_thread.run_sync(
            resets.use_reset,
            services.database,
            secret,
            form.secret("password"),
            services.clock.now(),
        )
    except InvalidRequest as error:
        return await _form(request, secret, field_errors(error), 400)
    return Redirect("/sign-in?done=password", status_code=303)


async def _form(
    request: AnyRequest, secret: str, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    """The form, with whose password it is: for the browser, which keeps it."""
    services = services_of(request)

    def find() -> str:
        user = resets.find_reset(services.database, secret, services.clock.now())
        return profile.find_self(services.database, user).email

    email = await anyio.to_thread.run_sync(find)
    return render(request, "new_password.html", status=status, here="/", email=email, errors=errors)


def _send(services: Services, mail: MailServer, email: str, texts: Texts) -> None:
    try:
        user = users.find_user(services.database, email)
        secret = resets.new_reset(services.database, user.id, services.clock.now())
        link = f"{services.settings.base_url}/reset/{secret}"
        subject = texts.text("A new password for ezee")
        body = texts.text(
            "Somebody, you we hope, asked for a new password for this address. "
            "Choose one here, within a day:"
        )
        end = texts.text("If it was not you, do nothing: your password stays as it is.")
        send(mail, user.email, str(subject), f"{body}\n\n{link}\n\n{end}\n")
    except NotFound:
        return
    except EzeeError as failure:
        log_failure(failure)
