"""What is said of batches, and those of which one writer does not know what was heard."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import NamedTuple

from ezee.errors import EzeeError, Unavailable
from ezee.store.clickhouse import fences
from ezee.store.clickhouse.numbers import Numbers
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.visible import State

TRUSTED = 300.0
"""Seconds after which a writer settles no batch any more: others may take it for dead then."""


FIRST_DAY = -(2**31)
LAST_DAY = 2**31 - 1


class Span(NamedTuple):
    """Local days of a tracker, both included."""

    site: int
    first_day: int
    last_day: int


class States:
    """One writer's."""

    def __init__(self) -> None:
        self._doubtful: list[int] = []

    @contextmanager
    def writing(
        self, servers: Servers, number: int, spans: Sequence[Span], done: State = State.SETTLED
    ) -> Iterator[None]:
        """Settle a batch about these days, if the block that inserts its rows comes to its end in
        time.

        Where that fails the batch is withdrawn, at the latest before the next is begun.

        Raises:
            Overtaken: it has to be begun under a higher number.
        """
        began = time.monotonic()
        try:
            self._begin(servers, number, spans)
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

    @contextmanager
    def changing(
        self,
        servers: Servers,
        numbers: Numbers,
        spans: Sequence[Span],
        check: Callable[[], object] = bool,
    ) -> Iterator[None]:
        """While the block changes what is stored of these days, and from then on until they are
        rolled up anew, roll-ups are not asked for them. Nothing is changed where ``check`` raises.
        """
        while True:
            number = numbers.take()
            try:
                self._begin(servers, number, spans)
            except fences.Overtaken as ahead:
                numbers.pass_by(ahead.upto)
                continue
            break
        try:
            check()
        except EzeeError:
            self.tell(servers, number, State.WITHDRAWN)
            raise
        self.tell(servers, number, State.CHANGING)
        # Of a block that fails it is not known what it has changed; see ``Changer.go_on``.
        yield
        self.tell(servers, number, State.CHANGED)

    def settle_doubts(self, servers: Servers) -> None:
        """Withdraw every batch that was refused and may be there all the same."""
        while self._doubtful:
            self.tell(servers, self._doubtful[0], State.WITHDRAWN)
            self._doubtful.pop(0)

    def tell(self, servers: Servers, number: int, state: State) -> None:
        """Say how far a batch is; see ``Servers.insert``."""
        servers.insert(0, "batches", ("batch", "state"), [(number, int(state))])

    def _begin(self, servers: Servers, number: int, spans: Sequence[Span]) -> None:
        sites, firsts, lasts = ([each[at] for each in spans] for at in range(3))
        row = (number, int(State.OPEN), sites, firsts, lasts)
        servers.insert(0, "batches", ("batch", "state", "sites", "firsts", "lasts"), [row])
        # After that, or who puts up a fence meanwhile would see neither the one nor the other.
        fences.check(servers, number)
