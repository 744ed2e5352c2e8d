"""``ezee pages``: which paths are shown as one page."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import Annotated

import msgspec
from cyclopts import App, Parameter
from rich import box
from rich.table import Table
from rich.text import Text

from ezee.cli.output import console, print_json
from ezee.cli.rollups import print_left_out
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.cli.sites import find_site
from ezee.errors import InvalidRequest
from ezee.events import regrouping
from ezee.events.regrouping import Regrouped
from ezee.model.pages import PageRules, find_errors

pages = root.command(App(name="pages", help="Which paths are shown as one page."))
_SHOWN = 50
# Of the column of pageviews, and of what is between the others.
_NUMBERS_WIDTH = 20


@pages.command(name="regroup")
def regroup(
    *,
    site: Annotated[
        str | None,
        Parameter(help="The tracker's site_id. It may be left out where there is one only."),
    ] = None,
    group: Annotated[
        list[str] | None,
        Parameter(
            negative="",
            help="Try this pattern, such as /user/*/posts, in place of the tracker's own; "
            "may be repeated.",
        ),
    ] = None,
    apply: Annotated[
        bool, Parameter(negative="", help="Change what is stored; else only print.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Apply a tracker's page groups to its history, after showing what would change.

    Groups hold for events from the moment they are set. With --apply they hold for what came
    before, closed days included; else nothing is changed. Every event keeps its own path, so it
    can be done again with other groups, or with none, at any time.

    Try patterns with --group, set those you like for the tracker (docs/pages.md says how), then
    apply them. It works whether or not the service runs.
    """
    with open_accounts(data) as database, open_store(data) as store:
        tracker = find_site(database, site)
        groups = tracker.rules.page_rules.groups
        if group is not None:
            groups = _checked(group, apply=apply)
        changes = regrouping.preview(store, tracker.key, groups)
        changed = regrouping.apply(store, tracker.key, changes) if apply else 0
    if json:
        rows = [each._asdict() for each in changes]
        print_json({"applied": apply, "events": changed, "changes": rows})
        return
    _print(changes)
    print_left_out([tracker], "Left as they are")
    if apply and changes:
        console.print(f"Changed: {changed:,} events.")
    elif changes and group is None:
        console.print("Nothing was changed. --apply changes it.")
    elif changes:
        console.print("Nothing was changed. To have it so, set these groups, then --apply:")
        console.print(_setting(tracker.site_id, groups), markup=False, soft_wrap=True)


def _checked(groups: list[str], *, apply: bool) -> tuple[str, ...]:
    if apply:
        raise InvalidRequest("Set the groups for the tracker first, then apply them.")
    errors = find_errors(PageRules(groups=tuple(groups)))
    if errors:
        raise InvalidRequest(f"--group: {errors[0].message}", errors)
    return tuple(groups)


def _setting(site_id: str, groups: tuple[str, ...]) -> str:
    """The command that sets groups, to be copied."""
    value = msgspec.json.encode(groups).decode()
    return f"ezee tracker set {site_id} {shlex.quote(f'page_rules.groups={value}')}"


def _print(changes: Sequence[Regrouped]) -> None:
    if not changes:
        console.print("Every page is shown as the groups say.")
        return
    console.print(_table(changes[:_SHOWN]))
    if len(changes) > _SHOWN:
        console.print(f"and {len(changes) - _SHOWN:,} paths more; --json lists all.")
    views = sum(each.pageviews for each in changes)
    noun = "path" if len(changes) == 1 else "paths"
    console.print(f"In all {len(changes):,} {noun} with {views:,} pageviews.")


def _table(changes: Sequence[Regrouped]) -> Table:
    # Most paths are shown as themselves; where all are, one column is enough.
    regrouped = any(each.page != each.path for each in changes)
    names = ("path", "page", "becomes") if regrouped else ("path", "becomes")
    columns = {name: [getattr(each, name) for each in changes] for name in names}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column("pageviews", justify="right", no_wrap=True)
    for name, width in zip(names, _widths([*columns.values()]), strict=True):
        table.add_column(name, no_wrap=True, overflow="ellipsis", max_width=width)
    for each, *shown in zip(changes, *columns.values(), strict=True):
        # Paths may have brackets, which are no markup.
        table.add_row(f"{each.pageviews:,}", *map(Text, shown))
    return table


def _widths(columns: Sequence[Sequence[str]]) -> list[int]:
    """A width for each column: its share of the terminal at most, the first has all the rest."""
    room = console.width - _NUMBERS_WIDTH
    widths: list[int] = []
    for place in range(len(columns) - 1, -1, -1):
        longest = max(map(len, columns[place]))
        widths.insert(0, min(longest, room // (place + 1)))
        room -= widths[0]
    return widths
