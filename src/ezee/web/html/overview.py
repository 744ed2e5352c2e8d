"""All trackers of whoever is signed in."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get

from ezee.accounts.trackers import list_trackers
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.services import services_of


@get("/", guards=[signed_in], include_in_schema=False)
async def overview(request: AnyRequest) -> Response[Any]:
    """A card for each tracker."""
    rows = await anyio.to_thread.run_sync(
        list_trackers, services_of(request).database, viewer_in(request).user_id
    )
    return render(request, "overview.html", trackers=rows)
