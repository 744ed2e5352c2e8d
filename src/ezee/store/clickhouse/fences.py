"""Fences: numbers that no batch is begun under any more.

Who rolls up days has to know all batches up to some number, and that none will come below it. So it
puts up a fence, and looks at the batches then. A writer tells that a batch begins, and looks for
fences then. Whichever comes first, one of them sees the other: the batch is known to who rolls up,
or the writer begins it anew under a higher number. No clocks have to agree for that.
"""

from __future__ import annotations

from ezee.errors import Unavailable
from ezee.store.clickhouse.servers import Servers

_COLUMNS = ("upto", "passed")


class Overtaken(Unavailable):
    """A fence was put up before a batch was begun."""

    def __init__(self, upto: int) -> None:
        super().__init__()
        self.upto = upto


def put_up(servers: Servers, upto: int) -> None:
    """From now on no batch up to a number is begun."""
    servers.insert(0, "fences", _COLUMNS, [(upto, 0)])


def pass_on(servers: Servers, upto: int) -> None:
    """Tell that of all batches up to a number every roll-up knows, or waits."""
    servers.insert(0, "fences", _COLUMNS, [(upto, 1)])


def latest(servers: Servers) -> tuple[int, int]:
    """The last fence, and the last number that was passed; 0: none yet."""
    ((upto, passed),) = servers.ask("select max(upto), maxIf(upto, passed = 1) from fences")
    return upto, passed


def check(servers: Servers, number: int) -> None:
    """See that there is no fence before a number.

    Raises:
        Overtaken: there is.
    """
    upto, _ = latest(servers)
    if number <= upto:
        raise Overtaken(upto)
