"""A tracker's history, changed by its owner: page groups applied to what is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

import anyio.to_thread
import msgspec
from litestar import Request, post
from litestar.params import Parameter

from ezee.accounts import trackers
from ezee.accounts.rules import changed_rules
from ezee.accounts.trackers import TrackerChange
from ezee.errors import FieldError, InvalidRequest
from ezee.events import regrouping
from ezee.model.calendar import date_of
from ezee.model.rules import DEFAULT_RULES
from ezee.model.site import site_key
from ezee.web.api.bodies import read_object
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, json_body, principal_of
from ezee.web.services import Services, services_of

_SHOWN = 100


class RegroupedPage(msgspec.Struct, frozen=True):
    """A path, the page it is shown as, and the page that the groups make of it."""

    path: str
    page: str
    becomes: str
    pageviews: int


class Regrouping(msgspec.Struct, frozen=True):
    """What changes or was changed; ``pages`` are the first of ``rows``, the most seen first.

    ``events`` is how many events were changed: bots' and custom ones are among them. Days before
    ``kept_from`` stay as they are: their events are not kept. None: every day has them.
    """

    applied: bool
    events: int
    pages: list[RegroupedPage]
    rows: int
    kept_from: str | None


class RegroupingAnswer(msgspec.Struct, frozen=True):
    """The answer."""

    data: Regrouping


class _Asked(NamedTuple):
    """The tracker's own groups hold where none are given."""

    groups: tuple[str, ...] | None
    apply: bool


@post(
    "/api/v1/trackers/{tracker_id:str}/regroup",
    guards=[bearer("write"), json_body],
    status_code=200,
    responses=errors(400, 401, 403, 404, 415, 429, 503),
)
async def regroup_history(
    request: Request[Any, Any, Any],
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> RegroupingAnswer:
    """Show what page groups would make of a tracker's history; with `apply`, change it."""
    services, viewer = services_of(request), principal_of(request).user_id
    asked = _asked(read_object(await request.body()))
    if asked.apply:
        await anyio.to_thread.run_sync(_set_groups, services, viewer, tracker_id, asked.groups)
        # From here on events come with these groups; those in line are stored, then grouped.
        services.directory.refresh()
        await services.commit.settled()
    regrouped = await anyio.to_thread.run_sync(
        _regroup, services, viewer, tracker_id, asked, limiter=services.readers
    )
    return RegroupingAnswer(regrouped)


def _asked(given: Mapping[str, Any]) -> _Asked:
    """What a body asks for; fields we do not know are ignored, null is as good as none."""
    groups, apply = given.get("groups"), given.get("apply")
    wrong: list[FieldError] = []
    rules = DEFAULT_RULES
    if groups is not None:
        rules, found = changed_rules(rules, {"page_rules": {"groups": groups}})
        wrong += (FieldError("groups", each.message) for each in found)
    if apply is not None and not isinstance(apply, bool):
        wrong.append(FieldError("apply", "must be true or false"))
    if wrong:
        raise InvalidRequest("; ".join(f"{name}: {text}" for name, text in wrong), wrong)
    return _Asked(None if groups is None else rules.page_rules.groups, apply is True)


def _set_groups(
    services: Services, viewer: str, tracker_id: str, groups: tuple[str, ...] | None
) -> None:
    if groups is not None:
        change = TrackerChange(page_rules={"groups": list(groups)})
        trackers.change_tracker(services.database, viewer, tracker_id, change, has_events=False)


def _regroup(services: Services, viewer: str, tracker_id: str, asked: _Asked) -> Regrouping:
    tracker = trackers.find_tracker(services.database, viewer, tracker_id)
    site, groups, rules = site_key(tracker.site_id), asked.groups, trackers.rules_of(tracker)
    if groups is None:
        groups = rules.page_rules.groups
    changes = regrouping.preview(services.store, site, groups)
    changed = regrouping.apply(services.store, site, changes) if asked.apply else 0
    pages = [RegroupedPage(*each) for each in changes[:_SHOWN]]
    kept_from = str(date_of(rules.kept_from)) if rules.kept_from else None
    return Regrouping(asked.apply, changed, pages, len(changes), kept_from)
