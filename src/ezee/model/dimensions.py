"""The dimensions a report may be broken down by: one entry each, and ``prop:`` for any property.

``prop:*`` is by which properties events have: an event is in the row of each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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
    """A property to break down by, kept in ``column``; there under ``key``, if it has one."""

    name: str
    column: str
    scope: Scope
    key: str = ""

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

PROPERTY = "prop:"
EVERY_PROPERTY = "prop:*"
_PROPERTY = re.compile(r"prop:([A-Za-z0-9_.-]{1,64})")


def find_dimension(name: str) -> Dimension | None:
    """The dimension of that name, ``prop:plan`` among them, or None when there is none."""
    if name == EVERY_PROPERTY:
        return Dimension(name, "props", Scope.EVENT)
    found = _PROPERTY.fullmatch(name)
    if found:
        return Dimension(name, "props", Scope.EVENT, found[1])
    return DIMENSIONS.get(name)


def dimension(name: str) -> Dimension:
    """The dimension of a name that is known to be one."""
    found = find_dimension(name)
    if found is None:
        raise KeyError(name)
    return found


def parts_of(breakdown: str) -> list[str]:
    """The names of the dimensions that a breakdown is by: ``page,country`` is by two together."""
    return breakdown.split(",")


def scope_of(dimensions: Iterable[Dimension]) -> Scope:
    """What the rows of a breakdown by all of these together count."""
    scopes = {each.scope for each in dimensions}
    # A row by page and event together is of custom events, each with the page it was sent from.
    return next(scope for scope in (Scope.EVENT, Scope.PAGEVIEW, Scope.VISIT) if scope in scopes)
