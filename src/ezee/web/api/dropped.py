"""What was not counted of one tracker, and why: to its owner alone."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from litestar import Request, get
from litestar.params import Parameter

from ezee.accounts.policy import readable_by_owner
from ezee.stats.dropped import PARAMETERS, PERIODS, DroppedReport, read_period, report_dropped
from ezee.stats.parse import Now, Parameters
from ezee.stats.reader import Reader, none_of
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of
from ezee.web.services import Services, services_of


class DroppedAnswer(msgspec.Struct, frozen=True):
    """The answer."""

    data: DroppedReport


@get(
    "/api/v1/trackers/{tracker_id:str}/dropped",
    guards=[bearer("read")],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def dropped_events(
    request: Request[Any, Any, Any],
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> DroppedAnswer:
    """Events of one of the account's trackers that were not counted: by reason, rule and day."""
    services, viewer = services_of(request), principal_of(request).user_id
    parameters = list(request.query_params.multi_items())
    # What was tallied a moment ago is told as well.
    await services.commit.settled()
    report = await anyio.to_thread.run_sync(
        _report, services, viewer, tracker_id, parameters, limiter=services.readers
    )
    return DroppedAnswer(report)


def _report(
    services: Services, viewer: str, tracker_id: str, parameters: Parameters
) -> DroppedReport:
    now = services.clock.now()
    # Wrong parameters are told before a tracker is missed.
    _check(parameters)
    read_period(parameters, Now(now, "UTC", None))
    site = readable_by_owner(services.database, viewer, tracker_id)
    return report_dropped(services.store, site, parameters, now)


def _check(parameters: Parameters) -> None:
    """Name the periods there are here, which are not all of those that stats have."""
    reader = Reader(parameters, PARAMETERS)
    for period in reader.all("period"):
        if period not in PERIODS:
            reader.wrong("period", none_of(period, PERIODS))
    reader.finish()
