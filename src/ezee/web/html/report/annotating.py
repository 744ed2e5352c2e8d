"""Annotating days on the report page. Who shows the report by a link says whether others see it."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, post
from litestar.response import Redirect

from ezee.accounts import annotating
from ezee.errors import Conflict, InvalidRequest
from ezee.web.html.forms import AnyRequest, Form, field_errors, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.report import showing
from ezee.web.html.report.pages import PATH, asked_for
from ezee.web.html.report.showing import Refused
from ezee.web.services import services_of

_PATH = PATH + "/annotations"


@post(_PATH, guards=[signed_in], include_in_schema=False)
async def add(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Annotate a day; back to the report as it was looked at."""
    return await _done(request, tracker_id, "")


@post(_PATH + "/{annotation_id:str}", guards=[signed_in], include_in_schema=False)
async def change(request: AnyRequest, tracker_id: str, annotation_id: str) -> Response[Any]:
    """Change an annotation, or with ``remove=yes`` remove it."""
    return await _done(request, tracker_id, annotation_id)


async def _done(request: AnyRequest, tracker_id: str, annotation_id: str) -> Response[Any]:
    form = await read_form(request)
    asked = await asked_for(request, tracker_id)
    try:
        await anyio.to_thread.run_sync(_do, request, tracker_id, annotation_id, form)
    except (InvalidRequest, Conflict) as error:
        shown = asked._replace(view=asked.view.at(asked.base))
        status = 409 if isinstance(error, Conflict) else 400
        refused = Refused(annotation_id, form.values(), field_errors(error), status)
        return await showing.show_report(request, shown, refused)
    return Redirect(asked.view.at(asked.base).link, status_code=303)


def _do(request: AnyRequest, tracker_id: str, annotation_id: str, form: Form) -> None:
    services, viewer = services_of(request), viewer_in(request).user_id
    given = {"day": form.text("day"), "text": form.text("text")}
    whose = services.database, viewer, tracker_id
    if not annotation_id:
        annotating.add_annotation(*whose, given, services.clock.now())
    elif form.has("remove"):
        annotating.remove_annotation(*whose, annotation_id)
    else:
        annotating.change_annotation(*whose, annotation_id, given)
