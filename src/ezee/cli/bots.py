"""``ezee bots``: which events were a program's, by today's rules."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
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
from ezee.cli.rollups import print_left_out
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.events import rejudging
from ezee.events.bots.spam import SPAMMERS, read_spammers
from ezee.events.rejudging import PERSON, Judged, Rejudged
from ezee.model.calendar import date_of
from ezee.model.site import SiteConfig
from ezee.settings import read_settings

bots = root.command(App(name="bots", help="Which events are programs', by today's rules."))


class _Found(NamedTuple):
    """What would change of a tracker, and how many events were moved."""

    site: SiteConfig
    changes: list[Rejudged]
    moved: int


@bots.command(name="rejudge")
def rejudge(
    *,
    site: Annotated[
        str | None, Parameter(help="Only this tracker, by its site_id; else every one.")
    ] = None,
    apply: Annotated[
        bool, Parameter(negative="", help="Change what is stored; else only print.")
    ] = False,
    spammers: Annotated[
        Path | None,
        Parameter(help="The file of spammers that the service is started with [EZEE_SPAMMERS]."),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Judge history by today's rules, and show per tracker and day what would change.

    Rules improve, and lists of programs grow. By today's rules some events that were counted are
    a program's, and some that were not are a person's. With --apply the former leave every number
    and the latter come into them, closed days included; else nothing is changed.

    Agents and addresses are never kept, so not everything can be judged again. Of every event
    there are its browser, system, referring host and a few marks, enough for referrer spam,
    headless and impossible browsers; of a declared crawler there is its product token, by
    which it gets a new name or is let go. What was told by a whole agent or by its rate stays.
    See docs/bots.md.

    It works whether or not the service runs. Once applied, a second run changes nothing.
    """
    listed = _spammers(data, spammers)
    with open_accounts(data) as database, open_store(data) as store:
        found = []
        sites = _sites(database, site)
        for each in track(
            sites,
            "Judging",
            console=errors,
            disable=not errors.is_terminal,
            transient=True,
        ):
            judgement = rejudging.judge_again(store, each.key, listed)
            moved = rejudging.apply(store, each.key, judgement) if apply else 0
            found.append(_Found(each, judgement.changes, moved))
    if json:
        print_json(_json(found, applied=apply))
    else:
        _print(found, applied=apply)
        print_left_out(sites, "Not judged again")


def _spammers(data: Path, file: Path | None) -> frozenset[str]:
    settings = read_settings(os.environ, data=data, spammers=file)
    return read_spammers(settings.spammers) if settings.spammers else SPAMMERS


def _sites(database: Database, site_id: str | None) -> list[SiteConfig]:
    if site_id is not None:
        return [find_site(database, site_id)]
    return [site_config(tracker) for tracker in every_tracker(database)]


def _json(found: Sequence[_Found], *, applied: bool) -> dict[str, object]:
    changes = [
        {
            "site_id": site.site_id,
            "day": str(date_of(each.day)),
            "was": _record(each.was),
            "becomes": _record(each.becomes),
            "events": each.events,
        }
        for site, rejudged, _ in found
        for each in rejudged
    ]
    return {"applied": applied, "events": sum(each.moved for each in found), "changes": changes}


def _record(judged: Judged) -> dict[str, str] | None:
    """None for a person."""
    return None if judged == PERSON else dict(zip(("rule", "category"), judged, strict=True))


def _print(found: Sequence[_Found], *, applied: bool) -> None:
    changed = [each for each in found if each.changes]
    if not changed:
        console.print("Today's rules say the same of everything that is kept.")
        return
    for site, changes, _ in changed:
        console.print(f"[bold]{site.domain}[/bold]  {site.site_id}")
        console.print(_table(changes))
    _print_totals([each for _, changes, _ in changed for each in changes])
    if applied:
        console.print(f"Changed: {sum(each.moved for each in found):,} events.")
    else:
        console.print("Nothing was changed. --apply changes it.")


def _table(changes: Sequence[Rejudged]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("day", "was", "becomes"):
        table.add_column(name, overflow="fold")
    table.add_column("events", justify="right", no_wrap=True)
    before = None
    for each in changes:
        day = "" if each.day == before else str(date_of(each.day))
        before = each.day
        table.add_row(day, _name(each.was), _name(each.becomes), f"{each.events:,}")
    return table


def _name(judged: Judged) -> Text:
    # Names of crawlers have brackets, which are no markup.
    return Text("a person" if judged == PERSON else "{} ({})".format(*judged))


def _print_totals(changes: Sequence[Rejudged]) -> None:
    totals: Counter[str] = Counter()
    for each in changes:
        totals[_direction(each)] += each.events
    table = Table("in all", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("events", justify="right", no_wrap=True)
    for direction in _DIRECTIONS:
        if totals[direction]:
            table.add_row(direction, f"{totals[direction]:,}")
    console.print(table)


_TO_BOTS = "from people to programs"
_TO_PEOPLE = "from programs to people"
_RENAMED = "from one rule to another"
_DIRECTIONS = (_TO_BOTS, _TO_PEOPLE, _RENAMED)


def _direction(change: Rejudged) -> str:
    if change.was == PERSON:
        return _TO_BOTS
    return _TO_PEOPLE if change.becomes == PERSON else _RENAMED
