"""The panels of breakdowns: their tabs, and the dimension behind each."""

from __future__ import annotations

import msgspec

from ezee.model.dimensions import EVERY_PROPERTY, PROPERTY, find_dimension

MAP = "map"
REVENUE = "revenue"
PROPERTIES = "properties"
DROPPED = "dropped"


class Panel(msgspec.Struct, frozen=True):
    """A card with tabs. ``more`` are dimensions that are reached from within a tab."""

    name: str
    tabs: tuple[str, ...]
    more: tuple[str, ...] = ()

    def holds(self, tab: str) -> bool:
        """Whether that is a dimension to be shown here, though none of the tabs."""
        if tab in self.more:
            return True
        return self.name == "events" and is_property(tab)


PANELS: dict[str, Panel] = {
    panel.name: panel
    for panel in (
        Panel("pages", ("page", "entry_page", "exit_page")),
        Panel(
            "sources",
            ("source", "channel", "utm_campaign"),
            ("referrer", "utm_source", "utm_medium", "utm_term", "utm_content"),
        ),
        Panel("places", (MAP, "country", "language"), ("region", "city")),
        Panel("devices", ("device", "browser", "os", "screen")),
        Panel("events", ("event", PROPERTIES, REVENUE)),
    )
}


def dimension_of(tab: str) -> str:
    """The dimension that a tab breaks down by; empty where it takes no breakdown of its own."""
    if tab == MAP:
        return "country"
    if tab == PROPERTIES:
        return EVERY_PROPERTY
    return "" if tab == REVENUE else tab


def is_private(tab: str) -> bool:
    """Whether only the owner may see what stands behind a tab, or behind a panel without any."""
    return tab in {PROPERTIES, REVENUE, DROPPED} or tab.startswith(PROPERTY)


def is_property(name: str) -> bool:
    """Whether that names a property of events."""
    return name.startswith(PROPERTY) and name != EVERY_PROPERTY and find_dimension(name) is not None
