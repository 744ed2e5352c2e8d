"""``ezee upgrade`` and ``ezee rollback``: to this version, and back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

from cyclopts import Parameter

from ezee.cli.output import console, errors, print_json, print_rows
from ezee.cli.root import DATA, Data, Json, root
from ezee.clock import SystemClock
from ezee.settings import read_settings
from ezee.store.cluster import RowsOf
from ezee.store.folder import prepare_folder
from ezee.upgrades import everything


@root.command(name="upgrade")
def upgrade(
    *,
    dry_run: Annotated[
        bool, Parameter(negative="", help="Upgrade a copy, and count its rows; change nothing.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Bring a data folder to this version, after a snapshot. `ezee serve` does the same by itself.

    Every table's rows are counted before and after; where they differ, or anything fails, it goes
    back to the snapshot. The service must not be running. Events in a cluster are brought to this
    version as well; other nodes may be at work there.
    """
    settings = read_settings(os.environ, data=data)
    prepare_folder(settings.data)
    found, aim = everything.versions_of(settings), everything.newest(settings)
    rows: list[RowsOf] = []
    if everything.is_old(found, aim):
        if dry_run:
            rows = everything.dry_run(settings, _say)
        else:
            rows = everything.upgrade(settings, SystemClock().now(), _say)
    if json:
        print_json(
            {
                "from": found._asdict(),
                "to": aim._asdict(),
                "upgraded": bool(rows) and not dry_run,
                "tables": [row._asdict() for row in rows],
            }
        )
        return
    if not rows:
        console.print("Both databases are this version's: there is nothing to do.")
        return
    _print(rows)
    if dry_run:
        console.print("An upgrade keeps every row. Nothing was changed.")
    else:
        console.print("Upgraded. `ezee rollback` goes back to what there was before.")


@root.command(name="rollback")
def rollback(*, data: Data = DATA, json: Json = False) -> None:
    """Go back to the snapshot of before the last upgrade, to start the older version again.

    Whatever there is now, events that came since included, is set aside: in the folder's
    snapshots, and in a database of the cluster, where events are in one. No service must be
    running. Interrupted, it is gone on with by itself.
    """
    settings = read_settings(os.environ, data=data)
    undone = everything.roll_back(settings, SystemClock().now(), _say)
    if json:
        print_json(
            {
                "to": undone.versions._asdict(),
                "later_events": undone.later_events,
                "aside": undone.aside,
                "aside_in_cluster": undone.aside_in_cluster,
            }
        )
        return
    aside = [
        undone.aside,
        f"the database {undone.aside_in_cluster}" if undone.aside_in_cluster else "",
    ]
    console.print(
        f"Everything is as it was before the upgrade: events at {undone.versions.schema}, accounts "
        f"at {undone.versions.revision}. {undone.later_events:,} events have come since; they are "
        f"in {' and '.join(filter(None, aside))}.",
        soft_wrap=True,
    )


def _say(sentence: str) -> None:
    errors.print(sentence)


def _print(rows: Sequence[RowsOf]) -> None:
    shown = [row._asdict() for row in rows if row.before or row.after]
    print_rows(shown, "There is nothing in it yet.")
