"""Where the visitor came from: referring host, source, channel, campaign."""

from __future__ import annotations

from ezee.events.draft import Draft
from ezee.events.sources.reading import NO_LINK, NO_REFERRER, Source, source_of
from ezee.events.sources.referrers import known_source, referrer_host
from ezee.events.url import Url


def origin_of(draft: Draft, url: Url) -> tuple[str, Source]:
    """The referring host, and the source."""
    sources, sent = draft.surroundings.sources, draft.payload.referrer
    referrer = sources.referrers[sent] if sent else NO_REFERRER
    if referrer.host and _is_own(referrer.host, draft, url.authority):
        referrer = NO_REFERRER
    link = sources.links[url.query] if url.query else NO_LINK
    return referrer.host, source_of(referrer, link)


def _is_own(host: str, draft: Draft, authority: str) -> bool:
    """Whether a referring host is the tracker's or the page's own."""
    if host == draft.site.domain or host in draft.site.hostnames:
        return True
    url = draft.payload.url or ""
    if not authority and url.startswith("/") and not url.startswith("//"):
        return False
    named = authority or url
    maybe_own = host in named.lower() or not named.isascii()
    return maybe_own and host == referrer_host(url)


def warm_up() -> None:
    """Load the suffix list and the table now rather than with the first event."""
    known_source("google.com")
    known_source("example.com")
