"""All trackers of whoever is signed in."""

from __future__ import annotations

from typing import Any, NamedTuple

import anyio.to_thread
from litestar import Response, get

from ezee.accounts.policy import readable_by_owner
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import list_trackers
from ezee.errors import Unavailable
from ezee.stats.overview import Glance, add_up, glance
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.services import Services, services_of


class Card(NamedTuple):
    """A tracker, and what is seen of it at a glance; None while the store cannot answer."""

    tracker: Tracker
    glance: Glance | None


@get("/", guards=[signed_in], include_in_schema=False)
async def overview(request: AnyRequest) -> Response[Any]:
    """A card for each tracker, all of them together on top."""
    services = services_of(request)
    rows = await anyio.to_thread.run_sync(
        list_trackers, services.database, viewer_in(request).user_id
    )
    shown = [row for row in rows if row.archived_at is None]
    cards = await anyio.to_thread.run_sync(
        lambda: [_card(services, row) for row in shown], limiter=services.readers
    )
    known = [card.glance for card in cards if card.glance is not None]
    return render(
        request,
        "overview.html",
        cards=cards,
        total=add_up(known) if len(known) > 1 else None,
        archived=[row for row in rows if row.archived_at is not None],
    )


def _card(services: Services, row: Tracker) -> Card:
    site = readable_by_owner(services.database, row.user_id, row.id)
    try:
        return Card(row, glance(services.store, site, services.clock.now()))
    except Unavailable:
        return Card(row, None)
