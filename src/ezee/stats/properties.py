"""Which properties custom events have, so that one may be chosen to break a report down by."""

from __future__ import annotations

import msgspec

from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.store.base import EventStore
from ezee.store.looks import KeptProperties


class Property(msgspec.Struct, frozen=True):
    """A property, how many visitors sent it, and in how many events."""

    key: str
    visitors: int
    events: int


def list_properties(store: EventStore, site: ReadableSite, span: Range) -> list[Property]:
    """Those of the whole days of a range, the one of most visitors first. Blocks.

    Of days whose events have expired nothing is known.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    rows = store.look(KeptProperties(site.key, span.first_day, span.last_day))
    return [Property(str(key), int(visitors), int(events)) for key, visitors, events in rows]
