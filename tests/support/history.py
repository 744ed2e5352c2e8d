"""Events read as the service reads them and stored, and all that can be told of them then."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ezee.events.pipeline import Drop, read_event
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import DAY
from ezee.model.event import Bot, Event
from ezee.model.pages import PageRules
from ezee.model.rules import SiteRules
from ezee.model.site import SiteConfig
from ezee.stats.run import report
from ezee.store.base import Batch, EventStore
from ezee.store.looks import KeptFeatures, KeptPaths, NotCounted
from tests.support.events import NOON, draft, readable, site

TODAY = NOON // DAY
_BREAKDOWNS = ("page", "entry_page", "exit_page", "event", "source", "country", "browser", "os")
_NUMBERS = itertools.count(1)


def new_site(groups: tuple[str, ...] = ()) -> SiteConfig:
    """A tracker that no other test has."""
    rules = SiteRules(page_rules=PageRules(groups=groups))
    return site(site_id=f"ezi_{next(_NUMBERS):012x}", rules=rules)


def ingest(
    store: EventStore,
    site: SiteConfig,
    sent: Iterable[dict[str, Any]],
    surroundings: Surroundings,
) -> None:
    """Read and store them together; ``at`` is milliseconds after noon, the rest a draft's."""
    reads = [_read(site, surroundings, **fields) for fields in sent]
    events = [read for read in reads if isinstance(read, Event)]
    bots = [read for read in reads if isinstance(read, Bot)]
    assert len(events) + len(bots) == len(reads)
    store.append(Batch(events, bots=bots))


def _read(
    site: SiteConfig, surroundings: Surroundings, at: int = 0, **fields: Any
) -> Event | Bot | Drop:
    values = {
        "site": site,
        "surroundings": surroundings,
        "salts": surroundings.salts,
        "received_at": NOON + at,
        **fields,
    }
    return read_event(draft(Path(), site_id=site.site_id, **values))


def told(store: EventStore, site: SiteConfig) -> dict[str, Any]:
    """All that can be told of a tracker, but who its visitors are."""
    asked = [("period", "7d"), ("limit", "1000"), *(("dimension", name) for name in _BREAKDOWNS)]
    said = report(store, readable(site_id=site.site_id), asked, NOON + DAY)
    del said["site_id"]
    return {
        **said,
        "not counted": store.look(NotCounted(site.key, TODAY - 9, TODAY + 9)),
        "paths": sorted(store.look(KeptPaths(site.key))),
        "features": sorted(store.look(KeptFeatures(site.key))),
    }
