"""Plain questions to the store: what is kept, row by row, apart from any report.

Each has one answer of rows, and the rows' columns are named in its docstring.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ezee.store.changes import Erase

Row = tuple[int | str, ...]


class Sighting(msgspec.Struct, frozen=True, tag=True):
    """A visitor of a tracker on one local day, at an instant (ms UTC).

    Rows: the number of visits that an event then would belong to.
    """

    site: int
    day: int
    visitor: int
    at: int


class NotCounted(msgspec.Struct, frozen=True, tag=True):
    """What was not counted of a tracker on some local days, both included.

    Rows: day, reason, rule, category, count; rule and category are empty but for bots.
    """

    site: int
    first_day: int
    last_day: int


class KeptPaths(msgspec.Struct, frozen=True, tag=True):
    """The pages of a tracker, before and after grouping. Rows: path, page, pageviews."""

    site: int


class KeptFeatures(msgspec.Struct, frozen=True, tag=True):
    """What is kept of a tracker's events to judge them by, of people's and of bots'.

    Rows: day, rule, category, token (all three empty for people), browser, version, os, device,
    hints, referrer, number of events. Events that an import counted unjudged are not among them.
    """

    site: int


class Live(msgspec.Struct, frozen=True, tag=True):
    """Who has made an event, engagement aside, after ``since`` and up to ``until`` (ms UTC).

    Rows: part, value, visitors. First the ``rows`` largest of part ``page``, by each visitor's last
    pageview in that time; then those of part ``source``, by each one's latest visit; last one of
    part ``visitors``, all of them, its value empty.
    """

    site: int
    since: int
    until: int
    rows: int


class KeptEvents(msgspec.Struct, frozen=True, tag=True):
    """The first ``limit`` events of some local days, both included: day by day, and those of a day
    in the order of events; of the first day those that come after a place.

    A place in the order of events is (happened_at, received_at, seq), whole numbers above 0. Rows:
    the columns of ``events`` in their order, truth as 1 and 0, ``seq`` last.
    """

    site: int
    first_day: int
    last_day: int
    after: tuple[int, int, int]
    limit: int


class BotViews(msgspec.Struct, frozen=True, tag=True):
    """Pageviews that programs made of a tracker, or of one page unless it is empty.

    ``rules`` are those that told them, the days are local ones, both included. Rows: their number.
    """

    site: int
    first_day: int
    last_day: int
    page: str
    rules: tuple[str, ...]


class Tallied(msgspec.Struct, frozen=True, tag=True):
    """Tallies by their names. Rows: name, value, day of the last addition, what was added that day,
    when it was made and last changed (ms UTC), terms. Those that are not there have no row.
    """

    names: Sequence[str]


class HowManyTallies(msgspec.Struct, frozen=True, tag=True):
    """Rows: the number of tallies whose names begin so."""

    prefix: str


class EveryTally(msgspec.Struct, frozen=True, tag=True):
    """The tallies whose names begin so, by their names. Rows: those of ``Tallied``."""

    prefix: str


class WrongRollups(msgspec.Struct, frozen=True, tag=True):
    """What of a tracker's day roll-ups is not what its events say. Rows: day, dimension, value; the
    whole day is the empty value of the empty dimension. Days whose events have expired are not
    among them: nothing is left there to compare with.
    """

    site: int


class Erasable(msgspec.Struct, frozen=True, tag=True):
    """How much an erasure would remove. Of days whose events have expired, that is what they were.

    Rows: one of events, bots' events, drops, visits of which nothing would be left, local days.

    Raises:
        InvalidRequest: it is of a path, and of days whose events have expired as well.
    """

    erase: Erase


class Expirable(msgspec.Struct, frozen=True, tag=True):
    """How much ``changes.Expire`` would remove. Rows: one, that of ``Erasable``."""

    site: int
    kept_from: int


class Erased(msgspec.Struct, frozen=True, tag=True):
    """What was removed under a receipt.

    Rows: those of ``Erasable``, then when it was removed (ms UTC), and 1 if its bytes are gone as
    well, else 0. None where nothing is known of that receipt.
    """

    receipt: str


class Condition(msgspec.Struct, frozen=True, tag=True):
    """How the engine is doing; asked often, so the answer costs no more than a plain question.

    Rows: one of the schema's version and the newest there is; events, and local days, that wait to
    be rolled up; bytes of memory that the engine's process has; bytes of the event file and of its
    log; batches and bytes that wait in a spool. What an engine does not know is 0.
    """


class CopyOut(msgspec.Struct, frozen=True, tag=True):
    """Everything that is in the event file, written as Parquet files into a folder of that name,
    which is made in ``tmp`` of the data folder. Rows: table, number of its rows.

    Events are stored meanwhile; whatever else changes what is stored waits.
    """

    name: str


class Moment(msgspec.Struct, frozen=True, tag=True):
    """The moment that it is. Rows: one text, by which later looks see what was stored by then, and
    nothing that came since; empty where an engine has no such moments.
    """


class Extents(msgspec.Struct, frozen=True, tag=True):
    """How much there is of each tracker's local day. Rows: site, day, number of events, of bots'
    events, and a sum over both by which the same rows are known in another engine.
    """

    moment: str = ""


class KeptRows(msgspec.Struct, frozen=True, tag=True):
    """Events and bots' events of some trackers' local days, pairs of site and day, whole.

    The first ``skip`` are left out, or, of one day, those up to the number ``after``; there are
    ``limit`` at most. Rows: the columns of ``events`` in
    their order, truth as 1 and 0, then rule, category and token (all three empty for people) and
    the event's number, by which those of a tracker's day are in order.
    """

    days: Sequence[tuple[int, int]]
    skip: int
    limit: int
    moment: str = ""
    after: int = 0


class KeptDrops(msgspec.Struct, frozen=True, tag=True):
    """Counts of what was dropped. Rows: site, day, reason, count."""

    moment: str = ""


class EveryErased(msgspec.Struct, frozen=True, tag=True):
    """What was removed under receipts. Rows: the receipt, then that of ``Erased``."""


class LatestErased(msgspec.Struct, frozen=True, tag=True):
    """What was removed last under receipts that begin so. Rows: the receipt, then that of
    ``Erased``; the latest first.
    """

    prefix: str
    rows: int


class KeptFrom(msgspec.Struct, frozen=True, tag=True):
    """Of which trackers events have expired. Rows: the tracker, and the first local day whose
    events were kept.
    """


class ExpiredDays(msgspec.Struct, frozen=True, tag=True):
    """What is kept of some local days of a tracker, both included, whose events have expired.

    Rows, by ``part``. ``days``: day, and the number of people's events; those of which anything is
    kept, in their order. ``rollups``: dimension, day, value, visitors, viewers, visits, pageviews,
    events, bounces, duration. ``revenue``: dimension, day, value, currency, amount as a text,
    sales. ``bots``: day, rule, category, page, events, pageviews.
    """

    site: int
    first_day: int
    last_day: int
    part: str


CopyLook = Extents | KeptRows | KeptDrops | EveryErased
"""Those that tell all that another store needs to become the same."""
PlainLook = (
    Sighting
    | NotCounted
    | KeptPaths
    | KeptFeatures
    | Live
    | KeptEvents
    | BotViews
    | Erasable
    | Erased
    | CopyLook
)
"""Those that one statement answers."""
ExpiryLook = Expirable | LatestErased | KeptFrom
"""Those about what expires."""
TallyLook = Tallied | HowManyTallies | EveryTally
Look = (
    PlainLook | ExpiryLook | ExpiredDays | WrongRollups | TallyLook | Condition | CopyOut | Moment
)
LOOKS_AT_VISITS = (Sighting, Live, Erasable, Expirable)
"""Those that have to wait until the visits of what was just stored are there."""
