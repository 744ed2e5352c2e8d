"""``ezee bots``: which events were a program's, by today's rules."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import track

from ezee.accounts.database import Database
from ezee.accounts.trackers import every_tracker
from ezee.cli.importing import find_site
from ezee.cli.output import console, errors, print_json, print_rows
from ezee.cli.root import DATA, Data, Json, open_accounts, root
from ezee.events import rejudging
from ezee.events.bots.spam import SPAMMERS, read_spammers
from ezee.events.rejudging import Judgement
from ezee.model.calendar import date_of
from ezee.model.site import site_key
from ezee.settings import read_settings
from ezee.store.base import EventStore
from ezee.store.open import OpenStore

bots = root.command(App(name="bots", help="Which events are programs', by today's rules."))


@bots.command(name="rejudge")
def rejudge(
    *,
    site: Annotated[
        str | None, Parameter(help="Only this tracker, by its site_id; else every one.")
    ] = None,
    apply: Annotated[
        bool, Parameter(negative="", help="Change what is stored; else only print.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Judge what is stored by today's rules, and show per tracker and day what would change.

    Rules improve, and lists of programs grow. Events that are a program's by today's rules leave
    the numbers, those of people come back. Nothing is changed unless --apply is given.

    What can be judged again: features of every event (headless marks, networks, referrer spam,
    impossible browsers) and the token of declared crawlers. The agent string itself is never kept.
    """
    settings = read_settings(os.environ, data=data)
    spammers = read_spammers(settings.spammers) if settings.spammers else SPAMMERS
    with open_accounts(data) as database, OpenStore(data) as store:
        found = {
            site_id: rejudging.judge_again(store, site_key(site_id), spammers)
            for site_id in track(
                _site_ids(database, site),
                "Judging",
                console=errors,
                disable=not errors.is_terminal,
                transient=True,
            )
        }
        moved = sum(_carry_out(store, found)) if apply else 0
    rows = [row for site_id, judgement in found.items() for row in _rows(site_id, judgement)]
    if json:
        print_json({"applied": apply, "events": moved, "changes": rows})
        return
    print_rows(rows, "Today's rules say the same of everything that is kept.")
    if apply:
        console.print(f"{moved:,} events were moved.")
    elif rows:
        console.print("Nothing was changed. --apply changes it.")


def _site_ids(database: Database, site: str | None) -> list[str]:
    if site is not None:
        return [find_site(database, site).site_id]
    return [tracker.site_id for tracker in every_tracker(database)]


def _carry_out(store: EventStore, found: dict[str, Judgement]) -> list[int]:
    return [rejudging.apply(store, site_key(each), found[each]) for each in found]


def _rows(site_id: str, judgement: Judgement) -> list[dict[str, object]]:
    return [
        {
            "site_id": site_id,
            "day": str(date_of(each.day)),
            "was": each.was[0] or "a person",
            "becomes": each.becomes[0] or "a person",
            "events": each.events,
        }
        for each in judgement.changes
    ]
