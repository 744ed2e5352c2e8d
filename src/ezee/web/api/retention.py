"""What goes of a tracker's events by its rule, and what has gone."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from litestar import Request, get
from litestar.params import Parameter

from ezee import retention
from ezee.accounts import trackers
from ezee.accounts.rules import EXPECTED, changed_rules
from ezee.errors import InvalidRequest
from ezee.model.calendar import date_of
from ezee.model.rules import DEFAULT_RULES
from ezee.retention import Due, Expired
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of
from ezee.web.services import Services, services_of

_NAME = "keep_months"


class Retention(msgspec.Struct, frozen=True):
    """The rule, the first day whose events are kept (None: all are), what goes next by the rule, or
    by the one that was asked about, and what has gone, the latest first.
    """

    keep_months: int
    kept_from: str | None
    due: Due
    expired: list[Expired]


class RetentionAnswer(msgspec.Struct, frozen=True):
    """The answer."""

    data: Retention


@get(
    "/api/v1/trackers/{tracker_id:str}/retention",
    guards=[bearer("read")],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def show_retention(
    request: Request[Any, Any, Any],
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> RetentionAnswer:
    """How long events are kept, and how many go next; with `keep_months`, by another rule."""
    services, viewer = services_of(request), principal_of(request).user_id
    asked = _asked(list(request.query_params.multi_items()))
    return RetentionAnswer(
        await anyio.to_thread.run_sync(
            _retention, services, viewer, tracker_id, asked, limiter=services.readers
        )
    )


def _asked(parameters: list[tuple[str, str]]) -> int | None:
    for name, text in parameters:
        if name != _NAME:
            raise InvalidRequest.field(name, f"is not a parameter here; there is {_NAME}")
        months = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else -1
        if len(parameters) > 1 or changed_rules(DEFAULT_RULES, {_NAME: months})[1]:
            raise InvalidRequest.field(_NAME, EXPECTED[_NAME])
        return months
    return None


def _retention(services: Services, viewer: str, tracker_id: str, asked: int | None) -> Retention:
    tracker = trackers.find_tracker(services.database, viewer, tracker_id)
    rules = trackers.rules_of(tracker)
    months = rules.keep_months if asked is None else asked
    return Retention(
        rules.keep_months,
        str(date_of(rules.kept_from)) if rules.kept_from else None,
        retention.preview(services.store, tracker, months, services.clock.now()),
        retention.expired(services.store, tracker.site_id),
    )
