"""Looking at something that may hang, without hanging."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from ezee.errors import EzeeError

_T = TypeVar("_T")


class Probe(Generic[_T]):
    """One thing to be looked at, in a thread of its own and once at a time.

    Whoever comes while it is being looked at is told the same. ``patience`` is in seconds.
    """

    def __init__(self, look: Callable[[], _T], patience: float) -> None:
        self._look = look
        self._patience = patience
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")
        self._looking: Future[_T] | None = None

    async def ask(self) -> _T | None:
        """What it looks like; None when it does not answer, or not in time."""
        if self._looking is None or self._looking.done():
            self._looking = self._thread.submit(self._look)
        looking = asyncio.wrap_future(self._looking)
        try:
            return await asyncio.wait_for(asyncio.shield(looking), self._patience)
        except (TimeoutError, EzeeError):
            return None
