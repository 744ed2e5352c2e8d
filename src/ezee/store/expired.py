"""What cannot be asked, read or erased any more of days whose events have expired: every engine's.

Who asks is told of most of it more closely before; here days may have expired since then. The day
is always the first whose events were kept, None where none have expired.
"""

from __future__ import annotations

from msgspec.structs import replace

from ezee.errors import InvalidRequest, Unavailable
from ezee.model.calendar import date_of
from ezee.model.query import StatsQuery
from ezee.model.rollable import EXPIRED, reads_events
from ezee.store.changes import Erase
from ezee.store.looks import KeptEvents


def first_needed(query: StatsQuery) -> int | None:
    """The first day whose events have to be read for a question; None where roll-ups have all."""
    needed = [query.range.first_day] if reads_events(query) else []
    if query.comparison is not None:
        there = replace(query, range=query.comparison)
        needed += [there.range.first_day] if reads_events(there, in_time=True) else []
    return min(needed, default=None)


def check_question(needed: int | None, day: int | None) -> None:
    """See that no events are to be read of days whose events have expired.

    Raises:
        InvalidRequest: some are.
    """
    if needed is not None and day is not None and needed < day:
        raise InvalidRequest(f"This can be asked from {date_of(day)} on: {EXPIRED}.")


def check_path(erase: Erase, day: int | None) -> None:
    """See that an erasure of a path is of days alone whose events are there.

    What has expired is kept by the values of one dimension at a time: to take the visitors of a
    path out of all the others cannot be done.

    Raises:
        InvalidRequest: it reaches further back.
    """
    if erase.path is None or day is None:
        return
    if (erase.first_day or day - 1) < day:
        raise InvalidRequest.field(
            "path",
            f"can be erased from {date_of(day)} on: of the days before only day roll-ups are "
            "kept, which a path cannot be taken out of. Erase those days wholly, or leave "
            "them out",
        )


def check_events(asked: KeptEvents, day: int | None) -> None:
    """See that a page of events misses none that were there when the first page was read.

    Raises:
        Unavailable: some have expired since then; asked for anew, they are not asked for.
    """
    if day is not None and asked.first_day < day:
        raise Unavailable(
            f"Events before {date_of(day)} expired while they were read. Ask again: those that "
            "are kept can be had."
        )
