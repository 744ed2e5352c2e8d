"""Where the visitor came from: referring host, source, channel, campaign."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from ezee.events.draft import Draft
from ezee.events.sources.campaigns import NO_CAMPAIGN, Campaign, campaign_of
from ezee.events.sources.channels import channel_of
from ezee.events.sources.overrides import Overrides
from ezee.events.sources.referrers import known_referrer, known_source, referrer_host

DIRECT = "Direct"


class Source(NamedTuple):
    """What a source is called, and its channel."""

    name: str
    channel: str


def put_source(draft: Draft) -> None:
    """Referrer, source, channel and the five campaign fields."""
    url = draft.payload.url or ""
    campaign = campaign_of(url) if "?" in url else NO_CAMPAIGN
    draft.referrer = _referrer(draft)
    draft.campaign = campaign[:5]
    draft.source, draft.channel = source_of(campaign, draft.referrer, draft.surroundings.referrers)


@lru_cache(maxsize=20_000)
def source_of(campaign: Campaign, referrer: str, overrides: Overrides) -> Source:
    """The source: as the address names it, else the referrer, else whose click id there is."""
    referring = known_referrer(referrer, overrides)
    named = known_source(campaign.given, overrides) if campaign.given else None
    name = (
        campaign.given
        or (referring.name if referring else referrer)
        or (campaign.click.by.name if campaign.click else DIRECT)
    )
    return Source(name, channel_of(campaign, named or referring, referrer))


def _referrer(draft: Draft) -> str:
    """The referring host; empty when it is the tracker's or the page's own."""
    if not draft.payload.referrer:
        return ""
    host = referrer_host(draft.payload.referrer)
    if host == draft.site.domain or host in draft.site.hostnames:
        return ""
    url = draft.payload.url or ""
    maybe_own = host in url.lower() or not url.isascii()
    return "" if maybe_own and host == referrer_host(url) else host


def warm_up() -> None:
    """Load the suffix list and the table now rather than with the first event."""
    known_source("google.com")
    known_source("example.com")
