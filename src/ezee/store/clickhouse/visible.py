"""What a question sees: the batches that are settled, and of each all or nothing.

Rows of a batch come into several tables of several shards, one after another. ``batches`` says when
that is begun and when all are there, so that a question leaves out what was not settled when it
was asked, and what has come since.
"""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from ezee.store.clickhouse import numbers
from ezee.store.clickhouse.servers import Servers


class State(IntEnum):
    """How far a batch is. Of what is said of one, the highest holds."""

    OPEN = 0
    SETTLED = 1
    WITHDRAWN = 2
    """Its writer has told that it is not stored. Its rows go by and by."""
    MOVING = 3
    """Its rows take the place of others, see ``changes``."""
    CLEARED = 4
    """None of its rows is left."""
    MOVED = 5
    """Its rows have taken their place."""


SEEN = (State.SETTLED, State.CLEARED, State.MOVED)
"""Those that hide nothing."""


class Visible(NamedTuple):
    """The batches up to a number, without some."""

    upto: int
    without: tuple[int, ...]

    @property
    def condition(self) -> str:
        """That a row counts."""
        if not self.without:
            return f"batch <= {self.upto}"
        return f"batch <= {self.upto} and batch not in ({', '.join(map(str, self.without))})"

    @property
    def told(self) -> str:
        """The same as a text, for ``read``."""
        return " ".join(map(str, (self.upto, *self.without)))


def read(told: str) -> Visible:
    """What was visible at a moment that was told."""
    upto, *without = map(int, told.split())
    return Visible(upto, tuple(without))


def look(servers: Servers) -> Visible:
    """What is visible now."""
    seen = ", ".join(str(int(each)) for each in SEEN)
    ((latest, without),) = servers.ask(
        f"""
        select max(batch), groupArrayIf(batch, state not in ({seen}))
        from (select batch, max(state) as state from batches group by batch)
        """
    )
    # What is older than those that are kept is settled or gone.
    return Visible(max(latest, numbers.at(numbers.now()) - numbers.HOUR), tuple(sorted(without)))
