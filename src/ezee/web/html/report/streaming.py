"""Who is here now, told to a report page as it changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ezee.errors import NotFound
from ezee.model.site import ReadableSite, SiteConfig
from ezee.web.html.forms import AnyRequest
from ezee.web.html.report.showing import Asked
from ezee.web.services import services_of
from ezee.web.watching import BEAT, Watched, Watcher

Look = Callable[[], Awaitable[Asked]]


def watch(request: AnyRequest, look: Look) -> Watcher:
    """The stream of a page. ``look`` says whose report it is, or raises: people sign out."""
    return Watcher(request, _Shown(request, look), tells_age=True)


class _Shown(Watched):
    """A tracker as somebody looks at its report."""

    def __init__(self, request: AnyRequest, look: Look) -> None:
        self._clock = services_of(request).clock
        self._look = look
        self._looked_at = self._clock.elapsed()

    async def open(self) -> ReadableSite:
        return (await self._look()).site

    async def check(self, site: SiteConfig | None) -> None:
        if site is None:
            raise NotFound
        now = self._clock.elapsed()
        if now - self._looked_at >= BEAT:
            await self._look()
            self._looked_at = now
