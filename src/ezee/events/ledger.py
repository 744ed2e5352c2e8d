"""What was not counted, and why: a tally per tracker, local day and reason.

Bots are not in it: they are stored as they come, and counted where they are.
"""

from __future__ import annotations

import secrets
from collections import Counter
from typing import NamedTuple

from ezee.model.event import DropReason, Drops
from ezee.vitals import Vitals


class Tally(NamedTuple):
    """Counts on their way to the store, under a number of their own."""

    number: int
    drops: list[Drops]


NOTHING = Tally(0, [])


class Ledger:
    """Counts until somebody takes the counts to store them. For the event loop's thread alone.

    It holds one number for each tracker, day and reason, however many events those were, and
    nothing at all of trackers that do not exist.
    """

    def __init__(self, vitals: Vitals | None = None) -> None:
        self._vitals = vitals or Vitals()
        self._counts: Counter[tuple[int, int, str]] = Counter()
        self._taken = NOTHING

    def note(self, site: int, day: int, reason: DropReason) -> None:
        """An event of that tracker and local day was not counted."""
        self._counts[site, day, str(reason)] += 1
        self._vitals.events["dropped", str(reason)] += 1

    def take(self) -> Tally:
        """What is to be stored now. Until ``entered`` is called it is the same each time.

        A store that failed may have stored it nevertheless; it knows the number then.
        """
        if not self._taken.number and self._counts:
            drops = [Drops(*key, count) for key, count in self._counts.items()]
            self._taken = Tally(secrets.randbelow(2**63 - 1) + 1, drops)
            self._counts.clear()
        return self._taken

    def entered(self) -> None:
        """What was taken is stored."""
        self._taken = NOTHING

    def __bool__(self) -> bool:
        return bool(self._taken.number or self._counts)
