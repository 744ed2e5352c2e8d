"""Every request there is, without sending it: both clients send these."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypedDict
from urllib.parse import quote

from ezee_client.events import Event

BATCH = 500
"""Events that one request may hold."""

_TRACKERS = "/api/v1/trackers"


@dataclass(frozen=True, slots=True)
class Call:
    """One request. ``repeatable``: sent twice it does what it does once."""

    method: str
    path: str
    params: tuple[tuple[str, str], ...] = ()
    body: Any = None
    repeatable: bool = True


def collect(events: Sequence[Event]) -> Call:
    """Events to be recorded, as one batch."""
    body = {"events": [event.wire() for event in events]}
    repeatable = all(event.id is not None for event in events)
    return Call("POST", "/api/public/collect", body=body, repeatable=repeatable)


def batches(events: Iterable[Event]) -> Iterable[list[Event]]:
    """The events in lots that one request can hold."""
    every = list(events)
    for start in range(0, len(every), BATCH):
        yield every[start : start + BATCH]


def public_stats(site_id: str, asked: Asked) -> Call:
    """The numbers of a tracker by its ``site_id``."""
    return Call("GET", "/api/public/stats", (("site_id", site_id), *parameters(asked)))


def export_events(tracker_id: str, asked: Days) -> Call:
    """The events of one of your trackers, as a file."""
    return Call("GET", f"{_one(tracker_id)}/export", parameters(asked))


def table(call: Call, name: str, asked: Table) -> Call:
    """A table of the stats that are asked for by ``call``, as a file."""
    whole: Table = {"format": "csv", **asked}
    return replace(call, params=(*call.params, ("table", name), *parameters(whole)))


def live(site_id: str) -> Call:
    """Who is on a site now."""
    return Call("GET", "/api/public/live", (("site_id", site_id),))


def tracker_stats(tracker_id: str, asked: Asked) -> Call:
    """The numbers of one of your trackers."""
    return Call("GET", f"{_one(tracker_id)}/stats", parameters(asked))


def me() -> Call:
    """Whose token it is."""
    return Call("GET", "/api/v1/me")


def trackers() -> Call:
    """All of the account."""
    return Call("GET", _TRACKERS)


def tracker(tracker_id: str) -> Call:
    """One with its settings."""
    return Call("GET", _one(tracker_id))


def add_tracker(settings: dict[str, Any]) -> Call:
    """A new one."""
    return Call("POST", _TRACKERS, body=settings, repeatable=False)


def change_tracker(tracker_id: str, settings: dict[str, Any]) -> Call:
    """Settings that become others."""
    return Call("PATCH", _one(tracker_id), body=settings)


def remove_tracker(tracker_id: str) -> Call:
    """The end of a tracker and of its events."""
    return Call("DELETE", _one(tracker_id), repeatable=False)


def new_secret(tracker_id: str) -> Call:
    """A signing secret in the place of the one before."""
    return Call("POST", f"{_one(tracker_id)}/signing-secret", repeatable=False)


def remove_secret(tracker_id: str) -> Call:
    """The end of signing."""
    return Call("DELETE", f"{_one(tracker_id)}/signing-secret")


class Asked(TypedDict, total=False):
    """What may be asked of stats. ``start`` and ``end`` are both included."""

    period: str
    start: date
    end: date
    interval: str
    metrics: Sequence[str]
    dimensions: Sequence[str]
    filters: Sequence[str]
    compare: str
    order: str
    limit: int
    offset: int
    verified: bool


class Table(Asked, total=False):
    """The same, and the format of a file: ``csv`` unless given, ``ndjson`` or ``parquet``."""

    format: str


class Days(TypedDict, total=False):
    """The format of a file, and which days; all unless given."""

    format: str
    period: str
    start: date
    end: date


_NAMES = {"start": "from", "end": "to", "dimensions": "dimension", "filters": "filter"}


def parameters(asked: Asked | Days) -> tuple[tuple[str, str], ...]:
    """The query of a question."""
    pairs: list[tuple[str, str]] = []
    for key, value in asked.items():
        name = _NAMES.get(key, key)
        match value:
            case bool():
                pairs += [(name, "1")] if value else []
            case list() | tuple() if key == "metrics":
                pairs.append((name, ",".join(value)))
            case list() | tuple():
                pairs += [(name, str(each)) for each in value]
            case _:
                pairs.append((name, str(value)))
    return tuple(pairs)


def _one(tracker_id: str) -> str:
    return f"{_TRACKERS}/{quote(tracker_id, safe='')}"
