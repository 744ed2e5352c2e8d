"""A tracker's annotations: what happened on a day, in its owner's words."""

from __future__ import annotations

from typing import Annotated, Any

import anyio.to_thread
import msgspec
from litestar import Request, delete, get, patch, post
from litestar.params import Parameter

from ezee.accounts import annotating
from ezee.accounts.tables import Annotation
from ezee.model.calendar import utc_text
from ezee.web.api.bodies import read_object
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, json_body, principal_of
from ezee.web.services import services_of

AnyRequest = Request[Any, Any, Any]
TrackerId = Annotated[str, Parameter(description="The tracker's `id`, a UUID.")]
AnnotationId = Annotated[str, Parameter(description="The annotation's `id`, a UUID.")]

_PATH = "/api/v1/trackers/{tracker_id:str}/annotations"


class AnnotatedDay(msgspec.Struct, frozen=True):
    """A day of the tracker's zone, and what happened then."""

    id: str
    day: str
    text: str
    created_at: str


class AnnotatedDays(msgspec.Struct, frozen=True):
    """The answer of the list."""

    data: list[AnnotatedDay]


class OneAnnotatedDay(msgspec.Struct, frozen=True):
    """The answer about one."""

    data: AnnotatedDay


@get(_PATH, guards=[bearer("read")], responses=errors(401, 403, 404, 429))
async def list_annotations(request: AnyRequest, tracker_id: TrackerId) -> AnnotatedDays:
    """The annotations of a tracker, by day."""
    services, viewer = services_of(request), principal_of(request).user_id
    rows = await anyio.to_thread.run_sync(
        annotating.list_annotations, services.database, viewer, tracker_id
    )
    return AnnotatedDays([_shown(row) for row in rows])


@post(
    _PATH,
    guards=[bearer("write"), json_body],
    responses=errors(400, 401, 403, 404, 409, 415, 429),
)
async def add_annotation(request: AnyRequest, tracker_id: TrackerId) -> OneAnnotatedDay:
    """Annotate a day of a tracker."""
    services, viewer = services_of(request), principal_of(request).user_id
    given = read_object(await request.body())
    row = await anyio.to_thread.run_sync(
        annotating.add_annotation,
        services.database,
        viewer,
        tracker_id,
        given,
        services.clock.now(),
    )
    return OneAnnotatedDay(_shown(row))


@patch(
    f"{_PATH}/{{annotation_id:str}}",
    guards=[bearer("write"), json_body],
    responses=errors(400, 401, 403, 404, 415, 429),
)
async def change_annotation(
    request: AnyRequest, tracker_id: TrackerId, annotation_id: AnnotationId
) -> OneAnnotatedDay:
    """Change an annotation's day or text; what is not given stays."""
    services, viewer = services_of(request), principal_of(request).user_id
    given = read_object(await request.body())
    row = await anyio.to_thread.run_sync(
        annotating.change_annotation, services.database, viewer, tracker_id, annotation_id, given
    )
    return OneAnnotatedDay(_shown(row))


@delete(
    f"{_PATH}/{{annotation_id:str}}",
    guards=[bearer("write")],
    responses=errors(401, 403, 404, 429),
)
async def remove_annotation(
    request: AnyRequest, tracker_id: TrackerId, annotation_id: AnnotationId
) -> None:
    """Remove an annotation."""
    services, viewer = services_of(request), principal_of(request).user_id
    await anyio.to_thread.run_sync(
        annotating.remove_annotation, services.database, viewer, tracker_id, annotation_id
    )


def _shown(row: Annotation) -> AnnotatedDay:
    return AnnotatedDay(row.id, row.day, row.text, utc_text(row.created_at))
