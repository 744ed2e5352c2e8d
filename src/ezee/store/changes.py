"""What may be changed of events that are stored. Each change is done wholly or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec


class Erase(msgspec.Struct, frozen=True, tag=True):
    """Remove what is stored of a tracker: everything, or what lies in some local days (both
    included), or is of a path, or both.

    ``path`` is a path or the page it is shown as; with ``*`` at its end, every path that begins
    so. Counts of what was dropped have no path, and go where none is asked for. What is removed at
    ``at`` (ms UTC) is remembered by its numbers under ``receipt``, and its bytes are owed a
    compaction; asked for again under one that is known, nothing is done. Without one nothing is
    remembered.
    """

    site: int
    first_day: int | None = None
    last_day: int | None = None
    path: str | None = None
    receipt: str = ""
    at: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left of the tracker."""
        return self.first_day is None and self.last_day is None and self.path is None


class Expire(msgspec.Struct, frozen=True, tag=True):
    """Remove the events of a tracker's local days before ``kept_from``, people's and bots', with
    their visits. What they add up to stays for ever: these days are rolled up before.

    From then on no event of these days is stored. ``kept_from`` never moves back. ``receipt`` and
    ``at`` are as those of ``Erase``; where there is nothing to remove, nothing is remembered.
    """

    site: int
    kept_from: int
    receipt: str = ""
    at: int = 0


class Regroup(msgspec.Struct, frozen=True, tag=True):
    """Show a tracker's paths as other pages: pairs of path and page. Other paths stay."""

    site: int
    pages: Sequence[tuple[str, str]]


class Move(msgspec.Struct, frozen=True, array_like=True):
    """Events of one day that are judged alike, and their new rule and category.

    An empty rule stands for people, ``token`` and the rest are what is kept of the events.
    """

    day: int
    rule: str
    token: str
    browser: str
    version: int
    os: str
    device: str
    hints: int
    referrer: str
    new_rule: str
    new_category: str


class Rejudge(msgspec.Struct, frozen=True, tag=True):
    """Count events of a tracker as people's or as bots', as the moves say."""

    site: int
    moves: Sequence[Move]


class RollUp(msgspec.Struct, frozen=True, tag=True):
    """Roll up every day of a tracker that has events which are not rolled up; with ``again``, every
    day that has events. Days whose events have expired stay as they are.
    """

    site: int
    again: bool = False


class RollUpFirst(msgspec.Struct, frozen=True, tag=True):
    """Roll up together what is about to expire of several trackers: the days of each before one.

    ``due`` are pairs of tracker and day. ``Expire`` does it by itself, for one tracker after the
    other, at many times the cost where each has few events.
    """

    due: Sequence[tuple[int, int]]


class Compact(msgspec.Struct, frozen=True, tag=True):
    """Write everything anew, so that nothing of what was erased is left in any file.

    What is changed are the receipts whose bytes are gone then.
    """


class Count(msgspec.Struct, frozen=True, tag=True):
    """Add amounts to tallies, pairs of name and amount; a tally that is not there begins at 0.

    ``day`` is today, ``at`` now (ms UTC). What is changed are tallies, each within ``TALLY_LIMIT``.
    """

    additions: Sequence[tuple[str, int]]
    day: int
    at: int


class Keep(msgspec.Struct, frozen=True, tag=True):
    """Put a tally down as it is to be: its value, and ``terms`` that the store does not read."""

    name: str
    value: int
    terms: str
    at: int


class Forget(msgspec.Struct, frozen=True, tag=True):
    """Remove the tallies whose names begin so, and which were not changed since (ms UTC)."""

    prefix: str
    before: int


class Furnish(msgspec.Struct, frozen=True, tag=True):
    """Have tallies and receipts of erasures just as another store has them: rows of ``EveryTally``
    and of ``EveryErased``. Others of either stay. What is changed are all of them.
    """

    tallies: Sequence[tuple[str, int, int, int, int, int, str]] = ()
    erased: Sequence[tuple[str, int, int, int, int, int, int, int]] = ()


class FurnishExpired(msgspec.Struct, frozen=True, tag=True):
    """Have what another store keeps of a tracker's days whose events have expired: of those from
    where they have expired here already up to ``kept_from``. Rows are those of ``ExpiredDays``, by
    its parts; no events of these days are here. Where they have expired so far, nothing is done.
    What is changed are days.
    """

    site: int
    kept_from: int
    days: Sequence[tuple[int, int]] = ()
    rollups: Sequence[tuple[str, int, str, int, int, int, int, int, int, int]] = ()
    revenue: Sequence[tuple[str, int, str, str, str, int]] = ()
    bots: Sequence[tuple[int, str, str, str, int, int]] = ()


class BeginMove(msgspec.Struct, frozen=True, tag=True):
    """The events are about to move to another store, which ``to`` names. What would change stored
    events is refused until they have moved, the move is ended, or whoever moves them dies.

    Returned is 1 if a move to there was begun before and nothing that was stored has been changed
    since, else 0.
    """

    to: str


class Hold(msgspec.Struct, frozen=True, tag=True):
    """What comes waits on this disk from now on; with ``tallies``, their changes wait as well."""

    tallies: bool = False


class MoveOver(msgspec.Struct, frozen=True, tag=True):
    """Everything is in the other store: the address of a cluster, or ``settings.FOLDER``. From now
    on it is used there, and what waits goes there.
    """

    to: str


class EndMove(msgspec.Struct, frozen=True, tag=True):
    """Nothing moves any more; what waits is stored where the events are. With ``forget``, the next
    move begins from nothing.
    """

    forget: bool = False


TALLY_LIMIT = 10**15 - 1
"""No tally is further from 0."""
TallyChange = Count | Keep | Forget
"""Those that leave events alone."""
Rewrite = Erase | Regroup | Rejudge
"""Those that change events."""
HouseChange = BeginMove | Hold | MoveOver | EndMove
"""Those about where the events are, which ``housed`` carries out."""
StoredChange = (
    Rewrite | Expire | RollUp | RollUpFirst | Compact | TallyChange | Furnish | FurnishExpired
)
"""Those that an engine carries out."""
Change = StoredChange | HouseChange
