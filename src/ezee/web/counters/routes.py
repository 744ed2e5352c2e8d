"""Which counters are answered where: all of them go by the framework, as ``collect`` does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from litestar.types import HTTPScope, Receive, Send

from ezee.accounts.claims import every_claim
from ezee.counters.asked import PREFIX
from ezee.counters.claimed import ClaimedNumbers
from ezee.counters.countapi import CountApi
from ezee.counters.current import CurrentNumbers
from ezee.counters.hits import PATHS as BADGES
from ezee.counters.hits import Hits
from ezee.counters.old import PATH as OLD
from ezee.counters.pictures import Pictures
from ezee.counters.viewing import Views
from ezee.events.collector import Collector
from ezee.web.counters.countapi import ENDPOINTS, CountApiHandler
from ezee.web.counters.counter import CounterHandler
from ezee.web.counters.hits import HitsHandler
from ezee.web.counters.old import OldCounterHandler
from ezee.web.services import Services

Handler = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


class CounterRoutes:
    """Finds the handler of a path."""

    def __init__(self, services: Services, collector: Collector) -> None:
        numbers = CurrentNumbers(services.store, services.readers, services.clock)
        pictures = Pictures(services.clock)
        views = Views(collector, services.clock)
        self._counter = CounterHandler(services.directory, numbers, pictures, views)
        claims = ClaimedNumbers(partial(every_claim, services.database), services.clock)
        old = OldCounterHandler(services.directory, claims, numbers, pictures, views)
        self._handlers: dict[str, Handler] = {OLD: old}
        self._api = _countapi(services)
        if services.settings.hits_badges:
            hits = Hits(services.store, services.clock, services.settings.hits_badges)
            self._handlers |= dict.fromkeys(BADGES, HitsHandler(hits, services.clock))

    def find(self, path: str) -> Handler | None:
        """The handler of that path, None when it is no counter's."""
        if path.startswith(PREFIX):
            return self._counter
        if self._api is not None and (path.startswith(_API) or path == _CREATE):
            return self._api
        return self._handlers.get(path)


_CREATE = "/create"
_API = tuple(f"/{name}/" for name in ENDPOINTS)


def _countapi(services: Services) -> CountApiHandler | None:
    most = services.settings.countapi_keys
    if not most:
        return None
    api = CountApi(services.store, services.clock, most)
    return CountApiHandler(api, services.authenticator, services.clock)
