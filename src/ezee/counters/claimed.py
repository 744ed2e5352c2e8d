"""The claimed numbers of old counters, from memory."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

import anyio.to_thread

from ezee.accounts.claims import Claim
from ezee.clock import Clock
from ezee.errors import EzeeError

_FRESH = 1.0


class ClaimedNumbers:
    """Finds claims; what it knows is a second old at most where somebody asks each second.

    ``read`` gives every claim there is. It blocks.
    """

    def __init__(self, read: Callable[[], Iterable[Claim]], clock: Clock) -> None:
        self._read = read
        self._clock = clock
        self._claims: dict[int, Claim] | None = None
        self._until = 0.0
        self._reading: asyncio.Task[None] | None = None

    async def find(self, number: int) -> Claim | None:
        """The claim on a number, None when it has none, or nothing can be told yet."""
        if self._clock.elapsed() >= self._until and self._reading is None:
            self._reading = asyncio.create_task(self._refresh())
        if self._reading is not None:
            await asyncio.wait({self._reading})
        return (self._claims or {}).get(number)

    async def _refresh(self) -> None:
        try:
            claims = await anyio.to_thread.run_sync(self._read)
            self._claims = {claim.number: claim for claim in claims}
        except EzeeError:
            # What is known stays.
            pass
        finally:
            self._until = self._clock.elapsed() + _FRESH
            self._reading = None
