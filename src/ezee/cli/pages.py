"""``ezee pages``: which paths are shown as one page."""

from __future__ import annotations

from typing import Annotated

from cyclopts import App, Parameter

from ezee.cli.importing import find_site
from ezee.cli.output import console, print_json, print_rows
from ezee.cli.root import DATA, Data, Json, open_accounts, root
from ezee.errors import InvalidRequest
from ezee.events import regrouping
from ezee.model.pages import PageRules, find_errors
from ezee.store.open import OpenStore

pages = root.command(App(name="pages", help="Which paths are shown as one page."))
_SHOWN = 50


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

    Groups hold for events from the moment they are set. This applies them to what came before;
    every event keeps its own path, so it can be done again with others at any time.
    """
    with open_accounts(data) as database, OpenStore(data) as store:
        tracker = find_site(database, site)
        groups = tracker.rules.page_rules.groups
        if group is not None:
            groups = _checked(group, apply=apply)
        changes = regrouping.preview(store, tracker.key, groups)
        changed = regrouping.apply(store, tracker.key, changes) if apply else 0
    rows = [dict(each._asdict()) for each in changes]
    if json:
        print_json({"applied": apply, "events": changed, "changes": rows})
        return
    print_rows(rows[:_SHOWN], "Every page is shown as the groups say.")
    if len(rows) > _SHOWN:
        console.print(f"and {len(rows) - _SHOWN:,} paths more; --json lists all.")
    if apply:
        console.print(f"{changed:,} events are shown otherwise now.")
    elif rows:
        console.print("Nothing was changed. --apply changes it.")


def _checked(groups: list[str], *, apply: bool) -> tuple[str, ...]:
    if apply:
        raise InvalidRequest("Set the groups for the tracker first, then apply them.")
    errors = find_errors(PageRules(groups=tuple(groups)))
    if errors:
        raise InvalidRequest(f"--group: {errors[0].message}", errors)
    return tuple(groups)
