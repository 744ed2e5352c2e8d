"""The order of the trackers on the overview, as their owner wants it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts.placing import Way, move_tracker, place_trackers, placed_trackers
from ezee.errors import InvalidRequest
from ezee.web.html.forms import AnyRequest, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.overview import Card, cards_of
from ezee.web.html.rendering import render
from ezee.web.services import services_of

_PATH = "/trackers/order"


@get(_PATH, guards=[signed_in], include_in_schema=False)
async def show(request: AnyRequest) -> Response[Any]:
    """The trackers in use, each with what moves it; ``moved`` names the one that was, ``way`` how.

    Its button has the focus again, so that it is moved on by the same key.
    """
    rows = await anyio.to_thread.run_sync(
        placed_trackers, services_of(request).database, viewer_in(request).user_id
    )
    given = request.query_params
    return render(
        request,
        "order.html",
        here=_PATH,
        trackers=[row for row in rows if row.archived_at is None],
        moved=given.get("moved", ""),
        way=given.get("way", ""),
    )


@post(_PATH, guards=[signed_in], include_in_schema=False)
async def save(request: AnyRequest) -> Redirect:
    """Move one tracker, ``move`` of ``id``, or sort all ``by`` their name, age or visitors."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    by, move = form.text("by"), form.text("move")
    if by in SORTS:
        key, largest_first = SORTS[by]
        cards = sorted(await cards_of(request), key=key, reverse=largest_first)
        ids = [card.tracker.id for card in cards]
        await anyio.to_thread.run_sync(place_trackers, services.database, viewer, ids)
        return Redirect(_PATH, status_code=303)
    if move not in set(Way):
        raise InvalidRequest("Say where the tracker is to be moved.")
    tracker_id = form.text("id")
    await anyio.to_thread.run_sync(move_tracker, services.database, viewer, tracker_id, Way(move))
    where = urlencode({"moved": tracker_id, "way": move})
    return Redirect(f"{_PATH}?{where}", status_code=303)


def _name(card: Card) -> str:
    return card.tracker.name.casefold()


def _age(card: Card) -> int:
    return card.tracker.created_at


def _visitors(card: Card) -> int:
    return card.glance.visitors if card.glance else 0


SORTS: dict[str, tuple[Callable[[Card], Any], bool]] = {
    "name": (_name, False),
    "age": (_age, False),
    "visitors": (_visitors, True),
}
"""By what trackers are sorted, and whether the largest is first."""
