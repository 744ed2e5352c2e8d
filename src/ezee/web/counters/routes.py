"""Which counters are answered where: all of them go by the framework, as ``collect`` does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from litestar.types import HTTPScope, Receive, Send

from ezee.counters.asked import PREFIX
from ezee.counters.current import CurrentNumbers
from ezee.counters.pictures import Pictures
from ezee.counters.viewing import Views
from ezee.events.collector import Collector
from ezee.web.counters.counter import CounterHandler
from ezee.web.services import Services

Handler = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


class CounterRoutes:
    """Finds the handler of a path."""

    def __init__(self, services: Services, collector: Collector) -> None:
        numbers = CurrentNumbers(services.store, services.readers, services.clock)
        pictures = Pictures(services.clock)
        views = Views(collector, services.clock)
        self._counter = CounterHandler(services.directory, numbers, pictures, views)

    def find(self, path: str) -> Handler | None:
        """The handler of that path, None when it is no counter's."""
        return self._counter if path.startswith(PREFIX) else None
