"""``ezee rollup``: day roll-ups, checked against events and made anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated, NamedTuple

from cyclopts import App, Parameter
from rich import box
from rich.progress import track
from rich.table import Table
from rich.text import Text

from ezee.accounts.database import Database
from ezee.accounts.directory import site_config
from ezee.accounts.trackers import every_tracker
from ezee.cli.output import console, errors, print_json
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.model.calendar import date_of
from ezee.model.site import SiteConfig
from ezee.store.changes import RollUp
from ezee.store.looks import WrongRollups

rollup = root.command(
    App(name="rollup", help="Day roll-ups, which reports over days are read from.")
)

Site = Annotated[str | None, Parameter(help="Only this tracker, by its site_id; else every one.")]
_SHOWN = 50


class _Wrong(NamedTuple):
    """A value of a dimension whose numbers of a day are not what the events say."""

    site_id: str
    day: str
    dimension: str
    value: str


@rollup.command(name="verify")
def verify(*, site: Site = None, data: Data = DATA, json: Json = False) -> None:
    """Count the events of every day that is rolled up once more, and compare.

    What differs is listed, by tracker, day and value; then the status is 1. `ezee rollup build
    --again` makes roll-ups anew. Nothing should ever differ: tell us when it does. Days whose
    events are not kept any more cannot be compared, and are left out.

    It reads all events of these days, some million each second, and works whether or not the
    service runs.
    """
    with open_accounts(data) as database, open_store(data) as store:
        sites = _sites(database, site)
        wrong = [
            _Wrong(each.site_id, str(date_of(int(day))), str(dimension), str(value))
            for each in _tracked(sites, "Verifying")
            for day, dimension, value in store.look(WrongRollups(each.key))
        ]
    if json:
        left_out = {
            each.site_id: str(date_of(each.rules.kept_from))
            for each in sites
            if each.rules.kept_from
        }
        print_json({"wrong": [each._asdict() for each in wrong], "kept_from": left_out})
    else:
        _print(wrong)
        print_left_out(sites, "Not compared")
    if wrong:
        sys.exit(1)


@rollup.command(name="build")
def build(
    *,
    site: Site = None,
    again: Annotated[
        bool, Parameter(negative="", help="Also days that are rolled up with all their events.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Roll up now every day that is not, however few events it has.

    The service does so by itself, in the background, for every day with more than a few hundred
    events. This is for after a large import, when the machine has nothing better to do.

    It works whether or not the service runs.
    """
    with open_accounts(data) as database, open_store(data) as store:
        events = sum(
            store.change(RollUp(each.key, again))
            for each in _tracked(_sites(database, site), "Rolling up")
        )
    if json:
        print_json({"events": events})
    elif events:
        console.print(f"Rolled up: days of {events:,} events.")
    else:
        console.print("Every day is rolled up.")


def _sites(database: Database, site_id: str | None) -> list[SiteConfig]:
    if site_id is not None:
        return [find_site(database, site_id)]
    return [site_config(tracker) for tracker in every_tracker(database)]


def print_left_out(sites: Sequence[SiteConfig], what: str) -> None:
    """Say which days of trackers a command has left as they are."""
    for each in sites:
        if each.rules.kept_from:
            before = date_of(each.rules.kept_from)
            console.print(
                f"{what}: days of {each.site_id} before {before}, whose events are not kept.",
                soft_wrap=True,
            )


def _tracked(sites: Sequence[SiteConfig], what: str) -> Iterator[SiteConfig]:
    """Each in turn, with a bar on a terminal."""
    yield from track(sites, what, console=errors, disable=not errors.is_terminal, transient=True)


def _print(wrong: Sequence[_Wrong]) -> None:
    if not wrong:
        console.print("Every roll-up is what the events say.")
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("tracker", "day", "dimension", "value"):
        table.add_column(name, overflow="fold")
    for each in wrong[:_SHOWN]:
        dimension, value = (each.dimension, each.value) if each.dimension else ("whole day", "")
        table.add_row(each.site_id, each.day, dimension, Text(value))
    console.print(table)
    if len(wrong) > _SHOWN:
        console.print(f"and {len(wrong) - _SHOWN:,} more; --json lists all.")
    console.print("`ezee rollup build --again` makes them anew.")
