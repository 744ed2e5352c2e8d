"""The settings of one tracker, in groups that are saved one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import anyio.to_thread
from litestar import Response, get, post

from ezee import retention
from ezee.accounts import annotating, claims, shares, trackers
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import TrackerChange
from ezee.errors import Conflict, InvalidRequest, NotFound
from ezee.model.calendar import date_of, zone_names
from ezee.retention import Due
from ezee.web import changing
from ezee.web.html.forms import AnyRequest, Form, field_errors, read_form
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render
from ezee.web.html.trackers import find
from ezee.web.services import services_of

_PATH = "/trackers/{tracker_id:str}/settings"


@get(_PATH, guards=[signed_in], include_in_schema=False)
async def show(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Every group."""
    return await page_of(request, await find(request, tracker_id))


@post(f"{_PATH}/{{group:str}}", guards=[signed_in], include_in_schema=False, status_code=200)
async def save(request: AnyRequest, tracker_id: str, group: str) -> Response[Any]:
    """Save one group."""
    form = await read_form(request)
    if group not in GROUPS:
        raise NotFound
    tracker = await find(request, tracker_id)
    try:
        if group == "retention" and form.text("sure") != form.text("keep_months"):
            due = await _going(request, tracker, form)
            if due.events or due.bots:
                return await page_of(request, tracker, failed=group, form=form, due=due)
        changed = await changing.change_tracker(
            services_of(request), viewer_in(request).user_id, tracker_id, GROUPS[group](form)
        )
    except (InvalidRequest, Conflict) as error:
        status = 409 if isinstance(error, Conflict) else 400
        errors = field_errors(error)
        return await page_of(
            request, tracker, status=status, failed=group, form=form, errors=errors
        )
    return await page_of(request, changed, saved=group)


@post(f"{_PATH}/signing", guards=[signed_in], include_in_schema=False, status_code=200)
async def sign(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Make a signing secret, which this answer alone shows; or with ``off=yes`` have none."""
    form = await read_form(request)
    services, viewer = services_of(request), viewer_in(request).user_id
    secret = ""
    if form.has("off"):
        await anyio.to_thread.run_sync(
            trackers.remove_signing_secret, services.database, viewer, tracker_id
        )
        services.directory.refresh()
    else:
        secret = await changing.new_signing_secret(services, viewer, tracker_id)
    return await page_of(request, await find(request, tracker_id), saved="signing", secret=secret)


@post(f"{_PATH}/link", guards=[signed_in], include_in_schema=False, status_code=200)
async def share(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Make the link that shows the report, or a new one, or none; say what it takes and shows."""
    form = await read_form(request)
    database, viewer = services_of(request).database, viewer_in(request).user_id
    try:
        match form.text("do"):
            case "make":
                await anyio.to_thread.run_sync(shares.new_link, database, viewer, tracker_id)
            case "remove":
                await anyio.to_thread.run_sync(shares.remove_link, database, viewer, tracker_id)
            case "lock" | "unlock" as do:
                password = form.secret("password") if do == "lock" else None
                await anyio.to_thread.run_sync(
                    shares.set_password, database, viewer, tracker_id, password
                )
            case "annotations":
                shown = partial(annotating.show_to_others, shown=form.has("annotations"))
                await anyio.to_thread.run_sync(shown, database, viewer, tracker_id)
            case _:
                raise NotFound
    except InvalidRequest as error:
        tracker = await find(request, tracker_id)
        return await page_of(
            request, tracker, status=400, failed="link", errors=field_errors(error)
        )
    return await page_of(request, await find(request, tracker_id), saved="link")


async def _going(request: AnyRequest, tracker: Tracker, form: Form) -> Due:
    """What goes for good by the rule that was sent.

    Raises:
        InvalidRequest: it is none.
    """
    services, change = services_of(request), _retention(form)
    trackers.check_change(change)
    return await anyio.to_thread.run_sync(
        retention.preview,
        services.store,
        tracker,
        change.keep_months or 0,
        services.clock.now(),
        limiter=services.readers,
    )


def _general(form: Form) -> TrackerChange:
    return TrackerChange(
        name=form.text("name"),
        domain=form.text("domain"),
        timezone=form.text("timezone"),
        hostnames=form.lines("hostnames"),
    )


def _sharing(form: Form) -> TrackerChange:
    return TrackerChange(
        public_stats=form.has("public_stats"),
        counter=form.has("counter"),
        counter_start=_number(form.text("counter_start")),
    )


def _retention(form: Form) -> TrackerChange:
    return TrackerChange(keep_months=_number(form.text("keep_months")))


def _number(text: str) -> int:
    """Nothing is 0; what is no number is told by whoever checks it."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1


def _privacy(form: Form) -> TrackerChange:
    return TrackerChange(
        respect_gpc=form.has("respect_gpc"),
        respect_dnt=form.has("respect_dnt"),
        places=form.text("places"),
    )


def _pages(form: Form) -> TrackerChange:
    return TrackerChange(
        page_rules={
            "keep_parameters": form.lines("page_rules.keep_parameters"),
            "groups": form.lines("page_rules.groups"),
            "hash_routing": form.has("page_rules.hash_routing"),
            "strip_slash": form.has("page_rules.strip_slash"),
        }
    )


def _exclusions(form: Form) -> TrackerChange:
    names = ("networks", "paths", "countries", "agents", "hostnames")
    return TrackerChange(exclusions={name: form.lines(f"exclusions.{name}") for name in names})


def _aliases(form: Form) -> TrackerChange:
    return TrackerChange(aliases=form.lines("aliases"))


GROUPS: dict[str, Callable[[Form], TrackerChange]] = {
    "general": _general,
    "sharing": _sharing,
    "privacy": _privacy,
    "pages": _pages,
    "exclusions": _exclusions,
    "aliases": _aliases,
    "retention": _retention,
}


async def page_of(
    request: AnyRequest, tracker: Tracker, *, status: int = 200, **context: Any
) -> Response[bytes]:
    """All groups; ``saved`` or ``failed`` names the one that was sent, with its ``errors``."""
    services = services_of(request)
    settings = services.settings
    key = await anyio.to_thread.run_sync(read_service_key, settings.data)
    claimed = await anyio.to_thread.run_sync(
        claims.list_claims, services.database, tracker.user_id, tracker.id
    )
    given = {
        "saved": "",
        "failed": "",
        "form": None,
        "errors": {},
        "secret": "",
        "due": None,
        **context,
    }
    return render(
        request,
        "settings.html",
        status=status,
        here=f"/trackers/{tracker.id}/settings",
        tracker=tracker,
        rules=(rules := trackers.rules_of(tracker)),
        kept_from=date_of(rules.kept_from) if rules.kept_from else None,
        claimed=claimed,
        zones=zone_names(),
        opt_out=settings.base_url + trackers.opt_out_path(tracker, key),
        link=settings.base_url + path if (path := shares.share_path(tracker, key)) else "",
        **given,
    )
