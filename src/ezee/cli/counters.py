"""``ezee counter``: counters of earlier days, and whose they are now."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from ezee.accounts import claims, trackers
from ezee.accounts.directory import site_config
from ezee.accounts.policy import readable_as_counter
from ezee.cli.output import errors, print_all, print_one
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.counters.countapi import PREFIX, read_key
from ezee.counters.freezing import (
    REWRITES,
    File,
    Freezer,
    write_files,
)
from ezee.errors import Conflict
from ezee.model.site import SiteConfig
from ezee.store.changes import Keep
from ezee.store.looks import Tallied

counter = root.command(App(name="counter", help="Counters that everybody sees."))

Number = Annotated[int, Parameter(name="NUMBER", help="The number in count.php?page=….")]


@counter.command(name="claim")
def counter_claim(
    number: Number,
    /,
    *,
    site: Annotated[str, Parameter(help="The tracker's id or site_id.")],
    start: Annotated[int, Parameter(help="What the counter had before.")] = 0,
    path: Annotated[str, Parameter(help="The page it is of; all pages without one.")] = "",
    force: Annotated[
        bool, Parameter(negative="", help="Take it from the tracker that has it.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Let an old counter's number show a tracker's."""
    given = {"number": number, "start": start, "path": path}
    claims.read_claim(given)
    with open_accounts(data) as database:
        tracker = trackers.named_tracker(database, site)
        held = {claim.number: claim.site_id for claim in claims.every_claim(database)}
        if held.get(number, tracker.site_id) != tracker.site_id and not force:
            raise Conflict(
                f"The number {number} is claimed for {held[number]}. --force takes it from there."
            )
        claims.assign_claim(database, tracker, given, SystemClock().now())
    print_one({**given, "site_id": tracker.site_id}, json=json)


@counter.command(name="release")
def counter_release(number: Number, /, *, data: Data = DATA, json: Json = False) -> None:
    """Set an old counter's number free: it shows dashes until somebody claims it."""
    with open_accounts(data) as database:
        claims.release_claim(database, number)
    print_one({"released": number}, json=json)


@counter.command(name="set")
def counter_set(
    key: Annotated[str, Parameter(name="KEY", help="NAMESPACE/KEY, as in /hit/NAMESPACE/KEY.")],
    value: Annotated[int, Parameter(name="VALUE", help="What it is to be.")],
    /,
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Set a CountAPI key to a value, whoever made it. One that is not there is made."""
    namespace, _, name = key.rpartition("/")
    found = read_key(namespace, name)
    with open_store(data) as store:
        kept = [str(row[-1]) for row in store.look(Tallied([PREFIX + found.name]))]
        terms = kept[0] if kept else ""
        store.change(Keep(PREFIX + found.name, value, terms, SystemClock().now()))
    print_one({"key": found.name, "value": value}, json=json)


@counter.command(name="list")
def counter_list(*, data: Data = DATA, json: Json = False) -> None:
    """List the numbers of old counters that are claimed."""
    with open_accounts(data) as database:
        rows = [claim._asdict() for claim in claims.every_claim(database)]
    print_all(rows, "No old counter is claimed yet. `ezee counter claim` claims one.", json=json)


@counter.command(name="freeze")
def counter_freeze(
    folder: Annotated[Path, Parameter(name="FOLDER", help="Where the files go.")],
    /,
    *,
    site: Annotated[
        str | None, Parameter(help="Only this tracker's, by its id or site_id.")
    ] = None,
    look: Annotated[
        str, Parameter(help="How they are drawn, as in an address: style=led-green&digits=7.")
    ] = "",
    pages: Annotated[int, Parameter(help="How many of each tracker's pages have one.")] = 1_000,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Write the counters as files, at the same paths, for any web host.

    Trackers whose counter is on, old counters that are claimed, and CountAPI's keys unless one
    tracker is named.
    """
    now = SystemClock().now()
    with open_accounts(data) as database:
        if site:
            rows = [trackers.named_tracker(database, site)]
        else:
            rows = trackers.every_tracker(database)
        sites = {row.site_id: site_config(row) for row in rows}
        claimed = [each for each in claims.every_claim(database) if each.site_id in sites]
    with open_store(data) as store:
        files = _frozen(Freezer(store, now, look, pages), sites, claimed, keys=site is None)
        written, left_out = write_files(folder, files)
    for path in left_out:
        errors.print(f"No file can have this path, it was left out: {path}", markup=False)
    print_one({"files": written, "left_out": len(left_out), "folder": str(folder)}, json=json)


def _frozen(
    freezer: Freezer, sites: dict[str, SiteConfig], claimed: list[claims.Claim], *, keys: bool
) -> Iterator[File]:
    for site in sites.values():
        readable = readable_as_counter(site)
        if readable is not None:
            yield from freezer.site(site, readable)
    for claim in claimed:
        readable = readable_as_counter(sites[claim.site_id], claimed=True)
        if readable is not None:
            yield from freezer.claim(sites[claim.site_id], readable, claim)
    if claimed:
        yield ".htaccess", REWRITES.encode()
    if keys:
        yield from freezer.keys()
