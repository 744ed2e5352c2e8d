"""Events that are gathered and sent in the background of an event loop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Self, Unpack

from ezee_client.answers import Collected
from ezee_client.batching import Gathered, Options
from ezee_client.errors import EzeeError
from ezee_client.events import Event

_PAUSE_AFTER_FAILURE = 5.0


class AsyncBatcher:
    """Gathers events and sends them from a task of its own. ``add`` never waits.

    A failure that may pass keeps the events for later; ``lost`` counts those that are gone. The
    task starts with the first event. ``close`` sends what waits; ``async with`` closes it.
    """

    def __init__(
        self, send: Callable[..., Awaitable[Collected]], /, **options: Unpack[Options]
    ) -> None:
        self._send = send
        self._gathered = Gathered(options)
        self._changed = asyncio.Event()
        self._sent = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._hurry = self._closing = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def lost(self) -> int:
        """How many events were given up."""
        return self._gathered.lost

    def add(self, *events: Event) -> None:
        """Have events sent soon."""
        if self._closing:
            raise RuntimeError("the batcher is closed")
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        for event in events:
            self._gathered.add(event)
        self._sent.clear()
        self._changed.set()

    async def flush(self, seconds: float = 10.0) -> bool:
        """Send what waits, now; whether all of it was sent before time was up."""
        if self._task is None:
            return True
        self._hurry = True
        self._changed.set()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._sent.wait(), seconds)
        self._hurry = False
        return self._sent.is_set()

    async def close(self, seconds: float = 10.0) -> bool:
        """Send what waits and take no more; whether all of it was sent before time was up."""
        self._closing = True
        done = await self.flush(seconds)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        return done

    async def _run(self) -> None:
        while True:
            await self._wait_for(lambda: len(self._gathered) > 0)
            with contextlib.suppress(TimeoutError):
                enough = self._wait_for(lambda: self._gathered.is_full or self._hurry)
                await asyncio.wait_for(enough, self._gathered.seconds)
            events = self._gathered.take()
            try:
                await self._send(*events)
            except EzeeError as error:
                if self._gathered.put_back(events, error):
                    await asyncio.sleep(_PAUSE_AFTER_FAILURE)
            if not self._gathered:
                self._sent.set()

    async def _wait_for(self, condition: Callable[[], bool]) -> None:
        while not condition():
            self._changed.clear()
            await self._changed.wait()
