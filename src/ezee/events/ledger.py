"""What was not counted, and why: a tally per tracker, local day and reason.

Bots are not in it: they are stored as they come, and counted where they are.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from ezee.model.event import DropReason, Drops


class Ledger:
    """Counts until somebody takes the counts to store them. For the event loop's thread alone.

    It holds one number for each tracker, day and reason, however many events those were, and
    nothing at all of trackers that do not exist.
    """

    def __init__(self) -> None:
        self._counts: Counter[tuple[int, int, str]] = Counter()

    def note(self, site: int, day: int, reason: DropReason) -> None:
        """An event of that tracker and local day was not counted."""
        self._counts[site, day, str(reason)] += 1

    def take(self) -> list[Drops]:
        """The counts since they were last taken."""
        taken, self._counts = self._counts, Counter()
        return [Drops(*key, count) for key, count in taken.items()]

    def put_back(self, drops: Iterable[Drops]) -> None:
        """What was taken could not be stored."""
        for each in drops:
            self._counts[each.site, each.day, each.reason] += each.count

    def __bool__(self) -> bool:
        return bool(self._counts)
