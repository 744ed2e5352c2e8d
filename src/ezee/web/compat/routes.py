"""Which protocol is answered where, as far as the operator wants them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from litestar.types import HTTPScope, Receive, Send

from ezee.events.collector import Collector
from ezee.web.collect import CollectLimit
from ezee.web.compat.goatcounter import GoatCounterApi, GoatCounterPixel
from ezee.web.compat.handler import OtherTracker
from ezee.web.compat.matomo import Matomo
from ezee.web.compat.plausible import Plausible
from ezee.web.compat.protocol import Dialect
from ezee.web.compat.umami import Umami
from ezee.web.services import Services

Handler = Callable[[HTTPScope, Receive, Send], Awaitable[None]]

DIALECTS: dict[str, tuple[Dialect, str]] = {
    "/api/event": (Plausible(), "event"),
    "/api/send": (Umami(), "send"),
    "/api/batch": (Umami(), "batch"),
    "/count": (GoatCounterPixel(), "count"),
    "/api/v0/count": (GoatCounterApi(), "api"),
    "/matomo.php": (Matomo(), "single"),
    "/piwik.php": (Matomo(), "single"),
}
# Below it GoatCounter's paths are a site's own: /goatcounter/<code>/count
_CODED = "/goatcounter/"


class OtherTrackers:
    """Finds the handler of a path."""

    def __init__(self, services: Services, collector: Collector, limit: CollectLimit) -> None:
        wanted = services.settings.other_trackers
        self._trackers = {
            path: (
                OtherTracker(dialect, services.directory, services.authenticator, collector, limit),
                name,
            )
            for path, (dialect, name) in DIALECTS.items()
            if dialect.name in wanted
        }
        self._coded = "goatcounter" in wanted

    def find(self, path: str) -> Handler | None:
        """The handler of that path, None when it is no other tracker's."""
        code = ""
        if self._coded and path.startswith(_CODED):
            code, slash, rest = path.removeprefix(_CODED).partition("/")
            path = f"{slash}{rest}"
            if path not in _OF_A_CODE or not code:
                return None
        found = self._trackers.get(path)
        if found is None:
            return None
        tracker, name = found
        return partial(tracker.answer, path=name, code=code)


_OF_A_CODE = {"/count", "/api/v0/count"}
