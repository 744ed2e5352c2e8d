"""What a question sees: the batches that are settled, and of each all or nothing.

Rows of a batch come into several tables of several shards, one after another. ``batches`` says when
that is begun and when all are there, so that a question leaves out what was not settled when it
was asked, and what has come since.
"""

from __future__ import annotations

from collections.abc import Iterable
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
    CHANGING = 6
    """It has no rows: while it is so, what is stored of its days is changed."""
    CHANGED = 7
    """They are changed."""


SEEN = (State.SETTLED, State.CLEARED, State.MOVED, State.CHANGED)
"""Those that hide nothing."""
_UNDECIDED = (State.OPEN, State.MOVING, State.CHANGING)


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
    seen = _among(SEEN)
    ((latest, without),) = servers.ask(
        f"""
        select max(batch), groupArrayIf(batch, state not in ({seen}))
        from (select batch, max(state) as state from batches group by batch)
        """
    )
    # What is older than those that are kept is settled or gone.
    return Visible(max(latest, numbers.at(numbers.now()) - numbers.HOUR), tuple(sorted(without)))


def settled(servers: Servers, upto: int) -> Visible:
    """What is visible up to a number, or up to the first batch before of which nothing is known."""
    undecided = f"state in ({_among(_UNDECIDED)})"
    ((number, first, without),) = servers.ask(
        f"""
        select countIf({undecided}), minIf(batch, {undecided}),
               groupArrayIf(batch, state = {int(State.WITHDRAWN)})
        from (select batch, max(state) as state from batches group by batch) as told
        where batch <= {upto}
        """
    )
    decided = first - 1 if number else upto
    return Visible(decided, tuple(sorted(each for each in without if each <= decided)))


def undecided(servers: Servers) -> set[int]:
    """The batches of which it is not known yet whether they count."""
    rows = servers.ask(
        f"select batch from batches group by batch having max(state) in ({_among(_UNDECIDED)})"
    )
    return {batch for (batch,) in rows}


def _among(states: Iterable[State]) -> str:
    return ", ".join(str(int(each)) for each in states)
