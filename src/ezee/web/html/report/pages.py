"""``/trackers/{id}``: the report page, the whole list behind a panel, and its numbers as a file."""

from __future__ import annotations

import gzip
from typing import Any, NamedTuple

import anyio.to_thread
from litestar import Response, get
from litestar.response import Redirect

from ezee.accounts.policy import readable_by_owner
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import find_tracker
from ezee.errors import EzeeError, InvalidRequest, NotFound, Unavailable
from ezee.exports.tables import Table
from ezee.exports.text import write_csv
from ezee.model.dimensions import DIMENSIONS, find_dimension
from ezee.model.query import Operator
from ezee.model.site import ReadableSite
from ezee.stats import periods
from ezee.stats.changes import row_number
from ezee.stats.live import report_live
from ezee.stats.run import Report, question, run
from ezee.web.html.forms import AnyRequest
from ezee.web.html.guards import signed_in, viewer_in
from ezee.web.html.rendering import render, texts_of
from ezee.web.html.report import answer
from ezee.web.html.report.filtering import chips, write_filter
from ezee.web.html.report.formats import formats_of
from ezee.web.html.report.view import View
from ezee.web.services import Services, services_of

PATH = "/trackers/{tracker_id:str}"
_PAGE_SIZE = 100
_MOST_IN_FILE = 1_000
_SMALLEST_TO_PACK = 1_024


class _Asked(NamedTuple):
    """Whose tracker is looked at, as what, and how."""

    tracker: Tracker
    site: ReadableSite
    view: View


