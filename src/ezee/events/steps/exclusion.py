"""What the tracker's owner does not want counted."""

from __future__ import annotations

import idna

from ezee.events.draft import Draft
from ezee.events.remembering import Memory
from ezee.model.exclusions import is_listed, is_within, names_one
from ezee.model.pages import find_group


def is_of_another_host(draft: Draft, authority: str) -> bool:
    """Whether an allow list does not name the host of the page; a bare path names no host."""
    allowed = draft.site.rules.exclusions.hostnames
    if not allowed or not draft.payload.url or draft.payload.url.startswith("/"):
        return False
    return not is_listed(_hosts[authority], allowed)


def is_excluded(draft: Draft, path: str, country: str) -> bool:
    """Whether the event is excluded by its address, path, country or agent."""
    excluded = draft.site.rules.exclusions
    return bool(
        (excluded.networks and is_within(draft.address, excluded.networks))
        or (excluded.paths and find_group(path, excluded.paths) is not None)
        or (excluded.countries and country in excluded.countries)
        or (excluded.agents and names_one(draft.user_agent, excluded.agents))
    )


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
