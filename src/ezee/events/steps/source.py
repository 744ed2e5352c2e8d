"""Where the visitor came from: referring host, source, channel, campaign."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.events.sources.reading import NO_LINK, NO_REFERRER, source_of
from ezee.events.sources.referrers import known_source, referrer_host


def put_source(draft: Draft) -> None:
    """Referrer, source, channel and the five campaign fields."""
    sources, sent, query = draft.surroundings.sources, draft.payload.referrer, draft.url.query
    referrer = sources.referrers[sent] if sent else NO_REFERRER
    if referrer.host and _is_own(referrer.host, draft):
        referrer = NO_REFERRER
    link = sources.links[query] if query else NO_LINK
    source = source_of(referrer, link)
    draft.referrer = referrer.host
    draft.source = source.name
    draft.channel = source.channel
    draft.campaign = source.campaign


def _is_own(host: str, draft: Draft) -> bool:
    """Whether a referring host is the tracker's or the page's own."""
    if host == draft.site.domain or host in draft.site.hostnames:
        return True
    url, authority = draft.payload.url or "", draft.url.authority
    if not authority and url.startswith("/") and not url.startswith("//"):
        return False
    named = authority or url
    maybe_own = host in named.lower() or not named.isascii()
    return maybe_own and host == referrer_host(url)


def warm_up() -> None:
    """Load the suffix list and the table now rather than with the first event."""
    known_source("google.com")
    known_source("example.com")
