"""Which rows a look may need."""

from __future__ import annotations

from ezee.model.calendar import DAY
from ezee.store.clickhouse.sources import Reach
from ezee.store.clickhouse.visible import Visible
from ezee.store.looks import (
    BotViews,
    Erasable,
    Erased,
    EveryErased,
    Expirable,
    Extents,
    KeptDrops,
    KeptEvents,
    KeptRows,
    Live,
    NotCounted,
    PlainLook,
    Sighting,
)


def reach_of(look: PlainLook | Expirable, visible: Visible) -> Reach:
    """What a look asks about, or a little more."""
    match look:
        case Sighting():
            return Reach(visible, look.site, look.day, look.day, look.visitor)
        case NotCounted() | KeptEvents() | BotViews():
            return Reach(visible, look.site, look.first_day, look.last_day)
        case Live():
            # No local day is further from that of UTC.
            return Reach(visible, look.site, look.since // DAY - 1, look.until // DAY + 1)
        case Expirable():
            return Reach(visible, look.site, None, look.kept_from - 1)
        case Erasable():
            erase = look.erase
            return Reach(visible, erase.site, erase.first_day, erase.last_day)
        case Erased() | EveryErased() | Extents() | KeptDrops():
            return Reach(visible)
        case KeptRows():
            sites, days = zip(*look.days, strict=True)
            site = sites[0] if len(set(sites)) == 1 else None
            return Reach(visible, site, min(days), max(days))
        case _:
            return Reach(visible, look.site)
