"""Adding a tracker, waiting for its first hit, putting it away and deleting it."""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from litestar import Response, get, post
from litestar.response import Redirect

from ezee.accounts import trackers
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import TrackerChange
from ezee.errors import Conflict, InvalidRequest
from ezee.model.calendar import zone_names
from ezee.model.site import site_key
from ezee.web import changing
from ezee.web.html.forms import AnyRequest, Form, field_errors, read_form, wrong
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.script.tag import script_tag
from ezee.web.services import services_of

_NOT_THE_SAME = "Type the domain exactly as it stands above."


@get("/trackers/new", guards=[signed_in], include_in_schema=False)
async def ask_for_new(request: AnyRequest) -> Response[Any]:
    """The form: a domain is enough."""
    return _new(request, Form([]), {})


@post("/trackers/new", guards=[signed_in], include_in_schema=False)
async def add(request: AnyRequest) -> Response[Any]:
    """Add a tracker; on to what has to be put into the pages."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    domain = form.text("domain")
    change = TrackerChange(
        name=form.text("name") or domain,
        domain=domain,
        timezone=form.text("timezone") or "UTC",
        public_stats=form.has("public_stats"),
    )
    try:
        added = await anyio.to_thread.run_sync(
            trackers.add_tracker, services.database, viewer, change, services.clock.now()
        )
    except InvalidRequest as error:
        return _new(request, form, field_errors(error), 400)
    except Conflict as error:
        return _new(request, form, {"domain": error.message}, 409)
    services.directory.refresh()
    return Redirect(f"/trackers/{added.id}/install", status_code=303)


@get("/trackers/{tracker_id:str}/install", guards=[signed_in], include_in_schema=False)
async def install(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """What has to be put into the pages, and whether a hit has come."""
    tracker = await find(request, tracker_id)
    settings, rules = services_of(request).settings, trackers.rules_of(tracker)
    tag = script_tag(settings.base_url, tracker.site_id, rules, name=settings.script_name)
    return render(
        request,
        "install.html",
        tracker=tracker,
        tag=tag,
        hits=await _hits(request, tracker),
        on_report=False,
    )


@get("/trackers/{tracker_id:str}/install/hits", guards=[signed_in], include_in_schema=False)
async def first_hit(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """The part of that page that says whether a hit has come; asked for again and again.

    A report that waits for its first number is loaded anew once it is there.
    """
    tracker = await find(request, tracker_id)
    hits, on_report = await _hits(request, tracker), request.query_params.get("on") == "report"
    headers = {"hx-refresh": "true"} if hits and on_report else {}
    return render(
        request,
        "first_hit.html",
        headers=headers,
        tracker=tracker,
        hits=hits,
        on_report=on_report,
    )


@post("/trackers/{tracker_id:str}/archive", guards=[signed_in], include_in_schema=False)
async def archive(request: AnyRequest, tracker_id: str) -> Redirect:
    """Put a tracker away, or bring it back with ``back=yes``."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    at = None if form.has("back") else services.clock.now()
    await anyio.to_thread.run_sync(
        trackers.archive_tracker, services.database, viewer, tracker_id, at
    )
    return Redirect("/", status_code=303)


@get("/trackers/{tracker_id:str}/delete", guards=[signed_in], include_in_schema=False)
async def ask_before_deleting(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """What goes, and the field that makes sure."""
    tracker = await find(request, tracker_id)
    return render(
        request, "delete.html", tracker=tracker, hits=await _hits(request, tracker), errors={}
    )


@post("/trackers/{tracker_id:str}/delete", guards=[signed_in], include_in_schema=False)
async def delete(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Delete a tracker with all of its events, once its domain was typed."""
    form = await read_form(request)
    tracker = await find(request, tracker_id)
    if form.text("domain").lower() != tracker.domain:
        hits = await _hits(request, tracker)
        errors = field_errors(wrong(domain=_NOT_THE_SAME))
        return render(request, "delete.html", status=400, tracker=tracker, hits=hits, errors=errors)
    erased = await changing.remove_tracker(
        services_of(request), viewer_in(request).user_id, tracker_id
    )
    return render(request, "deleted.html", here="/", tracker=tracker, erased=erased)


async def find(request: AnyRequest, tracker_id: str) -> Tracker:
    """One of the viewer's trackers; raises ``NotFound`` for anybody else's."""
    return await anyio.to_thread.run_sync(
        trackers.find_tracker,
        services_of(request).database,
        viewer_in(request).user_id,
        tracker_id,
    )


async def _hits(request: AnyRequest, tracker: Tracker) -> int:
    store = services_of(request).store
    described = await anyio.to_thread.run_sync(store.describe, site_key(tracker.site_id))
    return described.events


def _new(
    request: AnyRequest, form: Form, errors: dict[str, str], status: int = 200
) -> Response[bytes]:
    return render(
        request,
        "new_tracker.html",
        status=status,
        zones=zone_names(),
        name=form.text("name"),
        domain=form.text("domain"),
        timezone=form.text("timezone"),
        public=form.has("public_stats"),
        errors=errors,
    )
