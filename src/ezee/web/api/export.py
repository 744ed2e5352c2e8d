"""The events of one tracker as a file: to its owner alone."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
from litestar import Request, get
from litestar.params import Parameter
from litestar.response import Stream

from ezee.accounts.policy import readable_by_owner
from ezee.exports.asked import ask_for_events, read_asked
from ezee.exports.events import table_of_events
from ezee.exports.formats import FORMATS
from ezee.model.calendar import date_of
from ezee.stats.parse import Now, Parameters
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of
from ezee.web.files import File, send_file
from ezee.web.services import Services, services_of


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
    return await send_file(file, services.readers)


def _file(services: Services, viewer: str, tracker_id: str, parameters: Parameters) -> File:
    now = services.clock.now()
    # Wrong parameters are told before a tracker is missed.
    read_asked(parameters, Now(now, "UTC", None))
    site = readable_by_owner(services.database, viewer, tracker_id)
    asked = ask_for_events(services.store, site, parameters, now)
    first, last = date_of(asked.span.first_day), date_of(asked.span.last_day)
    chosen = FORMATS[asked.format]
    return File(
        f"{site.site_id}-{first}-{last}.{asked.format}",
        chosen.media_type,
        chosen.write(table_of_events(services.store, site, asked.span)),
    )
