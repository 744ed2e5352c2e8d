"""The stats of one tracker: to anyone by ``site_id``, to its owner by ``id``; as JSON or a file."""

from __future__ import annotations

import hashlib
from functools import partial
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

import anyio.to_thread
import msgspec
from litestar import Request, Response, get
from litestar.params import Parameter
from litestar.response import Stream

from ezee.accounts.policy import readable_by_owner, readable_by_public
from ezee.errors import InvalidRequest, NotFound
from ezee.exports.formats import FORMATS
from ezee.exports.parts import Part, ask_for_part, asks_for_file, read_part
from ezee.exports.reports import file_name, table_of_report
from ezee.model.site import ReadableSite
from ezee.stats.parse import Now, Parameters
from ezee.stats.periods import is_closed
from ezee.stats.run import Report, run
from ezee.web.api.documentation import errors
from ezee.web.api.guards import bearer, principal_of, public, visitor_of
from ezee.web.files import File, send_file
from ezee.web.services import Services, services_of

AnyRequest = Request[Any, Any, Any]
Find = partial[ReadableSite]
Answer = Response[bytes] | Stream

# How long, in seconds, a report of closed days alone may be shown without asking again.
_LASTING = 600


class _Content(NamedTuple):
    """A report, and whether nothing but a correction will change it."""

    report: Report
    lasting: bool


@get(
    "/api/public/stats",
    guards=[public],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def public_stats(request: AnyRequest) -> Answer:
    """The aggregated stats of a tracker whose stats are public, or of the token's own."""
    services, viewer = services_of(request), visitor_of(request)
    parameters = _parameters(request)
    site_ids = [value for name, value in parameters if name == "site_id"]
    if len(site_ids) != 1:
        raise InvalidRequest.field("site_id", "is required, once")
    rest = [pair for pair in parameters if pair[0] != "site_id"]
    find = partial(_public_site, services, site_ids[0], viewer)
    return await _answer(request, services, find, rest)


@get(
    "/api/v1/trackers/{tracker_id:str}/stats",
    guards=[bearer("read")],
    responses=errors(400, 401, 403, 404, 429, 503),
)
async def owner_stats(
    request: AnyRequest,
    tracker_id: Annotated[str, Parameter(description="The tracker's `id`, a UUID.")],
) -> Answer:
    """The stats of one of the account's trackers, public or not."""
    services, viewer = services_of(request), principal_of(request).user_id
    find = partial(readable_by_owner, services.database, viewer, tracker_id)
    return await _answer(request, services, find, _parameters(request))


async def _answer(
    request: AnyRequest, services: Services, find: Find, parameters: Parameters
) -> Answer:
    if asks_for_file(parameters):
        file = await anyio.to_thread.run_sync(
            _file, services, find, parameters, limiter=services.readers
        )
        return await send_file(file, services.readers)
    content = await services.reports.ask(
        (find.func, find.args[1:], tuple(parameters)), partial(_report, services, find, parameters)
    )
    body = msgspec.json.encode({"data": content.report})
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "vary": "authorization", "cache-control": _caching(request, content)}
    known = request.headers.get("if-none-match", "")
    if tag in known or known.strip() == "*":
        return Response(b"", status_code=304, headers=headers)
    return Response(body, headers=headers, media_type="application/json")


def _caching(request: AnyRequest, content: _Content) -> str:
    if not content.lasting:
        return "no-cache"
    # What came with a token is for that token alone.
    whose = "private" if "authorization" in request.headers else "public"
    return f"{whose}, max-age={_LASTING}"


def _report(services: Services, find: Find, parameters: Parameters) -> _Content:
    now = services.clock.now()
    site, part = _asked(services, find, parameters, now)
    query = part.query
    # What a named period means moves on at midnight; dates stay.
    dates = any(name == "from" for name, _ in parameters)
    ranges = [query.range, query.comparison or query.range]
    lasting = dates and all(is_closed(each, now, site.timezone) for each in ranges)
    return _Content(run(services.store, site, query, now), lasting)


def _file(services: Services, find: Find, parameters: Parameters) -> File:
    now = services.clock.now()
    site, part = _asked(services, find, parameters, now)
    chosen = FORMATS[part.format]
    table = table_of_report(services.store, site, part, now)
    return File(file_name(site, part), chosen.media_type, chosen.write(table))


def _asked(
    services: Services, find: Find, parameters: Parameters, now: int
) -> tuple[ReadableSite, Part]:
    """Wrong parameters are told before a tracker is missed."""
    try:
        site = find()
    except NotFound:
        read_part(parameters, Now(now, "UTC", None))
        raise
    return site, ask_for_part(services.store, site, parameters, now)


def _public_site(services: Services, site_id: str, viewer: str | None) -> ReadableSite:
    return readable_by_public(services.directory.find(site_id), viewer)


def _parameters(request: AnyRequest) -> list[tuple[str, str]]:
    query = request.scope["query_string"]
    try:
        return parse_qsl(
            query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200
        )
    except UnicodeDecodeError:
        raise InvalidRequest("The query string is not percent-encoded UTF-8.") from None
    except ValueError:
        raise InvalidRequest("The query string has too many parameters.") from None
