"""What the service answers, as types: JSON objects, so that a newer service's fields are there."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict


class Dropped(TypedDict):
    """An event that was not counted: its place among those that were sent, and why."""

    index: int
    reason: str
    message: NotRequired[str]


class Collected(TypedDict):
    """How many events are on disk, and which are not counted."""

    accepted: int
    dropped: list[Dropped]


class Tracker(TypedDict):
    """A site that is counted. One tracker alone carries its settings too."""

    id: str
    name: str
    domain: str
    site_id: str
    created_at: str
    timezone: NotRequired[str]
    hostnames: NotRequired[list[str]]
    public_stats: NotRequired[bool]
    page_rules: NotRequired[dict[str, Any]]
    exclusions: NotRequired[dict[str, list[str]]]
    respect_gpc: NotRequired[bool]
    respect_dnt: NotRequired[bool]
    places: NotRequired[str]
    signing: NotRequired[bool]
    opt_out_url: NotRequired[str]


Period = TypedDict("Period", {"from": str, "to": str, "interval": str, "timezone": str})


class Comparison(TypedDict):
    """The same numbers of another time."""

    period: Period
    totals: dict[str, Any]
    timeseries: list[dict[str, Any]]


class Stats(TypedDict):
    """The numbers of a tracker. ``rows`` is how many rows each breakdown has in all."""

    site_id: str
    period: Period
    totals: dict[str, Any]
    timeseries: list[dict[str, Any]]
    breakdowns: dict[str, list[dict[str, Any]]]
    rows: dict[str, int]
    comparison: NotRequired[Comparison]


class Live(TypedDict):
    """Who is on a site now."""

    visitors: int
    pages: list[dict[str, Any]]
    sources: list[dict[str, Any]]


class Me(TypedDict):
    """Whose token it is, and what it may do."""

    email: str
    plan: str
    limits: dict[str, int]
    token: dict[str, Any]
