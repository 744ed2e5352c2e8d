"""What waits for a browser's next step, for minutes: taken once, at whichever node it comes to."""

from __future__ import annotations

from typing import TypeVar

import anyio.to_thread
import msgspec

from ezee.accounts import steps
from ezee.accounts.database import Database
from ezee.clock import Clock


class SecondStep(msgspec.Struct, frozen=True, tag=True):
    """Somebody whose password was right and who has a second factor, and where they want to go."""

    email: str
    following: str


class Challenge(msgspec.Struct, frozen=True, tag=True):
    """What a browser was asked to answer with a passkey."""

    challenge: bytes


_Kind = TypeVar("_Kind", SecondStep, Challenge)
_decode = msgspec.json.Decoder(SecondStep | Challenge).decode


class Pending:
    """Values by keys that nobody guesses. Raises ``Unavailable``: accounts do not answer."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def put(self, value: SecondStep | Challenge) -> str:
        """Keep a value; returns its key."""
        content = msgspec.json.encode(value).decode()
        now = self._clock.now()
        return await anyio.to_thread.run_sync(steps.put, self._database, content, now)

    async def look(self, key: str, kind: type[_Kind]) -> _Kind | None:
        """The value of a key, None when there is none of that kind or it is too old."""
        now = self._clock.now()
        found = await anyio.to_thread.run_sync(steps.look, self._database, key, now)
        return _read(found, kind)

    async def take(self, key: str, kind: type[_Kind]) -> _Kind | None:
        """The same, and it is gone."""
        now = self._clock.now()
        found = await anyio.to_thread.run_sync(steps.take, self._database, key, now)
        return _read(found, kind)


def _read(content: str | None, kind: type[_Kind]) -> _Kind | None:
    value = None if content is None else _decode(content)
    return value if isinstance(value, kind) else None
