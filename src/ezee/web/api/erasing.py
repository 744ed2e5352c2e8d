"""A part of a tracker's history, erased by its owner."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

import anyio.to_thread
import msgspec
from litestar import Request, post
from litestar.params import Parameter

from ezee.accounts import trackers
from ezee.erasing import Part, Receipt, erase_part, preview, read_part, read_receipt
from ezee.errors import InvalidRequest
from ezee.web.api.bodies import read_object
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, json_body, principal_of
from ezee.web.services import Services, services_of


class ErasureAnswer(msgspec.Struct, frozen=True):
    """The answer."""

    data: Receipt


class _Asked(NamedTuple):
    part: Part
    receipt: str
    apply: bool


@post(
    "/api/v1/trackers/{tracker_id:str}/erase",
    guards=[bearer("write"), json_body],
    status_code=200,
    responses=errors(400, 401, 403, 404, 415, 429, 503),
)
async def erase_history(
    request: Request[Any, Any, Any],
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> ErasureAnswer:
    """Tell how much is stored of some days or of a path; with `apply`, erase it for good."""
    services, viewer = services_of(request), principal_of(request).user_id
    asked = _asked(await request.body())
    if asked.apply:
        # Those in line are stored, then erased.
        await services.commit.settled()
    receipt = await anyio.to_thread.run_sync(
        _erase, services, viewer, tracker_id, asked, limiter=services.readers
    )
    return ErasureAnswer(receipt)


def _asked(body: bytes) -> _Asked:
    given = read_object(body)
    apply = given.get("apply")
    if apply is not None and not isinstance(apply, bool):
        raise InvalidRequest.field("apply", "must be true or false")
    return _Asked(read_part(given), read_receipt(given.get("receipt")), apply is True)


def _erase(services: Services, viewer: str, tracker_id: str, asked: _Asked) -> Receipt:
    site_id = trackers.find_tracker(services.database, viewer, tracker_id).site_id
    if not asked.apply:
        return preview(services.store, site_id, asked.part)
    return erase_part(services.store, site_id, asked.part, asked.receipt, services.clock.now())
