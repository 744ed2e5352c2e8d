"""Where the visitor came from: referring host, source, channel, campaign."""

from __future__ import annotations

from typing import NamedTuple

from ezee.events.draft import Draft
from ezee.events.remembering import Memory
from ezee.events.sources.campaigns import campaign_of
from ezee.events.sources.channels import channel_of
from ezee.events.sources.overrides import Overrides
from ezee.events.sources.referrers import known_referrer, known_source, referrer_host

DIRECT = "Direct"


class Source(NamedTuple):
    """What a source is called, its channel, and the five campaign fields."""

    name: str
    channel: str
    campaign: tuple[str, str, str, str, str]


def put_source(draft: Draft) -> None:
    """Referrer, source, channel and the five campaign fields."""
    sent = draft.payload.referrer
    host = _hosts[sent] if sent else ""
    if host and _is_own(host, draft):
        host = ""
    draft.referrer = host
    source = _sources[host, draft.url.query, draft.surroundings.referrers]
    draft.source, draft.channel, draft.campaign = source


def _read(key: tuple[str, str, Overrides]) -> Source:
    """The source: as the address names it, else the referrer, else whose click id there is."""
    referrer, query, overrides = key
    campaign = _campaigns[query]
    referring = known_referrer(referrer, overrides)
    named = known_source(campaign.given, overrides) if campaign.given else None
    name = (
        campaign.given
        or (referring.name if referring else referrer)
        or (campaign.click.by.name if campaign.click else DIRECT)
    )
    return Source(name, channel_of(campaign, named or referring, referrer), campaign[:5])


_campaigns = Memory(campaign_of)
_hosts = Memory(referrer_host)
_sources = Memory(_read)


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
