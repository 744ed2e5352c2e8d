"""What the owner's report and the one behind a link have in common: how each page is made."""

from __future__ import annotations

import gzip
from typing import Any, NamedTuple

import anyio.to_thread
from litestar import Response
from litestar.response import Redirect, Stream

from ezee.accounts.annotating import list_annotations, shown_annotations
from ezee.accounts.placing import placed_trackers
from ezee.accounts.tables import Annotation, Tracker
from ezee.accounts.trackers import rules_of
from ezee.errors import EzeeError, InvalidRequest, NotFound, Unavailable
from ezee.exports.formats import FORMATS
from ezee.model.calendar import date_of
from ezee.model.dimensions import DIMENSIONS, EVERY_PROPERTY, find_dimension
from ezee.model.query import Operator
from ezee.model.site import ReadableSite
from ezee.stats import periods
from ezee.stats.changes import row_number
from ezee.stats.kept import Gone
from ezee.stats.live import report_live
from ezee.stats.run import Report, question, run
from ezee.web.files import File, send_file
from ezee.web.html.forms import AnyRequest
from ezee.web.html.rendering import render, texts_of
from ezee.web.html.report import answer
from ezee.web.html.report.files import CSV, file_name, table_of
from ezee.web.html.report.filtering import chips, write_filter
from ezee.web.html.report.formats import formats_of
from ezee.web.html.report.view import View
from ezee.web.script.tag import script_tag
from ezee.web.services import Services, services_of

_PAGE_SIZE = 100
_SMALLEST_TO_PACK = 1_024


class Asked(NamedTuple):
    """Whose tracker is looked at, as what, and how; ``base`` is the report's own path.

    ``shared`` is what others than the owner see; ``headers`` are what answers have beside those
    of every page.
    """

    tracker: Tracker
    site: ReadableSite
    view: View
    base: str
    shared: bool = False
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def embed(self) -> bool:
        """Whether it is shown within another page."""
        return self.shared and self.view.one("embed") == "1"


class Refused(NamedTuple):
    """An annotation that was not taken: which, "" for a new one, what was sent, what is wrong."""

    id: str
    sent: dict[str, str]
    errors: dict[str, str]
    status: int


async def show_report(
    request: AnyRequest, asked: Asked, refused: Refused | None = None
) -> Response[Any]:
    """The report of one tracker."""
    services = services_of(request)
    notes, others = await anyio.to_thread.run_sync(
        lambda: (_notes(services, asked), _others(services, asked))
    )
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
    page = _page(
        request,
        "report.html",
        asked,
        failure,
        loaded=loaded,
        fresh=fresh,
        tag=_tag(services, asked.tracker) if fresh else "",
        others=others,
        notes=notes,
        refused=refused,
    )
    if refused is not None:
        page.status_code = refused.status
    return page


async def show_list(request: AnyRequest, asked: Asked, dimension: str) -> Response[Any]:
    """Every value of a dimension, a hundred on a page, searched for a text."""
    services = services_of(request)
    if find_dimension(dimension) is None:
        raise NotFound
    # The names of properties are few, and no filter searches them.
    searched = dimension != EVERY_PROPERTY
    search = request.query_params.get("search", "")[:200] if searched else ""
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
    report_view = asked.view.at(asked.base)
    others = await anyio.to_thread.run_sync(_others, services, asked)
    return _page(
        request,
        "report_list.html",
        asked,
        failure,
        others=others,
        dimension=dimension,
        searched=searched,
        search=search,
        page_number=number,
        rows=answer.rows_of(report_view, told, dimension) if told else [],
        total=told["rows"][dimension] if told else 0,
        counted=answer.counted_by(dimension),
        first=row_number(offset, 0),
        back=report_view.link,
    )


async def send_table(request: AnyRequest, asked: Asked, dimension: str) -> Stream:
    """Every value of a dimension with its numbers, or what else there is as CSV."""
    services = services_of(request)

    def write() -> File:
        now, form = services.clock.now(), FORMATS[CSV]
        table = table_of(services.store, asked.site, asked.view, dimension, now)
        name = file_name(asked.tracker.domain, dimension)
        return File(name, form.media_type, form.write(table))

    file = await anyio.to_thread.run_sync(write, limiter=services.readers)
    return await send_file(file, services.readers, asked.headers)


def with_filter(request: AnyRequest, asked: Asked) -> Redirect:
    """What the form for a filter sends: back to the report, with one filter more."""
    given = request.query_params
    text = write_filter(
        given.get("dimension", ""), given.get("operator", ""), (given.get("value", ""),)
    )
    view = asked.view.at(asked.base)
    return Redirect(view.with_filters([*view.filters, text]).link, status_code=303)


async def show_now(request: AnyRequest, asked: Asked) -> Response[Any]:
    """Who is here now, asked for again and again."""
    services = services_of(request)
    live = await anyio.to_thread.run_sync(
        report_live, services.store, asked.site, services.clock.now(), limiter=services.readers
    )
    return render(
        request,
        "report_now.html",
        headers=dict(asked.headers),
        tracker=asked.tracker,
        base=asked.base,
        embed=asked.embed,
        live=live,
    )


def _page(
    request: AnyRequest, template: str, asked: Asked, failure: EzeeError | None, **context: Any
) -> Response[bytes]:
    headers = dict(asked.headers)
    if isinstance(failure, Unavailable):
        headers["retry-after"] = str(failure.retry_after)
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
        base=asked.base,
        shared=asked.shared,
        embed=asked.embed,
        chips=chips(asked.view),
        failure=failure,
        gone=failure if isinstance(failure, Gone) else None,
        kept_from=date_of(asked.site.kept_from),
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


def _notes(services: Services, asked: Asked) -> list[Annotation]:
    """What was annotated, as far as whoever looks may see it. Blocks."""
    if asked.shared:
        return shown_annotations(services.database, asked.tracker)
    return list_annotations(services.database, asked.tracker.user_id, asked.tracker.id)


def _others(services: Services, asked: Asked) -> list[Tracker]:
    """The owner's other trackers that are in use, in their order. Blocks."""
    if asked.shared:
        return []
    rows = placed_trackers(services.database, asked.tracker.user_id)
    return [row for row in rows if row.archived_at is None and row.id != asked.tracker.id]


def _tag(services: Services, tracker: Tracker) -> str:
    settings = services.settings
    return script_tag(
        settings.base_url, tracker.site_id, rules_of(tracker), name=settings.script_name
    )


def _has_nothing(services: Services, site: ReadableSite) -> bool:
    return services.store.describe(site.key).first_day is None


def _number(text: str) -> int:
    """The number of a page; any other text is the first."""
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 5 else 1
