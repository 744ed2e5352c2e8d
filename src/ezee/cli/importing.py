"""``ezee import``: what other programs wrote, turned into events."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from ezee.cli.output import console, errors, print_json, print_record
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.events.surroundings import surroundings_of
from ezee.garbage import collector_spared
from ezee.imports.importer import Importer, Tally
from ezee.imports.logfile import LogFile
from ezee.model.calendar import date_of
from ezee.salting import open_salts
from ezee.settings import read_settings

importing = root.command(App(name="import", help="Import what other programs wrote."))

Site = Annotated[
    str | None,
    Parameter(
        name=["--site", "--tracker"],
        help="The tracker's site_id. It may be left out where there is one tracker only.",
    ),
]
All = Annotated[
    bool,
    Parameter(
        name="--all",
        negative="",
        help="Count every request but those the client got wrong (4xx): assets and bots as well.",
    ),
]


@importing.command(name="access-log")
def access_log(
    file: Path,
    *,
    site: Site = None,
    everything: All = False,
    dry_run: Annotated[
        bool, Parameter(negative="", help="Read everything, store nothing.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Import an access log in Common or Combined format, plain or gzip-compressed.

    Each line becomes a pageview at its own time. Only successful page requests that a person made
    count, unless --all is given. A file is known by its content: the same one twice counts once,
    and a grown or rotated one goes on where it ended. An interrupted import does, too.
    It works whether or not the service runs on the folder.

    Parameters
    ----------
    file:
        The log. Its lines need not be in the order of time.
    """
    clock = SystemClock()
    with (
        LogFile(file) as log,
        open_store(data, apart=True) as store,
        open_accounts(data) as database,
    ):
        salts = open_salts(database, data, clock.now())
        importer = Importer(
            store,
            salts,
            surroundings_of(read_settings(os.environ, data=data), salts),
            find_site(database, site),
            clock,
            everything=everything,
            dry=dry_run,
        )
        with collector_spared():
            tally = _with_progress(importer, log)
    if json:
        print_json(_json(tally, dry_run=dry_run))
    else:
        _print(tally, dry_run=dry_run)


def _with_progress(importer: Importer, log: LogFile) -> Tally:
    bar = Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[counted]:,} counted"),
        TimeRemainingColumn(),
        console=errors,
        disable=not errors.is_terminal,
    )
    with bar:
        task = bar.add_task(log.path.name, total=log.size, counted=0)
        tally = importer.run(
            log, lambda done, counted: bar.update(task, completed=done, counted=counted)
        )
        bar.update(task, completed=log.size, counted=tally.counted)
    return tally


def _json(tally: Tally, *, dry_run: bool) -> dict[str, object]:
    record = dict(msgspec.to_builtins(tally))
    for name in ("first_day", "last_day"):
        record[name] = None if record[name] is None else str(date_of(record[name]))
    return {**record, "dry_run": dry_run}


def _print(tally: Tally, *, dry_run: bool) -> None:
    record: dict[str, object] = {
        "lines read": f"{tally.lines:,}",
        "would count" if dry_run else "counted": f"{tally.counted:,}",
        "by a program": f"{tally.bots:,}",
        "excluded": f"{tally.excluded:,}",
        **({"too old": f"{tally.beyond_retention:,}"} if tally.beyond_retention else {}),
        "not a page": f"{tally.not_pages:,}",
        "client errors": f"{tally.failed:,}",
        "bad lines": f"{tally.bad_lines:,}{_numbers(tally)}",
    }
    if tally.known:
        record["read before"] = f"{tally.known:,}"
    if tally.first_day is not None and tally.last_day is not None:
        record["days"] = f"{date_of(tally.first_day)} to {date_of(tally.last_day)}"
    print_record(record)
    if tally.known and not tally.lines:
        console.print("This file was imported before; nothing in it is new.")


def _numbers(tally: Tally) -> str:
    if not tally.bad:
        return ""
    more = ", …" if tally.bad_lines > len(tally.bad) else ""
    noun = "line" if tally.bad_lines == 1 else "lines"
    return f" ({noun} {', '.join(map(str, tally.bad))}{more})"
