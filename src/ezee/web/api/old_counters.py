"""A tracker's old counters: numbers that pages ask ``/count.php`` for, claimed by its owner."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from litestar import Request, delete, get, put
from litestar.params import Parameter

from ezee.accounts import claims
from ezee.accounts.tables import OldCounter
from ezee.model.calendar import utc_text
from ezee.web.api.bodies import read_object
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, json_body, principal_of
from ezee.web.services import services_of

AnyRequest = Request[Any, Any, Any]
TrackerId = Annotated[str, Parameter(description="The tracker's `id`, a UUID.")]
Number = Annotated[int, Parameter(description="The number in `page=…`.")]

_PATH = "/api/v1/trackers/{tracker_id:str}/old-counters"


class ClaimedCounter(msgspec.Struct, frozen=True):
    """An old counter: the number it is asked for by, the page it is of, what it had before."""

    number: int
    path: str
    start: int
    claimed_at: str


class ClaimedCounters(msgspec.Struct, frozen=True):
    """The answer of the list."""

    data: list[ClaimedCounter]


class OneClaimedCounter(msgspec.Struct, frozen=True):
    """The answer about one."""

    data: ClaimedCounter


@get(_PATH, guards=[bearer("read")], responses=errors(401, 403, 404, 429))
async def list_old_counters(request: AnyRequest, tracker_id: TrackerId) -> ClaimedCounters:
    """The old counters of a tracker, by their numbers."""
    services, viewer = services_of(request), principal_of(request).user_id
    rows = await anyio.to_thread.run_sync(claims.list_claims, services.database, viewer, tracker_id)
    return ClaimedCounters([_shown(row) for row in rows])


@put(
    f"{_PATH}/{{number:int}}",
    guards=[bearer("write"), json_body],
    responses=errors(400, 401, 403, 404, 409, 415, 429),
)
async def claim_old_counter(
    request: AnyRequest, tracker_id: TrackerId, number: Number
) -> OneClaimedCounter:
    """Claim an old counter's number for a tracker, or change one that it has."""
    services, viewer = services_of(request), principal_of(request).user_id
    given = {**read_object(await request.body()), "number": number}
    row = await anyio.to_thread.run_sync(
        claims.add_claim, services.database, viewer, tracker_id, given, services.clock.now()
    )
    return OneClaimedCounter(_shown(row))


@delete(
    f"{_PATH}/{{number:int}}",
    guards=[bearer("write")],
    responses=errors(401, 403, 404, 429),
)
async def release_old_counter(request: AnyRequest, tracker_id: TrackerId, number: Number) -> None:
    """Give an old counter's number up, if the tracker has it. Anybody may claim it then."""
    services, viewer = services_of(request), principal_of(request).user_id
    await anyio.to_thread.run_sync(
        claims.remove_claim, services.database, viewer, tracker_id, number
    )


def _shown(row: OldCounter) -> ClaimedCounter:
    return ClaimedCounter(row.number, row.path, row.start, utc_text(row.claimed_at))
