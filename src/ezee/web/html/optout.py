"""The opt-out page: whoever has the owner's link keeps a browser's visits from being counted.

The link holds the tracker's opt-out key, so nobody else can make a browser post these forms.
"""

from __future__ import annotations

import anyio.to_thread
from litestar import Response, get, post
from litestar.datastructures import Cookie

from ezee.accounts.service_key import is_opt_out_key, read_service_key
from ezee.errors import InvalidRequest, NotFound
from ezee.events.steps.wish import COOKIE
from ezee.model.site import SiteConfig
from ezee.web.collect import PATH as COLLECT
from ezee.web.html.forms import AnyRequest
from ezee.web.html.rendering import render
from ezee.web.services import Services, services_of

_PATH = "/opt-out/{site_id:str}/{key:str}"
_YEAR = 365 * 24 * 60 * 60
_HEADERS = {"x-robots-tag": "noindex"}


@get(_PATH, include_in_schema=False)
async def ask(request: AnyRequest, site_id: str, key: str) -> Response[bytes]:
    """The page: what it does, and two buttons."""
    site = await _site(services_of(request), site_id, key)
    return _answer(request, site, "")


@post(_PATH, include_in_schema=False, status_code=200)
async def choose(request: AnyRequest, site_id: str, key: str) -> Response[bytes]:
    """What a button does: ``count=no`` sets the cookie, ``count=yes`` removes it."""
    services = services_of(request)
    site = await _site(services, site_id, key)
    match await request.body():
        case b"count=no":
            answer = _answer(request, site, "no")
            answer.set_cookie(_cookie(services, site_id, key, _YEAR))
        case b"count=yes":
            answer = _answer(request, site, "yes")
            answer.set_cookie(_cookie(services, site_id, "", 0))
        case _:
            raise InvalidRequest.field("count", "must be no or yes")
    return answer


async def _site(services: Services, site_id: str, key: str) -> SiteConfig:
    """The tracker of a link; raises ``NotFound`` for one that its owner was not given."""
    service_key = await anyio.to_thread.run_sync(read_service_key, services.settings.data)
    site = services.directory.find(site_id)
    if site is None or not is_opt_out_key(key, service_key, site_id):
        raise NotFound("There is nothing here. An opt-out link must be copied whole.")
    return site


def _cookie(services: Services, site_id: str, value: str, seconds: int) -> Cookie:
    # Browsers send it to another site's pages, which is where it matters, under HTTPS only.
    https = services.settings.https
    return Cookie(
        COOKIE + site_id,
        path=COLLECT,
        value=value,
        max_age=seconds,
        secure=https,
        httponly=True,
        samesite="none" if https else "lax",
    )


def _answer(request: AnyRequest, site: SiteConfig, done: str) -> Response[bytes]:
    return render(request, "opt_out.html", headers=_HEADERS, domain=site.domain, done=done)
