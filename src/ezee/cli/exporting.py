"""``ezee export``: a tracker's events, or a table of its report, as a file."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

from cyclopts import Parameter
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from ezee.accounts.policy import readable_by_operator
from ezee.cli.output import errors
from ezee.cli.reporting import Asked, check_without_table, days_asked, table_asked
from ezee.cli.root import DATA, Data, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest, SetupError
from ezee.exports.asked import ask_for_events, beyond
from ezee.exports.events import table_of_events
from ezee.exports.formats import FORMATS
from ezee.exports.tables import Row, Table
from ezee.exports.whole import whole
from ezee.model.calendar import day_of
from ezee.model.query import Range
from ezee.model.site import ReadableSite
from ezee.store.base import EventStore

FormatName = Literal["csv", "ndjson", "parquet"]

_STANDARD_OUTPUT = Path("-")
_REASONS = {
    errno.ENOSPC: "No room is left on the disk",
    errno.EDQUOT: "No room is left for this user",
    errno.EFBIG: "The file would be larger than it may be",
    errno.EACCES: "This user may not write there",
    errno.EPERM: "This user may not write there",
    errno.EROFS: "Nothing can be written there",
    errno.ENOENT: "There is no such folder",
    errno.ENOTDIR: "There is no such folder",
    errno.EPIPE: "Its reader has left",
}
_EVENTS = Asked()


@root.command(name="export")
def export(
    *,
    output: Annotated[
        Path,
        Parameter(allow_leading_hyphen=True, help="The file to write; - is standard output."),
    ],
    site: Annotated[
        str | None,
        Parameter(help="The tracker's site_id. It may be left out where there is one only."),
    ] = None,
    name: Annotated[
        FormatName, Parameter(name="--format", help="What the file is written as.")
    ] = "csv",
    first: Annotated[
        date | None,
        Parameter(
            name="--from",
            help="The first day, such as 2026-10-25; else that of all events. For a report, --to "
            "is needed too.",
        ),
    ] = None,
    last: Annotated[
        date | None,
        Parameter(name="--to", help="The last day, included; else today."),
    ] = None,
    period: Annotated[
        str | None,
        Parameter(help="Instead of --from and --to: last_month, say, as in docs/api.md."),
    ] = None,
    asked: Asked = _EVENTS,
    force: Annotated[bool, Parameter(negative="", help="Write over a file that is there.")] = False,
    data: Data = DATA,
) -> None:
    """Write a tracker's counted events to a file: CSV, newline-delimited JSON or Parquet.

    With --table it is a table of the tracker's report instead. Days are those of the tracker's time
    zone. What the columns mean is in docs/export.md. The file appears when it is whole: what fails
    or is killed leaves none. It works whether or not the service runs.
    """
    if output != _STANDARD_OUTPUT and output.exists() and not force:
        raise SetupError(f"There is a file {output} already. --force writes over it.")
    with open_accounts(data) as database, open_store(data) as store:
        readable = readable_by_operator(find_site(database, site))
        if asked.table is None:
            check_without_table(asked)
            span = _span(store, readable, period, first, last)
            with _progress() as bar:
                table = _watched(bar, span, table_of_events(store, readable, span))
                _write(output, name, table)
        else:
            days = days_asked(period, first, last)
            _write(output, name, table_asked(store, readable, name, days, asked))


def _write(output: Path, name: FormatName, table: Table) -> None:
    with _opened(output) as file, closing(FORMATS[name].write(table)) as pieces:
        for piece in pieces:
            file.write(piece)


def _span(
    store: EventStore,
    site: ReadableSite,
    period: str | None,
    first: date | None,
    last: date | None,
) -> Range:
    """The days that are asked for; where they are left open, all that may have events."""
    now = SystemClock().now()
    if period is not None:
        return ask_for_events(store, site, days_asked(period, first, last), now).span
    every = ask_for_events(store, site, (), now).span
    days = [day_of(each) for each in (first, last) if each is not None]
    span = Range(
        min((every.first_day, *days)) if first is None else day_of(first),
        max((every.last_day, *days)) if last is None else day_of(last),
    )
    if span.first_day > span.last_day:
        raise InvalidRequest("--to must not lie before --from.")
    if span.first_day < site.kept_from:
        raise beyond("--from", site.kept_from)
    return span


def _progress() -> Progress:
    return Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[events]:,} events"),
        TimeRemainingColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )


def _watched(bar: Progress, span: Range, table: Table) -> Table:
    """The same table; each page moves the bar to the day that it has reached."""
    task = bar.add_task("", total=span.last_day - span.first_day + 1, events=0)
    column = list(table.columns).index("day")

    def pages() -> Iterator[Sequence[Row]]:
        events = 0
        for page in table.pages:
            yield page
            events += len(page)
            if page:
                day = str(page[-1][column])
                done = day_of(date.fromisoformat(day)) - span.first_day
                bar.update(task, completed=done, events=events, description=day)
        bar.update(task, completed=span.last_day - span.first_day + 1)

    return Table(table.columns, pages())


@contextmanager
def _opened(output: Path) -> Iterator[BinaryIO]:
    """A file to be written, which takes its name when the block has ended well.

    Raises:
        SetupError: it cannot be written; the sentence says why.
    """
    try:
        if output == _STANDARD_OUTPUT:
            with open(sys.stdout.fileno(), "wb", closefd=False) as file:
                yield file
        else:
            with whole(_target(output)) as file:
                yield file
    except OSError as error:
        reason = _REASONS.get(error.errno or 0, "It could not be written")
        left = "what came is not whole" if output == _STANDARD_OUTPUT else "nothing is left of it"
        raise SetupError(f"{reason}: {output}. The export has failed; {left}.") from error


def _target(output: Path) -> Path:
    # What a link leads to is written, not the link.
    target = output.resolve()
    if target.exists() and not target.is_file():
        raise SetupError(f"{output} is there, and is no file that could be written over.")
    return target
