"""Who is here now: asked once, or watched."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Request, Response, get
from litestar.types import ASGIApp

from ezee.accounts.policy import readable_by_public
from ezee.model.site import ReadableSite, SiteConfig
from ezee.stats.reader import Reader
from ezee.web.api.documentation import errors
from ezee.web.api.guards import credentials_of, public, visitor_of
from ezee.web.services import Services, services_of
from ezee.web.watching import BEAT, Watched, Watcher, tell, wants_stream

AnyRequest = Request[Any, Any, Any]


@get(
    "/api/public/live",
    guards=[public],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def live(request: AnyRequest) -> ASGIApp:
    """The visitors of the last five minutes, their pages and sources; a stream where asked for."""
    if wants_stream(request):
        return Watcher(request, _Public(request))
    services, site_id = services_of(request), _site_id(request)
    answer = await anyio.to_thread.run_sync(
        _ask, services, site_id, visitor_of(request), limiter=services.readers
    )
    headers = {"vary": "accept, authorization", "cache-control": "no-cache"}
    response = Response(answer, headers=headers, media_type="application/json")
    return response.to_asgi_response(None, request)


class _Public(Watched):
    """A tracker as anyone may watch it, or its owner by a token, which is looked at again."""

    def __init__(self, request: AnyRequest) -> None:
        self._request = request
        self._services = services_of(request)
        self._viewer = visitor_of(request)
        self._identified_at = self._services.clock.elapsed()

    async def open(self) -> ReadableSite:
        return await anyio.to_thread.run_sync(
            _readable, self._services, _site_id(self._request), self._viewer
        )

    async def check(self, site: SiteConfig | None) -> None:
        now = self._services.clock.elapsed()
        if self._viewer is not None and now - self._identified_at >= BEAT:
            await self._services.authenticator.identify(credentials_of(self._request))
            self._identified_at = now
        readable_by_public(site, self._viewer)


def _site_id(request: AnyRequest) -> str:
    reader = Reader(list(request.query_params.multi_items()), ("site_id",))
    site_ids = reader.all("site_id")
    if len(site_ids) != 1:
        reader.wrong("site_id", "is required, once")
    reader.finish()
    return site_ids[0]


def _ask(services: Services, site_id: str, viewer: str | None) -> bytes:
    return tell(services, _readable(services, site_id, viewer))


def _readable(services: Services, site_id: str, viewer: str | None) -> ReadableSite:
    return readable_by_public(services.directory.find(site_id), viewer)
