"""``/trackers/{id}``: the report page, the whole list behind a panel, and its numbers as a file."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get
from litestar.response import Redirect, Stream
from litestar.types import ASGIApp

from ezee.accounts.policy import readable_by_owner
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import find_tracker
from ezee.model.site import ReadableSite
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.report import showing
from ezee.web.html.report.showing import Asked
from ezee.web.html.report.streaming import watch
from ezee.web.html.report.view import View
from ezee.web.services import services_of
from ezee.web.watching import wants_stream

PATH = "/trackers/{tracker_id:str}"


@get(PATH, guards=[signed_in], include_in_schema=False)
async def report(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """The report of one tracker."""
    return await showing.show_report(request, await asked_for(request, tracker_id))


@get(PATH + "/all/{dimension:str}", guards=[signed_in], include_in_schema=False)
async def whole_list(request: AnyRequest, tracker_id: str, dimension: str) -> Response[Any]:
    """Every value of a dimension, a hundred on a page, searched for a text."""
    return await showing.show_list(request, await asked_for(request, tracker_id), dimension)


@get(PATH + "/csv/{dimension:str}", guards=[signed_in], include_in_schema=False)
async def table_file(request: AnyRequest, tracker_id: str, dimension: str) -> Stream:
    """The values of a dimension with their numbers, as CSV."""
    return await showing.send_table(request, await asked_for(request, tracker_id), dimension)


@get(PATH + "/filter", guards=[signed_in], include_in_schema=False)
async def add_filter(request: AnyRequest, tracker_id: str) -> Redirect:
    """What the form for a filter sends: back to the report, with one filter more."""
    return showing.with_filter(request, await asked_for(request, tracker_id))


@get(PATH + "/now", guards=[signed_in], include_in_schema=False)
async def now(request: AnyRequest, tracker_id: str) -> ASGIApp:
    """Who is here now: a stream where asked for, else to be asked for again and again."""

    async def look() -> Asked:
        await signed_in(request, request.route_handler)
        return await asked_for(request, tracker_id)

    if wants_stream(request):
        return watch(request, look)
    page = await showing.show_now(request, await asked_for(request, tracker_id))
    return page.to_asgi_response(None, request)


async def asked_for(request: AnyRequest, tracker_id: str) -> Asked:
    """One of the viewer's trackers, and how it is looked at; ``NotFound`` for anybody else's."""
    services, viewer = services_of(request), viewer_in(request).user_id

    def find() -> tuple[Tracker, ReadableSite]:
        tracker = find_tracker(services.database, viewer, tracker_id)
        return tracker, readable_by_owner(services.database, viewer, tracker_id)

    tracker, site = await anyio.to_thread.run_sync(find)
    pairs = list(request.query_params.multi_items())[:200]
    view = View.of(request.scope["path"], pairs).with_(embed="")
    return Asked(tracker, site, view, f"/trackers/{tracker.id}")
