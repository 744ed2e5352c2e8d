"""``ezee expire``: what goes by the trackers' rules on how long events are kept."""

from __future__ import annotations

from typing import Annotated

import msgspec
from cyclopts import Parameter

from ezee.accounts.rules import EXPECTED
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import every_tracker, rules_of
from ezee.cli.output import console, print_json, print_rows
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest, Unavailable
from ezee.model.rules import MOST_MONTHS
from ezee.retention import expire_due, preview
from ezee.store.base import EventStore
from ezee.store.changes import Compact


@root.command
def expire(
    *,
    site: Annotated[
        str | None, Parameter(help="Only this tracker, by its site_id; else every one.")
    ] = None,
    months: Annotated[
        int | None, Parameter(help="Tell what would go by this keep_months, not by the rule.")
    ] = None,
    apply: Annotated[
        bool, Parameter(negative="", help="Remove it; else only tell how much it is.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Tell which events go by the trackers' keep_months, or remove them now.

    A running service does so by itself, once a day. Events go, people's and programs', with their
    visits, and nothing brings them back but a backup. What they add up to stays for ever: reports
    of days, and their breakdowns, are as before. See docs/retention.md.

    A tracker's rule is set with `ezee tracker set SITE_ID keep_months=24`.
    """
    if months is not None and (apply or not 0 <= months <= MOST_MONTHS):
        told = "is for trying; set keep_months, then --apply" if apply else EXPECTED["keep_months"]
        raise InvalidRequest(f"--months {told}.")
    now = SystemClock().now()
    opened = open_store(data)
    with open_accounts(data) as database, opened as store:
        asked = None if site is None else find_site(database, site).site_id
        rows = [
            _row(store, tracker, months, now)
            for tracker in every_tracker(database)
            if asked in {None, tracker.site_id}
        ]
        removed = expire_due(database, store, now, site_id=asked) if apply else 0
        if removed and not opened.remote:
            _compact(store)
    if json:
        print_json({"applied": apply, "removed": removed, "trackers": rows})
        return
    print_rows([row for row in rows if row["kept_from"]], "Every event is kept for ever.")
    if apply:
        console.print(f"Removed: {removed:,} events.")
    elif any(row["events"] or row["bots"] for row in rows):
        console.print("Nothing was removed. --apply removes it, for good.")


def _row(store: EventStore, tracker: Tracker, months: int | None, now: int) -> dict[str, object]:
    rule = rules_of(tracker).keep_months
    due = preview(store, tracker, rule if months is None else months, now)
    numbers = dict(msgspec.to_builtins(due))
    return {"site_id": tracker.site_id, "keep_months": rule, **numbers}


def _compact(store: EventStore) -> None:
    try:
        store.change(Compact())
    except Unavailable as failure:
        # It is owed, and done when the service runs.
        console.print(failure.message)
