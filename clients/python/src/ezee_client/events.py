"""An event, as it is sent."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """A pageview, or a custom event of any other ``name``.

    Each has an ``id`` of its own, so that it counts once however often it has to be sent, and the
    time at which it was made, so that it counts when it happened however late it arrives.
    ``client_ip`` and ``user_agent`` name the visitor; they need the owner's token. A naive
    ``timestamp`` is in UTC. ``value`` is in units of ``currency``.
    """

    site_id: str
    url: str | None = None
    name: str = "pageview"
    referrer: str | None = None
    title: str | None = None
    screen_width: int | None = None
    language: str | None = None
    props: Mapping[str, str | bool | float | None] | None = None
    interactive: bool | None = None
    value: float | None = None
    currency: str | None = None
    client_ip: str | None = None
    user_agent: str | None = None
    opt_out: str | None = None
    stamp: str | None = None
    timestamp: datetime | None = field(default_factory=lambda: datetime.now(UTC))
    id: str | None = field(default_factory=lambda: uuid.uuid4().hex)

    def wire(self) -> dict[str, Any]:
        """The JSON object of the event, without what is not known."""
        values = {name: getattr(self, name) for name in self.__slots__}
        if self.timestamp is not None:
            values["timestamp"] = self.timestamp.isoformat(timespec="milliseconds")
        if self.props is not None:
            values["props"] = dict(self.props)
        return {name: value for name, value in values.items() if value is not None}
