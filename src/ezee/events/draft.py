"""An event on its way: what came in, and what the steps have read from it so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ezee.events.payload import Payload
from ezee.model.event import Event, Kind, Population
from ezee.model.site import SiteConfig


class VisitorSalts(Protocol):
    """Where salts come from; see ``store.salts``."""

    def of(self, site: int, day: int, zone: str, now: int) -> tuple[bytes, Population]:
        """The salt of a day, and the population it stands for."""
        ...

    def of_import(self, site: int, day: int, import_id: int, now: int) -> bytes:
        """The salt of one import's day."""
        ...


@dataclass(slots=True)
class Draft:
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
    salts: VisitorSalts
    trusted: bool = False
    judged: bool = True
    import_id: int = 0

    happened_at: int = 0
    day: int = 0
    hour: int = 0
    utc_offset: int = 0
    browser: str = ""
    os: str = ""
    device: str = ""
    page: str = ""
    referrer: str = ""
    source: str = ""
    channel: str = ""
    campaign: tuple[str, str, str, str, str] = ("", "", "", "", "")
    country: str = ""
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

    def finish(self) -> Event:
        """The event as it is stored."""
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
            self.page,
            self.title,
            self.referrer,
            self.source,
            self.channel,
            *self.campaign,
            self.country,
            self.browser,
            self.os,
            self.device,
            self.screen,
            self.language,
            self.props,
            self.amount,
            self.currency,
            self.payload.interactive is not False,
            self.population,
            self.judged,
        )