@get(PATH, guards=[signed_in], include_in_schema=False)
async def report(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """The report of one tracker."""
    services, asked = services_of(request), await _asked(request, tracker_id)
    loaded, failure, fresh = None, None, False
    try:
        loaded = await services.reports.ask(
            ("page", asked.site, asked.view),
            lambda: answer.load(services.store, asked.site, asked.view, services.clock.now()),
        )
        if not loaded.report["totals"]["visitors"]:
            fresh = await anyio.to_thread.run_sync(_has_nothing, services, asked.site)
    except (InvalidRequest, Unavailable) as error:
        failure = error
    return _page(request, "report.html", asked, failure, loaded=loaded, fresh=fresh)


@get(PATH + "/all/{dimension:str}", guards=[signed_in], include_in_schema=False)
async def whole_list(request: AnyRequest, tracker_id: str, dimension: str) -> Response[Any]:
    """Every value of a dimension, a hundred on a page, searched for a text."""
    services, asked = services_of(request), await _asked(request, tracker_id)
    if find_dimension(dimension) is None:
        raise NotFound
    search = request.query_params.get("search", "")[:200]
    number = _number(request.query_params.get("page", "1"))
    offset = (number - 1) * _PAGE_SIZE
    view = asked.view
    if search:
        view = view.with_filters(
            [*view.filters, write_filter(dimension, Operator.CONTAINS, (search,))]
        )
    told: Report | None = None
    failure = None
    try:
        told = await services.reports.ask(
            ("list", asked.site, view, dimension, offset),
            lambda: _list(services, asked.site, view, (dimension, _PAGE_SIZE, offset)),
        )
    except (InvalidRequest, Unavailable) as error:
        failure = error
    report_view = asked.view.at(_path(asked.tracker))
    return _page(
        request,
        "report_list.html",
        asked,
        failure,
        dimension=dimension,
        search=search,
        page_number=number,
        rows=answer.rows_of(report_view, told, dimension) if told else [],
        total=told["rows"][dimension] if told else 0,
        counted=answer.counted_by(dimension),
        first=row_number(offset, 0),
        back=report_view.link,
    )


@get(PATH + "/csv/{dimension:str}", guards=[signed_in], include_in_schema=False)
async def table_file(request: AnyRequest, tracker_id: str, dimension: str) -> Response[bytes]:
    """The values of a dimension with their numbers, as CSV."""
    services, asked = services_of(request), await _asked(request, tracker_id)
    if find_dimension(dimension) is None:
        raise NotFound
    told = await services.reports.ask(
        ("file", asked.site, asked.view, dimension),
        lambda: _list(services, asked.site, asked.view, (dimension, _MOST_IN_FILE, 0)),
    )
    counted = answer.counted_by(dimension)
    columns = {dimension: "varchar", "visitors": "bigint", counted: "bigint"}
    rows = [(row["value"], row["visitors"], row[counted]) for row in told["breakdowns"][dimension]]
    name = f"{asked.tracker.domain}-{dimension.replace(':', '-')}.csv"
    return Response(
        b"".join(write_csv(Table(columns, iter([rows])))),
        media_type="text/csv",
        headers={
            "content-disposition": f'attachment; filename="{name}"',
            "cache-control": "no-store",
        },
    )


@get(PATH + "/filter", guards=[signed_in], include_in_schema=False)
async def add_filter(request: AnyRequest, tracker_id: str) -> Redirect:
    """What the form for a filter sends: back to the report, with one filter more."""
    asked = await _asked(request, tracker_id)
    given = request.query_params
    text = write_filter(
        given.get("dimension", ""), given.get("operator", ""), (given.get("value", ""),)
    )
    view = asked.view.at(_path(asked.tracker))
    return Redirect(view.with_filters([*view.filters, text]).link, status_code=303)


@get(PATH + "/now", guards=[signed_in], include_in_schema=False)
async def now(request: AnyRequest, tracker_id: str) -> Response[Any]:
    """Who is here now, asked for again and again."""
    services, asked = services_of(request), await _asked(request, tracker_id)
    live = await anyio.to_thread.run_sync(
        report_live, services.store, asked.site, services.clock.now(), limiter=services.readers
    )
    return render(request, "report_now.html", tracker=asked.tracker, live=live)


async def _asked(request: AnyRequest, tracker_id: str) -> _Asked:
    services, viewer = services_of(request), viewer_in(request).user_id

    def find() -> tuple[Tracker, ReadableSite]:
        tracker = find_tracker(services.database, viewer, tracker_id)
        return tracker, readable_by_owner(services.database, viewer, tracker_id)

    tracker, site = await anyio.to_thread.run_sync(find)
    pairs = list(request.query_params.multi_items())[:200]
    return _Asked(tracker, site, View.of(request.scope["path"], pairs))


def _page(
    request: AnyRequest, template: str, asked: _Asked, failure: EzeeError | None, **context: Any
) -> Response[bytes]:
    headers = {"retry-after": str(failure.retry_after)} if isinstance(failure, Unavailable) else {}
    status = 200
    if failure is not None:
        status = 503 if isinstance(failure, Unavailable) else 400
    page = render(
        request,
        template,
        status=status,
        headers=headers,
        tracker=asked.tracker,
        view=asked.view,
        base=_path(asked.tracker),
        chips=chips(asked.view),
        failure=failure,
        formats=formats_of(texts_of(request).language),
        periods=periods.NAMES,
        dimensions=tuple(DIMENSIONS),
        model=answer,
        **context,
    )
    return _packed(request, page)


def _packed(request: AnyRequest, page: Response[bytes]) -> Response[bytes]:
    """The page, compressed where that is understood: rows of tables shrink to a sixth."""
    body: bytes = page.content
    if "gzip" in request.headers.get("accept-encoding", "") and len(body) > _SMALLEST_TO_PACK:
        page.content = gzip.compress(body, 6)
        page.headers["content-encoding"] = "gzip"
        page.headers["vary"] = "cookie, accept-language, accept-encoding"
    return page


def _list(services: Services, site: ReadableSite, view: View, part: tuple[str, int, int]) -> Report:
    """The report with one breakdown; ``part`` is its dimension, how many rows, and after which."""
    dimension, limit, offset = part
    asked = [pair for pair in view.asked() if pair[0] != "compare"]
    asked += [("dimension", dimension), ("limit", str(limit)), ("offset", str(offset))]
    at = services.clock.now()
    return run(services.store, site, question(services.store, site, asked, at), at)


def _has_nothing(services: Services, site: ReadableSite) -> bool:
    return services.store.describe(site.key).first_day is None


def _path(tracker: Tracker) -> str:
    return f"/trackers/{tracker.id}"


def _number(text: str) -> int:
    """The number of a page; any other text is the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
