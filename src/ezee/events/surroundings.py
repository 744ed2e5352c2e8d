"""What the steps need that is neither in an event nor in its tracker: made once for a service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ezee.events.sources.overrides import NO_OVERRIDES, Overrides
from ezee.model.event import Population


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
    """The salts, and what the operator has configured."""

    salts: VisitorSalts
    referrers: Overrides = NO_OVERRIDES
