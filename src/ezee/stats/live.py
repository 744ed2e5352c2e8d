"""Who is here now, on which pages and from where."""

from __future__ import annotations

from collections import defaultdict

import msgspec

from ezee.model.calendar import MINUTE
from ezee.model.site import ReadableSite
from ezee.store.base import EventStore
from ezee.store.looks import Live

WINDOW = 5 * MINUTE
ROWS = 10


class LiveRow(msgspec.Struct, frozen=True):
    """A page or source, and how many of the visitors are there or came from it."""

    value: str
    visitors: int


class LiveReport(msgspec.Struct, frozen=True):
    """The visitors of the last five minutes.

    ``pages`` are those that each saw last in that time, ``sources`` those of each one's latest
    visit: the ``ROWS`` largest, equals by value. Who has seen no page is in none of the pages.
    """

    visitors: int
    pages: list[LiveRow]
    sources: list[LiveRow]


def report_live(store: EventStore, site: ReadableSite, now: int) -> LiveReport:
    """Who is here at ``now`` (ms UTC). Blocks.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    parts: defaultdict[str, list[LiveRow]] = defaultdict(list)
    for part, value, visitors in store.look(Live(site.key, now - WINDOW, now, ROWS)):
        parts[str(part)].append(LiveRow(str(value), int(visitors)))
    return LiveReport(parts["visitors"][0].visitors, parts["page"], parts["source"])
