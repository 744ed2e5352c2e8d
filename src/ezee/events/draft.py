"""An event on its way: what came in, and what the steps have read from it so far."""

from __future__ import annotations

import msgspec

from ezee.events.bots.verdict import Verdict
from ezee.events.payload import Payload
from ezee.events.signals import NO_SIGNALS, Signals
from ezee.events.surroundings import Surroundings
from ezee.events.url import NO_URL, Url
from ezee.model.event import Event, Kind, Population
from ezee.model.site import SiteConfig


class Draft(msgspec.Struct, gc=False):
    """What came in (the first block) and what each step adds.

    ``address`` and ``user_agent`` live here and nowhere after: ``finish`` leaves them behind.
    ``trusted`` says that the tracker's owner vouches for the event. ``import_id`` is 0 for an
    event that came in as it happened; an importer sets ``happened_at`` beforehand. Times are
    milliseconds UTC.
    """

    payload: Payload
    site: SiteConfig
    address: str
    user_agent: str
    received_at: int
    surroundings: Surroundings
    signals: Signals = NO_SIGNALS
    trusted: bool = False
    judged: bool = True
    import_id: int = 0

    happened_at: int = 0
    day: int = 0
    hour: int = 0
    utc_offset: int = 0
    browser: str = ""
    version: int = 0
    os: str = ""
    device: str = ""
    hints: int = 0
    declared: Verdict | None = None
    url: Url = NO_URL
    path: str = ""
    page: str = ""
    referrer: str = ""
    source: str = ""
    channel: str = ""
    campaign: tuple[str, str, str, str, str] = ("", "", "", "", "")
    verdict: Verdict | None = None
    country: str = ""
    region: str = ""
    city: str = ""
    screen: str = ""
    language: str = ""
    amount: int = 0
    currency: str = ""
    visitor: int = 0
    population: Population = Population.LIVE
    event_id: int = 0
    kind: Kind = Kind.PAGEVIEW
    name: str = ""
    title: str = ""
    props: str = ""
    verified: bool = False

    def finish(self) -> Event:
        """The event as it is stored."""
        by, medium, campaign, term, content = self.campaign
        return Event(
            self.site.key,
            self.day,
            self.hour,
            self.utc_offset,
            self.happened_at,
            self.received_at,
            self.visitor,
            self.event_id,
            self.kind,
            self.name,
            self.path,
            self.page,
            self.title,
            self.referrer,
            self.source,
            self.channel,
            by,
            medium,
            campaign,
            term,
            content,
            self.country,
            self.region,
            self.city,
            self.browser,
            self.version,
            self.os,
            self.device,
            self.hints,
            self.screen,
            self.language,
            self.props,
            self.amount,
            self.currency,
            self.payload.interactive is not False,
            self.population,
            self.judged,
            self.verified,
        )
