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
from ezee.store.folder import prepare_folder
from ezee.upgrades import upgrading
from ezee.upgrades.upgrading import Row


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
    back to the snapshot. The service must not be running.
    """
    settings = read_settings(os.environ, data=data)
    prepare_folder(settings.data)
    found, aim = upgrading.versions_of(settings), upgrading.newest()
    rows: list[Row] = []
    if upgrading.is_old(found):
        if dry_run:
            rows = upgrading.dry_run(settings, _say)
        else:
            rows = upgrading.upgrade(settings, SystemClock().now(), _say)
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

    Whatever there is now, events that came since included, is set aside in the folder's
    snapshots. The service must not be running. Interrupted, it is gone on with by itself.
    """
    settings = read_settings(os.environ, data=data)
    undone = upgrading.roll_back(settings, SystemClock().now(), _say)
    if json:
        print_json(
            {
                "to": undone.versions._asdict(),
                "later_events": undone.later_events,
                "aside": str(undone.aside),
            }
        )
        return
    console.print(
        f"Everything is as it was before the upgrade: events at {undone.versions.schema}, accounts "
        f"at {undone.versions.revision}. {undone.later_events:,} events have come since; they are "
        f"in {undone.aside}.",
        soft_wrap=True,
    )


def _say(sentence: str) -> None:
    errors.print(sentence)


def _print(rows: Sequence[Row]) -> None:
    shown = [row._asdict() for row in rows if row.before or row.after]
    print_rows(shown, "There is nothing in it yet.")
