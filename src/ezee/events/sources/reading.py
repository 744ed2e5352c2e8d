"""What referrers and links tell of where a visitor came from, each remembered by its text."""

from __future__ import annotations

import msgspec

from ezee.events.remembering import Memory
from ezee.events.sources.campaigns import NO_CAMPAIGN, Campaign, campaign_of
from ezee.events.sources.channels import channel_of
from ezee.events.sources.kinds import Known
from ezee.events.sources.overrides import NO_OVERRIDES, Overrides
from ezee.events.sources.referrers import known_referrer, known_source, referrer_host

DIRECT = "Direct"


class Source(msgspec.Struct, frozen=True, gc=False):
    """What a source is called, its channel, and the five campaign fields."""

    name: str
    channel: str
    campaign: tuple[str, str, str, str, str]


class Referrer(msgspec.Struct, frozen=True, gc=False):
    """A referring host, the source it is known as, and the whole source where no link says more."""

    host: str
    known: Known | None
    source: Source


class Link(msgspec.Struct, frozen=True, gc=False):
    """A page's query: its campaign, the source that this means, and the whole source where no
    referrer says more.
    """

    campaign: Campaign
    known: Known | None
    source: Source


class Sources:
    """The published table, with an operator's own names before it.

    ``referrers[text]`` is what a referrer tells as it was sent, ``links[query]`` what the query
    of a page's address does.
    """

    def __init__(self, overrides: Overrides = NO_OVERRIDES) -> None:
        self._overrides = overrides
        self.referrers = Memory(self._read_referrer)
        self.links = Memory(self._read_link)

    def _read_referrer(self, text: str) -> Referrer:
        host = referrer_host(text)
        known = known_referrer(host, self._overrides)
        return Referrer(host, known, _source(host, known, NO_CAMPAIGN, None))

    def _read_link(self, query: str) -> Link:
        campaign = campaign_of(query)
        if campaign is NO_CAMPAIGN:
            return NO_LINK
        known = known_source(campaign.given, self._overrides) if campaign.given else None
        return Link(campaign, known, _source("", None, campaign, known))


def source_of(referrer: Referrer, link: Link) -> Source:
    """The source: as the link names it, else the referrer, else whose click id there is."""
    if link is NO_LINK:
        return referrer.source
    # What a link names needs a referrer for its channel alone, and only where nobody knows it.
    if link.campaign.given and (link.known or not referrer.known):
        return link.source
    return _source(referrer.host, referrer.known, link.campaign, link.known)


def _source(host: str, known: Known | None, campaign: Campaign, meant: Known | None) -> Source:
    name = (
        campaign.given
        or (known.name if known else host)
        or (campaign.click.by.name if campaign.click else DIRECT)
    )
    return Source(name, channel_of(campaign, meant or known, host), campaign[:5])


NO_REFERRER = Referrer("", None, _source("", None, NO_CAMPAIGN, None))
NO_LINK = Link(NO_CAMPAIGN, None, NO_REFERRER.source)
PUBLISHED = Sources()
