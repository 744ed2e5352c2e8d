"""Events and trackers for tests, with everything that does not matter filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ezee.events.draft import Draft
from ezee.events.payload import Payload
from ezee.events.surroundings import Surroundings
from ezee.model.calendar import local_hour
from ezee.model.event import Event, Kind, Population
from ezee.model.site import ReadableSite, SiteConfig
from ezee.store.duckdb import DuckDBStore
from ezee.store.salts import Salts
from tests.support.clock import instant
from tests.support.service import BROWSER

SITE_ID = "ezi_00000000000a"
NOON = instant("2026-03-10T12:00:00+00:00")


class PatientStore(DuckDBStore):
    """The embedded engine, where a question waits for its visits however slow the machine is."""

    _PATIENCE = 60.0


def site(zone: str = "UTC", site_id: str = SITE_ID, **others: Any) -> SiteConfig:
    """A tracker of ``example.com``."""
    values: dict[str, Any] = {
        "site_id": site_id,
        "domain": "example.com",
        "timezone": zone,
        "hostnames": ("shop.example.com",),
        "public_stats": True,
        "owner": "alice",
        **others,
    }
    return SiteConfig(**values)


def readable(zone: str = "UTC", site_id: str = SITE_ID) -> ReadableSite:
    """The same tracker as a question sees it."""
    return ReadableSite(site_id, zone, private=True)


def draft(folder: Path, zone: str = "UTC", **fields: Any) -> Draft:
    """A draft of a pageview; ``fields`` go to the draft, or else into what was sent."""
    sent = {name: fields.pop(name) for name in list(fields) if name not in _DRAFT_FIELDS}
    sent = {"site_id": SITE_ID, "url": "https://example.com/", **sent}
    values: dict[str, Any] = {
        "site": site(zone),
        "address": "203.0.113.7",
        "user_agent": BROWSER,
        "received_at": NOON,
        **fields,
    }
    salts = values.pop("salts", None) or Salts(folder)
    values.setdefault("surroundings", Surroundings(salts))
    return Draft(payload=Payload(**sent), **values)


_DRAFT_FIELDS = {
    *("site", "address", "user_agent", "received_at", "salts", "surroundings", "signals"),
    *("trusted", "judged", "import_id", "happened_at"),
}


def event(at: int = NOON, zone: str = "UTC", **fields: Any) -> Event:
    """A stored pageview of visitor 1 at ``at`` (ms)."""
    day, hour, offset = local_hour(at, zone)
    values: dict[str, Any] = {
        **dict.fromkeys(Event.__struct_fields__, ""),
        "site": int(SITE_ID[4:], 16),
        "day": day,
        "hour": hour,
        "utc_offset": offset,
        "happened_at": at,
        "received_at": at,
        "visitor": 1,
        "event_id": 0,
        "kind": Kind.PAGEVIEW,
        "path": "/",
        "page": "/",
        "version": 0,
        "hints": 0,
        "source": "Direct",
        "channel": "Direct",
        "amount": 0,
        "interactive": True,
        "population": Population.LIVE,
        "judged": True,
        "verified": False,
        **fields,
    }
    return Event(**values)
