"""Page groups applied to what is stored: history shown as today's events are.

An event keeps its cleaned path beside its page, so that groups can change as often as one likes.
What the other page rules left out when the event came in is not kept, and does not come back.
"""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.pages import group_of
from ezee.store.base import EventStore
from ezee.store.changes import Regroup
from ezee.store.looks import KeptPaths


class Regrouped(NamedTuple):
    """What a path is shown as, what it would be shown as, and how many pageviews that concerns."""

    path: str
    page: str
    becomes: str
    pageviews: int


def preview(store: EventStore, site: int, groups: tuple[str, ...]) -> list[Regrouped]:
    """What would change if the groups were applied to a tracker's history. Blocks.

    The paths with the most pageviews come first.

    Raises:
        Unavailable: the store cannot answer for now.
    """
    kept = ((str(path), str(page), int(views)) for path, page, views in store.look(KeptPaths(site)))
    found = (Regrouped(path, page, group_of(path, groups), views) for path, page, views in kept)
    return [each for each in found if each.becomes != each.page]


def apply(store: EventStore, site: int, changes: list[Regrouped]) -> int:
    """Carry the changes out; returns how many events are shown otherwise now, bots' included.

    Raises:
        Unavailable: the store cannot do it for now; nothing has changed.
    """
    pages = [(each.path, each.becomes) for each in changes]
    return store.change(Regroup(site, pages)) if pages else 0
