"""A day whose events have expired gets no more: it was added up, and cannot be taken apart."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.model.event import DropReason


def drop_expired(draft: Draft) -> DropReason | None:
    """Events of days before the first whose events are kept are not counted, whoever sends them."""
    if draft.day < draft.site.rules.kept_from:
        return DropReason.BEYOND_RETENTION
    return None
