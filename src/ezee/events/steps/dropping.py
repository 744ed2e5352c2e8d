"""Whether the event is to be counted at all, but for the programs: they are kept apart."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.events.steps.exclusion import is_excluded, is_of_another_host
from ezee.events.steps.wish import is_opted_out
from ezee.model.event import DropReason


def reason_to_drop(
    draft: Draft, day: int, authority: str, path: str, country: str
) -> DropReason | None:
    """The first reason not to count an event of that local day, page and country.

    A day whose events have expired gets no more, whoever sends them: it was added up, and cannot
    be taken apart.
    """
    if day < draft.site.rules.kept_from:
        return DropReason.BEYOND_RETENTION
    if is_opted_out(draft):
        return DropReason.OPTED_OUT
    if is_of_another_host(draft, authority):
        return DropReason.HOSTNAME
    return DropReason.EXCLUDED if is_excluded(draft, path, country) else None
