"""The gallery of counters: every style at every size, and a form that makes the snippet."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import anyio.to_thread
from litestar import Response, get

from ezee.accounts.placing import placed_trackers
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import rules_of
from ezee.counters.asked import FORMS
from ezee.counters.drawing.styles import STYLES
from ezee.counters.number import METRICS, PERIODS
from ezee.counters.snippets import make_snippets
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import anyone
from ezee.web.html.rendering import render, viewer_of
from ezee.web.services import services_of

HEIGHTS = (16, 24, 36, 56, 96)
"""Of the pictures on show, in pixels, beside each style's own."""


@get("/counters", guards=[anyone], include_in_schema=False)
async def gallery(request: AnyRequest) -> Response[Any]:
    """The page. What its form asks for is in its address, so it works without a script."""
    services = services_of(request)
    query = request.scope["query_string"].decode("latin-1")
    try:
        asked = dict(parse_qsl(query, max_num_fields=30))
    except ValueError:
        asked = {}
    viewer = viewer_of(request)
    own: list[Tracker] = []
    if viewer is not None:
        own = await anyio.to_thread.run_sync(placed_trackers, services.database, viewer.user_id)
    shown = [row.site_id for row in own if rules_of(row).counter]
    if own and not asked.get("site_id"):
        asked["site_id"] = (shown or [own[0].site_id])[0]
    return render(
        request,
        "counters.html",
        asked=asked,
        made=make_snippets(services.settings.base_url, asked),
        trackers=own,
        shown=shown,
        styles=STYLES,
        heights=HEIGHTS,
        forms=FORMS,
        metrics=METRICS,
        periods=PERIODS,
    )
