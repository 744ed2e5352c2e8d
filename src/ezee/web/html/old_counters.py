"""The group of a tracker's settings that has its old counters: numbers claimed and given up."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, post

from ezee.accounts import claims
from ezee.errors import Conflict, InvalidRequest, NotFound
from ezee.web.html.forms import AnyRequest, Form, field_errors, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.settings import page_of
from ezee.web.html.trackers import find
from ezee.web.services import services_of

_GROUP = "old-counters"


@post(
    f"/trackers/{{tracker_id:str}}/settings/{_GROUP}",
    guards=[signed_in],
    include_in_schema=False,
    status_code=200,
)
async def save(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Claim a number, change one that is claimed, or with ``do=remove`` give it up."""
    form = await read_form(request)
    tracker = await find(request, tracker_id)
    try:
        await anyio.to_thread.run_sync(_do, request, tracker_id, form)
    except (InvalidRequest, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 400
        errors = field_errors(error)
        return await page_of(
            request, tracker, status=status, failed=_GROUP, form=form, errors=errors
        )
    return await page_of(request, tracker, saved=_GROUP)


def _do(request: AnyRequest, tracker_id: str, form: Form) -> None:
    services, viewer = services_of(request), viewer_in(request).user_id
    number = _whole(form.text("number"))
    if form.text("do") == "remove":
        if not isinstance(number, int):
            raise NotFound
        claims.remove_claim(services.database, viewer, tracker_id, number)
        return
    given = {
        "number": number,
        "path": form.text("path"),
        "start": _whole(form.text("start") or "0"),
    }
    claims.add_claim(services.database, viewer, tracker_id, given, services.clock.now())


def _whole(text: str) -> int | str:
    """A whole number; what is none is told by whoever checks it."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else text
