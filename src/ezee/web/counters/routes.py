"""Which counters are answered where: all of them go by the framework, as ``collect`` does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

from litestar.types import HTTPScope, Receive, Send

from ezee.accounts.claims import every_claim
from ezee.counters.asked import PREFIX
from ezee.counters.claimed import ClaimedNumbers
from ezee.counters.current import CurrentNumbers
from ezee.counters.old import PATH as OLD
from ezee.counters.pictures import Pictures
from ezee.counters.viewing import Views
from ezee.events.collector import Collector
from ezee.web.counters.counter import CounterHandler
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

    def find(self, path: str) -> Handler | None:
        """The handler of that path, None when it is no counter's."""
        return self._counter if path.startswith(PREFIX) else self._handlers.get(path)
