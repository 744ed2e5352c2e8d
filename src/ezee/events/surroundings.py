"""What the steps need that is neither in an event nor in its tracker: made once for a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ezee.events.bots.networks import NO_NETWORKS, Networks
from ezee.events.bots.rates import Rates
from ezee.events.bots.spam import SPAMMERS, read_spammers
from ezee.events.places import ALLOCATED, Places, open_places
from ezee.events.sources.overrides import read_overrides
from ezee.events.sources.reading import PUBLISHED, Sources
from ezee.model.event import Population
from ezee.settings import Settings


class VisitorSalts(Protocol):
    """Where salts come from; see ``store.salts``."""

    def of(self, site: int, day: int, zone: str, now: int) -> tuple[bytes, Population]:
        """The salt of a day, and the population it stands for."""
        ...

    def of_import(self, site: int, day: int, import_id: int, now: int) -> bytes:
        """The salt of one import's day."""
        ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The salts, and what the operator has configured. Without ``rates`` no visitor is too fast."""

    salts: VisitorSalts
    places: Places = ALLOCATED
    networks: Networks = NO_NETWORKS
    spammers: frozenset[str] = SPAMMERS
    sources: Sources = PUBLISHED
    rates: Rates | None = None


def surroundings_of(settings: Settings, salts: VisitorSalts) -> Surroundings:
    """The surroundings that the settings ask for.

    Raises:
        SetupError: one of the operator's files cannot be used; the message names it.
    """
    return Surroundings(
        salts,
        places=open_places(settings.places_database),
        networks=Networks.read(settings.data_centres) if settings.data_centres else NO_NETWORKS,
        spammers=read_spammers(settings.spammers) if settings.spammers else SPAMMERS,
        sources=Sources(read_overrides(settings.sources)) if settings.sources else PUBLISHED,
        rates=Rates(settings.visitor_limit) if settings.visitor_limit else None,
    )
