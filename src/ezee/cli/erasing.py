"""``ezee erase``: a part of what is stored of a tracker, gone for good."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

import msgspec
from cyclopts import Parameter

from ezee.cli.output import console, print_json
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.clock import SystemClock
from ezee.erasing import Part, Receipt, erase_part, preview, read_part, read_receipt
from ezee.errors import Unavailable
from ezee.store.base import EventStore
from ezee.store.changes import Compact


@root.command
def erase(
    *,
    site: Annotated[
        str | None,
        Parameter(help="The tracker's site_id. It may be left out where there is one only."),
    ] = None,
    from_: Annotated[
        str | None, Parameter(name="--from", help="The first local day, such as 2026-10-25.")
    ] = None,
    to: Annotated[str | None, Parameter(help="The last local day.")] = None,
    path: Annotated[
        str | None,
        Parameter(help="A path such as /about, or /blog/* for every one that begins so."),
    ] = None,
    apply: Annotated[
        bool, Parameter(negative="", help="Erase it; else only tell how much it is.")
    ] = False,
    receipt: Annotated[
        str | None,
        Parameter(
            help="What to call this erasure. If there was one of that name, it is told of, and "
            "nothing is erased."
        ),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Erase days of a tracker, or a path, or a path on some days, for good.

    Without --apply it only tells how much that is. With it people's and bots' events go, with
    their visits, and the days are counted anew. Once the event file was written anew no byte of
    them is left in it: at once without a running service, within a minute or so with one. A
    receipt tells what was removed. Nothing brings it back but a backup.
    """
    part = read_part({"from": from_, "to": to, "path": path})
    named = read_receipt(receipt)
    opened = open_store(data)
    with open_accounts(data) as database, opened as store:
        site_id = find_site(database, site).site_id
        if not apply:
            answer = preview(store, site_id, part)
        else:
            answer = _erase(store, site_id, part, named, compact=not opened.remote)
    if json:
        print_json(msgspec.to_builtins(answer))
    else:
        _print(answer)


def _erase(store: EventStore, site_id: str, part: Part, receipt: str, *, compact: bool) -> Receipt:
    now = SystemClock().now()
    answer = erase_part(store, site_id, part, receipt, now)
    if compact and not answer.bytes_gone:
        # Without room for it now, it is done when the service runs.
        with suppress(Unavailable):
            store.change(Compact())
        answer = erase_part(store, site_id, part, receipt, now)
    return answer


def _print(answer: Receipt) -> None:
    rows = {
        "events": f"{answer.events:,}",
        "by programs": f"{answer.bots:,}",
        "visits": f"{answer.visits:,}",
        "not counted": f"{answer.dropped:,}",
        "days": f"{answer.days:,}",
    }
    if answer.applied:
        gone = "yes" if answer.bytes_gone else "not yet: the event file is about to be written anew"
        rows |= {
            "erased at": str(answer.erased_at),
            "receipt": str(answer.receipt),
            "bytes gone": gone,
        }
    for name, value in rows.items():
        console.print(f"{name:<12}  {value}", highlight=False, soft_wrap=True)
    if not answer.applied:
        console.print("Nothing was erased. --apply erases it, for good.")
