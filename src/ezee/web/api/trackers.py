"""``/api/v1/trackers``: the account's trackers, by Bearer token."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import anyio.to_thread
import msgspec
from litestar import Request, delete, get, patch, post
from litestar.datastructures import CacheControlHeader
from litestar.params import Parameter

from ezee.accounts import trackers
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import TrackerChange
from ezee.model.calendar import date_of, utc_text
from ezee.model.exclusions import Exclusions
from ezee.model.pages import PageRules
from ezee.web import changing
from ezee.web.api.bodies import read_object
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, json_body, principal_of
from ezee.web.services import Services, services_of

AnyRequest = Request[Any, Any, Any]
TrackerId = Annotated[str, Parameter(description="The tracker's `id`, a UUID.")]


class TrackerSummary(msgspec.Struct, frozen=True):
    """A tracker in the list: exactly these five fields."""

    id: str
    name: str
    domain: str
    site_id: str
    created_at: str


class TrackerDetail(msgspec.Struct, frozen=True):
    """One tracker alone, with its settings.

    ``kept_from`` is the first day whose events are kept, None where all are. ``signing`` says that
    it has a signing secret. ``opt_out_url`` is for its owner: the page on which a browser is opted
    out.
    """

    id: str
    name: str
    domain: str
    site_id: str
    created_at: str
    timezone: str
    hostnames: list[str]
    public_stats: bool
    page_rules: PageRules
    exclusions: Exclusions
    respect_gpc: bool
    respect_dnt: bool
    places: Literal["country", "region", "city"]
    counter: bool
    counter_start: int
    aliases: tuple[str, ...]
    keep_months: int
    kept_from: str | None
    signing: bool
    opt_out_url: str


class TrackerList(msgspec.Struct, frozen=True):
    """The answer of the list."""

    data: list[TrackerSummary]


class OneTracker(msgspec.Struct, frozen=True):
    """The answer about one tracker."""

    data: TrackerDetail


class SigningSecret(msgspec.Struct, frozen=True):
    """What a tracker's own servers sign with."""

    secret: str


class NewSigningSecret(msgspec.Struct, frozen=True):
    """The one answer that shows a signing secret."""

    data: SigningSecret


@get("/api/v1/trackers", guards=[bearer("read")], responses=errors(401, 403, 429))
async def list_trackers(request: AnyRequest) -> TrackerList:
    """List the trackers in the account, oldest first."""
    services, viewer = services_of(request), principal_of(request).user_id
    rows = await anyio.to_thread.run_sync(trackers.list_trackers, services.database, viewer)
    return TrackerList([_summary(row) for row in rows])


@post(
    "/api/v1/trackers",
    guards=[bearer("write"), json_body],
    responses=errors(400, 401, 403, 409, 415, 429),
)
async def add_tracker(request: AnyRequest) -> OneTracker:
    """Add a tracker."""
    services, viewer = services_of(request), principal_of(request).user_id
    change = _change(await request.body())
    added = await anyio.to_thread.run_sync(_add, services, viewer, change)
    services.directory.refresh()
    return added


@get(
    "/api/v1/trackers/{tracker_id:str}",
    guards=[bearer("read")],
    responses=errors(401, 403, 404, 429),
)
async def one_tracker(request: AnyRequest, tracker_id: TrackerId) -> OneTracker:
    """One tracker with its settings."""
    services, viewer = services_of(request), principal_of(request).user_id
    return await anyio.to_thread.run_sync(_find, services, viewer, tracker_id)


@patch(
    "/api/v1/trackers/{tracker_id:str}",
    guards=[bearer("write"), json_body],
    responses=errors(400, 401, 403, 404, 409, 415, 429),
)
async def change_tracker(request: AnyRequest, tracker_id: TrackerId) -> OneTracker:
    """Change a tracker: the fields that are given, the others stay."""
    services, viewer = services_of(request), principal_of(request).user_id
    change = _change(await request.body())
    changed = await changing.change_tracker(services, viewer, tracker_id, change)
    return await anyio.to_thread.run_sync(lambda: OneTracker(_detail(changed, services)))


@delete(
    "/api/v1/trackers/{tracker_id:str}",
    guards=[bearer("write")],
    responses=errors(401, 403, 404, 429),
)
async def remove_tracker(request: AnyRequest, tracker_id: TrackerId) -> None:
    """Delete a tracker, its events with it."""
    services, viewer = services_of(request), principal_of(request).user_id
    await changing.remove_tracker(services, viewer, tracker_id)


@post(
    "/api/v1/trackers/{tracker_id:str}/signing-secret",
    guards=[bearer("write")],
    cache_control=CacheControlHeader(no_store=True),
    responses=errors(401, 403, 404, 429),
)
async def new_signing_secret(request: AnyRequest, tracker_id: TrackerId) -> NewSigningSecret:
    """Make a signing secret, in place of an earlier one. It is shown this once."""
    services, viewer = services_of(request), principal_of(request).user_id
    secret = await changing.new_signing_secret(services, viewer, tracker_id)
    return NewSigningSecret(SigningSecret(secret))


@delete(
    "/api/v1/trackers/{tracker_id:str}/signing-secret",
    guards=[bearer("write")],
    responses=errors(401, 403, 404, 429),
)
async def remove_signing_secret(request: AnyRequest, tracker_id: TrackerId) -> None:
    """Turn signing off: no stamp is genuine any more."""
    services, viewer = services_of(request), principal_of(request).user_id
    await anyio.to_thread.run_sync(
        trackers.remove_signing_secret, services.database, viewer, tracker_id
    )
    services.directory.refresh()


def _add(services: Services, viewer: str, change: TrackerChange) -> OneTracker:
    row = trackers.add_tracker(services.database, viewer, change, services.clock.now())
    return OneTracker(_detail(row, services))


def _find(services: Services, viewer: str, tracker_id: str) -> OneTracker:
    return OneTracker(
        _detail(trackers.find_tracker(services.database, viewer, tracker_id), services)
    )


def _change(body: bytes) -> TrackerChange:
    """What a body asks for; fields we do not know are ignored."""
    given = read_object(body)
    return TrackerChange(**{name: given.get(name) for name in TrackerChange.__struct_fields__})


def _summary(row: Tracker) -> TrackerSummary:
    return TrackerSummary(row.id, row.name, row.domain, row.site_id, utc_text(row.created_at))


def _detail(row: Tracker, services: Services) -> TrackerDetail:
    rules = trackers.rules_of(row)
    settings = services.settings
    return TrackerDetail(
        row.id,
        row.name,
        row.domain,
        row.site_id,
        utc_text(row.created_at),
        row.timezone,
        list(row.hostnames),
        row.public_stats,
        rules.page_rules,
        rules.exclusions,
        rules.respect_gpc,
        rules.respect_dnt,
        rules.places,
        rules.counter,
        rules.counter_start,
        rules.aliases,
        rules.keep_months,
        str(date_of(rules.kept_from)) if rules.kept_from else None,
        row.signing_nonce is not None,
        settings.base_url + trackers.opt_out_path(row, read_service_key(settings.data)),
    )
