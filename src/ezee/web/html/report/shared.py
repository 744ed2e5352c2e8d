"""``/share/{site_id}/{key}``: the report to whoever has its link, and the link's password.

With ``?embed=1`` it may stand within any other page; it is the only page of ours that may. Nothing
of it can be changed, so nothing is won by making somebody click there.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.handlers import BaseRouteHandler
from litestar.response import Redirect, Stream
from litestar.types import ASGIApp

from ezee.accounts.passwords import verify_password
from ezee.accounts.policy import readable_by_link
from ezee.accounts.service_key import read_service_key
from ezee.accounts.shares import LIFETIME, is_open_to, make_pass
from ezee.accounts.tables import Tracker
from ezee.errors import EzeeError, NotFound
from ezee.limits import line_of
from ezee.model.site import ReadableSite
from ezee.web.html.cookies import make_cookie, read_cookie
from ezee.web.html.forms import AnyRequest, read_form
from ezee.web.html.guards import Connection, anyone
from ezee.web.html.rendering import HEADERS, render
from ezee.web.html.report import showing
from ezee.web.html.report.panels import is_private
from ezee.web.html.report.showing import Asked
from ezee.web.html.report.streaming import watch
from ezee.web.html.report.view import View
from ezee.web.html.signing_in import limit_tries
from ezee.web.services import services_of
from ezee.web.watching import wants_stream

PATH = "/share/{site_id:str}/{key:str}"
_WRONG = "This password is not right."
_UNLISTED = {"x-robots-tag": "noindex"}
_FRAMED = {
    **_UNLISTED,
    "content-security-policy": HEADERS["content-security-policy"].replace(
        "frame-ancestors 'none'", "frame-ancestors *"
    ),
}


class _Locked(EzeeError):
    """The report has a password that has yet to be given."""

    code = "unauthorized"
    default = "This report has a password. Open it by its link first."


async def as_often_as_public_stats(connection: Connection, _: BaseRouteHandler) -> None:
    """A link is looked at as often a minute, from one address, as public stats may be."""
    services = services_of(connection)
    limit = services.settings.public_stats_limit
    if limit:
        address = connection.client.host if connection.client else ""
        (await services.public_stats.take(line_of(address), limit)).enforce()


_GUARDS = [as_often_as_public_stats, anyone]


@get(PATH, guards=_GUARDS, include_in_schema=False)
async def report(request: AnyRequest, site_id: str, key: str) -> Response[Any]:
    """The report, or the form for its password."""
    asked = await _asked(request, site_id, key)
    if not await _is_open(request, asked.tracker):
        return _lock(request, asked, {})
    return await showing.show_report(request, asked)


@post(PATH, guards=_GUARDS, include_in_schema=False)
async def unlock(request: AnyRequest, site_id: str, key: str) -> Response[Any]:
    """Take the password; the browser gets a pass for half a day."""
    form = await read_form(request)
    asked = await _asked(request, site_id, key)
    await limit_tries(request, f"link of {site_id}")
    stored, given = asked.tracker.share_password, form.secret("password")[:1000]
    if stored is not None and not await anyio.to_thread.run_sync(verify_password, stored, given):
        return _lock(request, asked, {"password": _WRONG}, 400)
    services = services_of(request)
    service_key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
    answer = Redirect(asked.base, status_code=303)
    shown = make_pass(asked.tracker, service_key, services.clock.now())
    answer.set_cookie(make_cookie(request, _cookie(asked.tracker), shown, LIFETIME // 1000))
    return answer


@get(PATH + "/all/{dimension:str}", guards=_GUARDS, include_in_schema=False)
async def whole_list(request: AnyRequest, site_id: str, key: str, dimension: str) -> Response[Any]:
    """Every value of a dimension, but for properties."""
    asked = await _opened(request, site_id, key, dimension)
    return await showing.show_list(request, asked, dimension)


@get(PATH + "/csv/{dimension:str}", guards=_GUARDS, include_in_schema=False)
async def table_file(request: AnyRequest, site_id: str, key: str, dimension: str) -> Stream:
    """The same as CSV."""
    asked = await _opened(request, site_id, key, dimension)
    return await showing.send_table(request, asked, dimension)


@get(PATH + "/filter", guards=_GUARDS, include_in_schema=False)
async def add_filter(request: AnyRequest, site_id: str, key: str) -> Redirect:
    """What the form for a filter sends."""
    return showing.with_filter(request, await _opened(request, site_id, key))


@get(PATH + "/now", guards=_GUARDS, include_in_schema=False)
async def now(request: AnyRequest, site_id: str, key: str) -> ASGIApp:
    """Who is here now: a stream where asked for."""
    if wants_stream(request):
        return watch(request, lambda: _opened(request, site_id, key))
    page = await showing.show_now(request, await _opened(request, site_id, key))
    return page.to_asgi_response(None, request)


async def _asked(request: AnyRequest, site_id: str, key: str) -> Asked:
    services = services_of(request)

    def find() -> tuple[Tracker, ReadableSite]:
        service_key = read_service_key(services.settings.data)
        return readable_by_link(services.database, site_id, key, service_key)

    tracker, site = await anyio.to_thread.run_sync(find)
    view = View.of(request.scope["path"], list(request.query_params.multi_items())[:200])
    if is_private(view.one("events")):
        view = view.with_(events="")
    if view.one("embed") not in {"", "1"}:
        view = view.with_(embed="")
    headers = _FRAMED if view.one("embed") else _UNLISTED
    return Asked(tracker, site, view, f"/share/{site_id}/{key}", True, tuple(headers.items()))


async def _opened(request: AnyRequest, site_id: str, key: str, dimension: str = "") -> Asked:
    """What is behind a link whose password, if it has one, was given."""
    asked = await _asked(request, site_id, key)
    if not await _is_open(request, asked.tracker):
        raise _Locked
    if is_private(dimension):
        raise NotFound
    return asked


async def _is_open(request: AnyRequest, tracker: Tracker) -> bool:
    services = services_of(request)
    service_key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
    shown = read_cookie(request, _cookie(tracker))
    return is_open_to(tracker, shown, service_key, services.clock.now())


def _cookie(tracker: Tracker) -> str:
    return f"share_{tracker.site_id}"


def _lock(
    request: AnyRequest, asked: Asked, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    return render(
        request,
        "report_lock.html",
        status=status,
        headers=dict(asked.headers),
        here=asked.base,
        base=asked.base,
        site_id=asked.tracker.site_id,
        embed=asked.embed,
        errors=errors,
    )
