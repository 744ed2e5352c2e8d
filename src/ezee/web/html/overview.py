"""All trackers of whoever is signed in."""

from __future__ import annotations

from typing import Any, NamedTuple

import anyio.to_thread
from litestar import Response, get

from ezee.accounts.placing import placed_trackers
from ezee.accounts.policy import readable_by_owner
from ezee.accounts.tables import Tracker
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
    rows = await _rows(request)
    cards = await _cards(request, rows)
    known = [card.glance for card in cards if card.glance is not None]
    return render(
        request,
        "overview.html",
        cards=cards,
        total=add_up(known) if len(known) > 1 else None,
        archived=[row for row in rows if row.archived_at is not None],
    )


async def cards_of(request: AnyRequest) -> list[Card]:
    """The viewer's trackers that are in use, in their order."""
    return await _cards(request, await _rows(request))


async def _rows(request: AnyRequest) -> list[Tracker]:
    return await anyio.to_thread.run_sync(
        placed_trackers, services_of(request).database, viewer_in(request).user_id
    )


async def _cards(request: AnyRequest, rows: list[Tracker]) -> list[Card]:
    services = services_of(request)
    shown = [row for row in rows if row.archived_at is None]
    return await anyio.to_thread.run_sync(
        lambda: [_card(services, row) for row in shown], limiter=services.readers
    )


def _card(services: Services, row: Tracker) -> Card:
    site = readable_by_owner(services.database, row.user_id, row.id)
    try:
        return Card(row, glance(services.store, site, services.clock.now()))
    except Unavailable:
        return Card(row, None)
