"""Absurd rates: more events than a person makes."""

from __future__ import annotations

from collections import OrderedDict

from ezee.events.bots.verdict import Category, Verdict

TOO_MANY = Verdict("too many events", Category.RATE)
_MINUTE = 60_000


class Rates:
    """Counts each visitor's events in the minute that begins with the first of them.

    Memory is bounded: beyond ``most`` visitors, the one whose minute began first is forgotten and
    may begin anew.
    """

    def __init__(self, per_minute: int = 120, most: int = 50_000) -> None:
        self._per_minute = per_minute
        self._most = most
        self._minutes: OrderedDict[int, tuple[int, int]] = OrderedDict()

    def is_absurd(self, visitor: int, at: int) -> bool:
        """Count an event; whether its minute has more than may be.

        ``visitor`` is the hash, which differs from tracker to tracker, ``at`` when the event was
        received (ms UTC). One received earlier than the last counted belongs to the minute that
        runs.
        """
        begun, count = self._minutes.get(visitor, (at, 0))
        if at - begun >= _MINUTE:
            begun, count = at, 0
        count += 1
        self._minutes[visitor] = begun, count
        if count == 1:
            self._minutes.move_to_end(visitor)
            if len(self._minutes) > self._most:
                self._minutes.popitem(last=False)
        return count > self._per_minute
