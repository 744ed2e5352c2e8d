"""What is said of batches, and those of which one writer does not know what was heard."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ezee.errors import Unavailable
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.visible import State

TRUSTED = 300.0
"""Seconds after which a writer settles no batch any more: others may take it for dead then."""


class States:
    """One writer's."""

    def __init__(self) -> None:
        self._doubtful: list[int] = []

    @contextmanager
    def writing(self, servers: Servers, number: int, done: State = State.SETTLED) -> Iterator[None]:
        """Settle a batch, if the block that inserts its rows comes to its end in time.

        Where that fails the batch is withdrawn, at the latest before the next is begun.
        """
        began = time.monotonic()
        try:
            self.tell(servers, number, State.OPEN)
            yield
            if time.monotonic() - began > TRUSTED:
                raise Unavailable
            self.tell(servers, number, done)
        except BaseException:
            # Whether it was settled may not be known; withdrawn it counts in neither case.
            self._doubtful.append(number)
            with suppress(Unavailable):
                self.settle_doubts(servers)
            raise

    def settle_doubts(self, servers: Servers) -> None:
        """Withdraw every batch that was refused and may be there all the same."""
        while self._doubtful:
            self.tell(servers, self._doubtful[0], State.WITHDRAWN)
            self._doubtful.pop(0)

    def tell(self, servers: Servers, number: int, state: State) -> None:
        """Say how far a batch is; see ``Servers.insert``."""
        servers.insert(0, "batches", ("batch", "state"), [(number, int(state))])
