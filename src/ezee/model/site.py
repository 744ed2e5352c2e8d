"""A tracker as the two lines know it: whom events are for, and whose stats may be read."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec

from ezee.model.rules import DEFAULT_RULES, SiteRules

_SITE_ID = re.compile(r"ezi_([0-9a-f]{12})")


class SiteConfig(msgspec.Struct, frozen=True):
    """What collecting an event needs to know of its tracker.

    ``signing_secret`` is what its own servers sign with, "" where it has none; ``opt_out_key``
    shows that an opt-out link came from its owner.
    """

    site_id: str
    domain: str
    timezone: str
    hostnames: tuple[str, ...]
    public_stats: bool
    owner: str
    rules: SiteRules = DEFAULT_RULES
    signing_secret: str = ""
    opt_out_key: str = ""

    @property
    def key(self) -> int:
        """The number in the ``site_id``: what the event store calls the tracker."""
        return site_key(self.site_id)

    @property
    def hosts(self) -> frozenset[str]:
        """Every host that is the tracker's own, without ``www.``."""
        return frozenset((self.domain, *self.hostnames))


class ReadableSite(msgspec.Struct, frozen=True):
    """A tracker whose stats the caller may read.

    Made by ``accounts.policy`` alone, so that a question without the check is a type error.
    ``private`` says whether properties and revenue may be read as well. ``kept_from`` is the first
    local day whose events are there to be read, 0 where all are.
    """

    site_id: str
    timezone: str
    private: bool
    kept_from: int = 0

    @property
    def key(self) -> int:
        """The number in the ``site_id``."""
        return site_key(self.site_id)


@lru_cache(maxsize=10_000)
def site_key(site_id: str) -> int:
    """The number in a well-formed ``site_id``: 12 hex digits fit 48 bits."""
    return int(site_id[4:], 16)


def site_id_of(key: int) -> str:
    """The ``site_id`` of a tracker that the event store calls so."""
    return f"ezi_{key:012x}"


def is_site_id(text: str) -> bool:
    """Whether the text has the form ``ezi_`` and 12 lower-case hex digits."""
    return _SITE_ID.fullmatch(text) is not None
