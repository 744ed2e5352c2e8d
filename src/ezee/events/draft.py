"""An event as it came in, and all that is known before it is read."""

from __future__ import annotations

import msgspec

from ezee.events.payload import Payload
from ezee.events.signals import NO_SIGNALS, Signals
from ezee.events.surroundings import Surroundings
from ezee.model.site import SiteConfig


class Draft(msgspec.Struct, frozen=True, gc=False):
    """What an event is read from.

    ``address`` and ``user_agent`` live here and nowhere after: nothing of them is in what is read.
    ``trusted`` says that the tracker's owner vouches for the event. ``import_id`` is 0 for an
    event that came in as it happened; an importer sets ``happened_at``. Times are milliseconds
    UTC.
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
