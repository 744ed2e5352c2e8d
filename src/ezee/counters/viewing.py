"""Counting whoever looks at a counter, as a pageview like any other."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from urllib.parse import quote

from ezee.clock import Clock
from ezee.errors import EzeeError
from ezee.events.collector import Collector, Sender
from ezee.events.payload import Payload
from ezee.limits import Buckets
from ezee.model.site import SiteConfig

# Views of one tracker's counters that are counted a minute. An address has no limit: all who read
# a page through a proxy have one address, and a person too fast is told by ``--visitor-limit``.
VIEWS = 6_000
# Seconds that the picture waits for the view to be on disk.
_PATIENCE = 5.0
_LONGEST = 8_000
_ORIGIN = re.compile(r"https?://[^/?#\s]+", re.IGNORECASE)


class Views:
    """Hands views to the collector. What cannot be counted is not, and nobody is told."""

    def __init__(self, collector: Collector, clock: Clock) -> None:
        self._collector = collector
        self._views = Buckets(clock)
        self._counting: set[asyncio.Task[bool]] = set()

    async def count(
        self, site: SiteConfig, url: str, referer: str, sender: Callable[[], Sender]
    ) -> bool:
        """Count a view of a page; ``url`` is its path, or empty: then ``referer`` tells.

        Who sent it is asked only of what is to be counted. Returns whether it is on disk now; that
        of a program is, if not among people's.
        """
        if not self._views.take(site.key, VIEWS).allowed:
            self._collector.note_limited([Payload(site_id=site.site_id)])
            return False
        payload = Payload(site_id=site.site_id, url=_address(url, referer))
        # Whoever hangs up has looked all the same.
        counting = asyncio.create_task(self._count(payload, sender()))
        self._counting.add(counting)
        counting.add_done_callback(self._counting.discard)
        done, _ = await asyncio.wait({counting}, timeout=_PATIENCE)
        return bool(done) and counting.result()

    async def _count(self, payload: Payload, sender: Sender) -> bool:
        try:
            outcome = await self._collector.collect(payload, sender)
        except EzeeError:
            return False
        return outcome.accepted == 1


def _address(url: str, referer: str) -> str:
    """The page's whole address, so far as it is known, for rules about hosts."""
    referer = quote(referer[:_LONGEST], safe="%/:?#[]@!$&'()*+,;=~")
    origin = _ORIGIN.match(referer)
    if not url:
        return referer if origin else "/"
    return f"{origin[0] if origin else ''}{url}"
