"""What is stored of one counted event, and why another was not counted."""

from __future__ import annotations

from enum import IntEnum, StrEnum

import msgspec


class Kind(IntEnum):
    """What an event is to the numbers; see "Counting" in the docs."""

    PAGEVIEW = 0
    CUSTOM = 1
    ENGAGEMENT = 2


class Population(IntEnum):
    """Which salt an event's visitor was hashed with; visitors of two never mix."""

    LIVE = 0
    BACKFILL = 1
    IMPORT = 2


class DropReason(StrEnum):
    """Why an event is not counted. Each is told to the sender."""

    BOT = "bot"
    EXCLUDED = "excluded"
    OPTED_OUT = "opted_out"
    DUPLICATE = "duplicate"
    HOSTNAME = "hostname"
    BEYOND_RETENTION = "beyond_retention"
    INVALID = "invalid"
    UNKNOWN_SITE = "unknown_site"
    RATE_LIMITED = "rate_limited"


class Dropped(msgspec.Struct, frozen=True, omit_defaults=True):
    """One event of a request that was not counted; ``index`` is its place in the request."""

    index: int
    reason: DropReason
    message: str = ""


class Event(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One event as it is stored: the columns of the ``events`` table, in their order.

    Times are milliseconds UTC; ``day``, ``hour`` and ``utc_offset`` (minutes) are the tracker's
    local date and clock hour at ``happened_at``. ``site`` is the number in the ``site_id``.
    ``visitor`` is the 64-bit daily hash; ``event_id`` the 64-bit hash of the sender's own id, 0
    without one. ``page`` is ``path`` after the tracker's grouping. ``version`` is the browser's
    major version, ``hints`` the bits of ``events.bots.features.Hint``. ``amount`` is in minor units
    of ``currency``. Text is empty where unknown.
    """

    site: int
    day: int
    hour: int
    utc_offset: int
    happened_at: int
    received_at: int
    visitor: int
    event_id: int
    kind: int
    name: str
    path: str
    page: str
    title: str
    referrer: str
    source: str
    channel: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    country: str
    region: str
    city: str
    browser: str
    version: int
    os: str
    device: str
    hints: int
    screen: str
    language: str
    props: str
    amount: int
    currency: str
    interactive: bool
    population: int
    judged: bool
    verified: bool


class Bot(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """An event that a program made, kept beside the counted ones.

    ``rule`` is the published name of what decided, ``category`` the kind of program, ``token`` the
    product token of a declared crawler, empty for any other. ``place`` is how many counted events
    of its batch came before it.
    """

    event: Event
    rule: str
    category: str
    token: str
    place: int = 0


class Drops(msgspec.Struct, frozen=True, array_like=True):
    """How many events of a tracker's local day were not counted for one reason."""

    site: int
    day: int
    reason: str
    count: int
