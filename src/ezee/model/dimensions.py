"""The dimensions a report may be broken down by: one entry each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """What a dimension's value is a property of."""

    PAGEVIEW = "pageviews"
    """Of a pageview: rows count visitors and pageviews."""
    EVENT = "events"
    """Of a custom event: rows count visitors and events."""
    VISIT = "visits"
    """Of a whole visit: rows count visitors and visits."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """A property to break down by; ``empty`` is what its unknown value is called outside."""

    name: str
    column: str
    scope: Scope

    @property
    def count(self) -> str:
        """What a row of its breakdown counts beside visitors."""
        return self.scope.value


_VISIT_COLUMNS = (
    "entry_page",
    "exit_page",
    "source",
    "channel",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "country",
    "region",
    "city",
    "browser",
    "os",
    "device",
    "screen",
    "language",
)

DIMENSIONS: dict[str, Dimension] = {
    "page": Dimension("page", "page", Scope.PAGEVIEW),
    **{name: Dimension(name, name, Scope.VISIT) for name in _VISIT_COLUMNS},
    "event": Dimension("event", "name", Scope.EVENT),
}

DEFAULT_DIMENSIONS = ("page", "source", "country", "browser", "os", "device", "event")
