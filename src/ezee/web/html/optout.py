"""The opt-out page: whoever has the owner's link keeps a browser's visits from being counted.

The link holds the tracker's opt-out key, so nobody else can make a browser post these forms.
"""

from __future__ import annotations

from html import escape
from typing import Any

import anyio.to_thread
from litestar import MediaType, Request, Response, get, post
from litestar.datastructures import Cookie

from ezee.accounts.service_key import is_opt_out_key, read_service_key
from ezee.errors import InvalidRequest, NotFound
from ezee.events.steps.wish import COOKIE
from ezee.model.site import SiteConfig
from ezee.web.collect import PATH as COLLECT
from ezee.web.services import Services, services_of

AnyRequest = Request[Any, Any, Any]

_PATH = "/opt-out/{site_id:str}/{key:str}"
_YEAR = 365 * 24 * 60 * 60
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'",
    # The address is the secret.
    "referrer-policy": "no-referrer",
    "x-robots-tag": "noindex",
}


@get(_PATH, include_in_schema=False)
async def ask(request: AnyRequest, site_id: str, key: str) -> Response[str]:
    """The page: what it does, and two buttons."""
    site = await _site(services_of(request), site_id, key)
    return _answer(site, "")


@post(_PATH, include_in_schema=False, status_code=200)
async def choose(request: AnyRequest, site_id: str, key: str) -> Response[str]:
    """What a button does: ``count=no`` sets the cookie, ``count=yes`` removes it."""
    services = services_of(request)
    site = await _site(services, site_id, key)
    match await request.body():
        case b"count=no":
            answer = _answer(site, _NOT_COUNTED)
            answer.set_cookie(_cookie(services, site_id, key, _YEAR))
        case b"count=yes":
            answer = _answer(site, _COUNTED)
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


def _answer(site: SiteConfig, done: str) -> Response[str]:
    page = _PAGE.format(domain=escape(site.domain), done=done)
    return Response(page, media_type=MediaType.HTML, headers=_HEADERS)


_NOT_COUNTED = '<p role="status">Done. Visits with this browser are not counted any more.</p>'
_COUNTED = '<p role="status">Done. Visits with this browser are counted again.</p>'
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Opt out of {domain}</title>
<meta name="viewport" content="width=device-width">
<style>
:root {{ color-scheme: light dark; --paper: #fbfaf7; --ink: #1b1d1f; --accent: #0b6e6e }}
@media (prefers-color-scheme: dark) {{
:root {{ --paper: #141618; --ink: #eceae4; --accent: #4fc4bd }} }}
body {{ font: 15px/1.5 system-ui, sans-serif; background: var(--paper); color: var(--ink);
margin: 15vh auto; max-width: 36rem; padding: 0 1rem }}
button {{ font: inherit; padding: 0.4rem 0.8rem; color: var(--paper); background: var(--accent);
border: 0; border-radius: 4px }}
[role=status] {{ border-left: 3px solid var(--accent); padding-left: 0.8rem }}
</style></head>
<body><h1>Your own visits to {domain}</h1>
{done}
<p>The first button gives this browser a cookie that says, for a year, that its visits to {domain}
are not to be counted. It holds nothing else. The second one removes it.</p>
<form method="post">
<p><button name="count" value="no">Do not count my visits with this browser</button></p>
<p><button name="count" value="yes">Count them again</button></p>
</form>
<p>Some browsers do not send such a cookie from the pages of another site. Where visits are counted
all the same, exclude your address in the tracker's settings.</p>
</body></html>
"""
