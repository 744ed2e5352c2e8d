"""What the tracker's owner does not want counted."""

from __future__ import annotations

import idna

from ezee.events.draft import Draft
from ezee.events.remembering import Memory
from ezee.model.event import DropReason
from ezee.model.exclusions import is_listed, is_within, names_one
from ezee.model.pages import find_group


def drop_other_hosts(draft: Draft) -> DropReason | None:
    """Drop the pages of hosts that an allow list does not name; a bare path names no host."""
    allowed = draft.site.rules.exclusions.hostnames
    if not allowed or not draft.payload.url or draft.payload.url.startswith("/"):
        return None
    return None if is_listed(_hosts[draft.url.authority], allowed) else DropReason.HOSTNAME


def drop_excluded(draft: Draft) -> DropReason | None:
    """Drop what is excluded by address, path, country or agent."""
    excluded = draft.site.rules.exclusions
    if (
        (excluded.networks and is_within(draft.address, excluded.networks))
        or (excluded.paths and find_group(draft.path, excluded.paths) is not None)
        or (excluded.countries and draft.country in excluded.countries)
        or (excluded.agents and names_one(draft.user_agent, excluded.agents))
    ):
        return DropReason.EXCLUDED
    return None


def host_of(authority: str) -> str:
    """The host of a page: lower case, IDNA, without port; "" where it has none that is one.

    Unlike a referrer's it may be ``localhost`` or of a network of one's own.
    """
    host = authority.rpartition("@")[2].partition(":")[0]
    try:
        host = host.lower() if host.isascii() else idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return ""
    return host.rstrip(".")


_hosts = Memory(host_of)
