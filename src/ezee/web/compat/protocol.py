"""What every protocol of another tracker has: its paths, how it is read, how it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import msgspec

from ezee.errors import EzeeError
from ezee.model.event import DropReason
from ezee.web.compat.meant import Asked, Read
from ezee.web.errors import Answer, headers_of, status_of

CORS = {"access-control-allow-origin": "*"}


class Judged(NamedTuple):
    """What came of one event: counted, dropped for a reason, or refused."""

    dropped: DropReason | None = None
    error: EzeeError | None = None


class Dialect(Protocol):
    """One tracker's protocol.

    ``needs_token``: nothing is taken without an owner's token. ``credentials``: its script asks as
    one who has cookies, and sends anew by other means what it is not let read the answer to.
    """

    name: str
    methods: tuple[str, ...]
    needs_token: bool
    credentials: bool

    def read(self, asked: Asked) -> list[Read]:
        """The events of a request.

        Raises:
            InvalidRequest: it is not the protocol's at all.
        """
        ...

    def token(self, asked: Asked) -> str:
        """An owner's token that came within the request, "" without one."""
        ...

    def answer(self, asked: Asked, judged: Sequence[Judged]) -> Answer:
        """What the client is told of its events."""
        ...

    def refuse(self, error: EzeeError, asked: Asked | None = None) -> Answer:
        """What the client is told of a request that failed as a whole, maybe before it was read."""
        ...


def answer_with(status: int, data: object, **headers: str) -> Answer:
    """JSON as their clients read it."""
    kept = {"content-type": "application/json", "cache-control": "no-store", **CORS, **headers}
    return Answer(status, kept, msgspec.json.encode(data))


def answer_text(status: int, text: str, **headers: str) -> Answer:
    """Plain text as their clients read it."""
    kept = {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store", **CORS}
    return Answer(status, {**kept, **headers}, text.encode())


def refuse_with(error: EzeeError, data: object) -> Answer:
    """JSON of a failure, with the headers that it carries."""
    return answer_with(status_of(error), data, **headers_of(error))
