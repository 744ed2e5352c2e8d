"""The events of one tracker as a file: to its owner alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from typing import Annotated, Any, NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter
from litestar import Request, get
from litestar.params import Parameter
from litestar.response import Stream

from ezee.accounts.policy import readable_by_owner
from ezee.exports.asked import ask_for_events, read_asked
from ezee.exports.events import table_of_events
from ezee.exports.formats import FORMATS
from ezee.exports.tables import Pieces
from ezee.model.calendar import date_of
from ezee.stats.parse import Now, Parameters
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of
from ezee.web.services import Services, services_of


class _File(NamedTuple):
    """A file to be downloaded."""

    name: str
    media_type: str
    pieces: Pieces


@get(
    "/api/v1/trackers/{tracker_id:str}/export",
    guards=[bearer("read")],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def export_events(
    request: Request[Any, Any, Any],
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> Stream:
    """The counted events of one of the account's trackers, as CSV, NDJSON or Parquet."""
    services, viewer = services_of(request), principal_of(request).user_id
    parameters = list(request.query_params.multi_items())
    file = await anyio.to_thread.run_sync(
        _file, services, viewer, tracker_id, parameters, limiter=services.readers
    )
    # A failure before the first byte is still told as one.
    first: bytes | None = b""
    while first == b"":
        first = await _next(file.pieces, services.readers)
    headers = {
        "content-disposition": f'attachment; filename="{file.name}"',
        "cache-control": "no-store",
    }
    content = _send(first, file.pieces, services.readers)
    return Stream(content, media_type=file.media_type, headers=headers)


def _file(services: Services, viewer: str, tracker_id: str, parameters: Parameters) -> _File:
    now = services.clock.now()
    # Wrong parameters are told before a tracker is missed.
    read_asked(parameters, Now(now, "UTC", None))
    site = readable_by_owner(services.database, viewer, tracker_id)
    asked = ask_for_events(services.store, site, parameters, now)
    first, last = date_of(asked.span.first_day), date_of(asked.span.last_day)
    chosen = FORMATS[asked.format]
    return _File(
        f"{site.site_id}-{first}-{last}.{asked.format}",
        chosen.media_type,
        chosen.write(table_of_events(services.store, site, asked.span)),
    )


async def _send(
    first: bytes | None, pieces: Pieces, readers: CapacityLimiter
) -> AsyncIterator[bytes]:
    """What was asked for, taken from the store no faster than the client takes it."""
    with closing(pieces):
        piece = first
        while piece is not None:
            yield piece
            piece = await _next(pieces, readers)


async def _next(pieces: Pieces, readers: CapacityLimiter) -> bytes | None:
    """One piece, None after the last; others may read between two."""
    return await anyio.to_thread.run_sync(lambda: next(pieces, None), limiter=readers)
