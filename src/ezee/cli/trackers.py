"""``ezee tracker``: trackers, their settings and their secrets."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from ezee.accounts import trackers, users
from ezee.accounts.service_key import read_service_key
from ezee.accounts.tables import Tracker
from ezee.accounts.trackers import TrackerChange
from ezee.cli.output import console, print_all, print_json, print_one, print_settings
from ezee.cli.root import DATA, Data, Json, base_url, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest
from ezee.model.calendar import date_of, utc_text
from ezee.model.site import site_key
from ezee.settings import read_settings

tracker = root.command(App(name="tracker", help="Add, list, show and change trackers."))

TrackerName = Annotated[str, Parameter(name="ID", help="The tracker's id or site_id.")]
_NAMES = TrackerChange.__struct_fields__


@tracker.command(name="add")
def tracker_add(
    *,
    user: Annotated[str, Parameter(help="The owner's address.")],
    name: Annotated[str, Parameter(help="What the tracker is called.")],
    domain: Annotated[str, Parameter(help="The host that is counted, such as example.com.")],
    timezone: Annotated[str, Parameter(help="Whose days count, such as Europe/Berlin.")] = "UTC",
    private: Annotated[
        bool, Parameter(negative="", help="Only the owner may read the stats.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Add a tracker and print it, its site_id included."""
    change = TrackerChange(name=name, domain=domain, timezone=timezone, public_stats=not private)
    with open_accounts(data) as database:
        owner = users.find_user(database, user)
        added = trackers.add_tracker(database, owner.id, change, SystemClock().now())
    print_one(_tracker(added), json=json)


@tracker.command(name="list")
def tracker_list(
    *,
    user: Annotated[str | None, Parameter(help="Only this user's.")] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """List the trackers of one user or of everyone."""
    with open_accounts(data) as database:
        if user:
            found = trackers.list_trackers(database, users.find_user(database, user).id)
        else:
            found = trackers.every_tracker(database)
        rows = [_tracker(each) for each in found]
    print_all(rows, "There are no trackers yet. `ezee tracker add` adds one.", json=json)


@tracker.command(name="show")
def tracker_show(tracker_id: TrackerName, /, *, data: Data = DATA, json: Json = False) -> None:
    """Show all settings of a tracker, and the link by which its owner opts a browser out."""
    with open_accounts(data) as database:
        found = trackers.named_tracker(database, tracker_id)
    _print_settings(found, data, json=json)


@tracker.command(name="set")
def tracker_set(
    tracker_id: TrackerName,
    /,
    *settings: Annotated[str, Parameter(name="NAME=VALUE", help="What to change.")],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Change settings of a tracker and show it. What is not named stays as it is.

    NAME is name, domain, timezone, hostnames, public_stats, respect_gpc, respect_dnt, places,
    counter, counter_start, aliases, keep_months, or a part of page_rules or exclusions, such as
    exclusions.networks. VALUE is JSON, or else text:

    ezee tracker set ezi_64a31d92b70f 'exclusions.networks=["192.0.2.0/24"]' respect_dnt=true
    """
    change = _change(settings)
    trackers.check_change(change)
    with open_accounts(data) as database:
        found = trackers.named_tracker(database, tracker_id)
        has_events = change.timezone is not None and _has_events(found, data)
        changed = trackers.change_tracker(
            database, found.user_id, found.id, change, has_events=has_events
        )
    _print_settings(changed, data, json=json)


@tracker.command(name="snippet")
def tracker_snippet(
    tracker_id: TrackerName,
    /,
    *,
    pinned: Annotated[
        bool, Parameter(negative="", help="This version of the script alone, with its hash.")
    ] = False,
    core: Annotated[bool, Parameter(negative="", help="The smaller script.")] = False,
    data: Data = DATA,
) -> None:
    """Print the line of HTML that counts a site's pages, by what its tracker is set to."""
    from ezee.web.script.tag import script_tag  # noqa: PLC0415 - as in serve

    with open_accounts(data) as database:
        found = trackers.named_tracker(database, tracker_id)
    rules = trackers.rules_of(found)
    name = read_settings(os.environ, data=data).script_name
    tag = script_tag(base_url(data), found.site_id, rules, name=name, core=core, pinned=pinned)
    console.print(tag, soft_wrap=True, markup=False, highlight=False)


@tracker.command(name="sign")
def tracker_sign(tracker_id: TrackerName, /, *, data: Data = DATA, json: Json = False) -> None:
    """Make a tracker's signing secret. It is shown this once and can never be shown again.

    Stamps of an earlier one are worth nothing from this moment on.
    """
    with open_accounts(data) as database:
        found = trackers.named_tracker(database, tracker_id)
        key = read_service_key(data)
        secret = trackers.new_signing_secret(database, found.user_id, found.id, key)
    print_one({"secret": secret, "site_id": found.site_id}, json=json)
    if not json:
        console.print("Copy the secret now: it cannot be shown again.")


@tracker.command(name="unsign")
def tracker_unsign(tracker_id: TrackerName, /, *, data: Data = DATA, json: Json = False) -> None:
    """Turn signing off: no stamp of the tracker's is genuine any more."""
    with open_accounts(data) as database:
        found = trackers.named_tracker(database, tracker_id)
        trackers.remove_signing_secret(database, found.user_id, found.id)
    print_one({"unsigned": found.site_id}, json=json)


def _change(settings: tuple[str, ...]) -> TrackerChange:
    """What ``name=value`` texts ask for; ``exclusions.paths=…`` is a part of an object."""
    if not settings:
        raise InvalidRequest("Say what to change, such as respect_dnt=true.")
    asked: dict[str, Any] = {}
    for text in settings:
        name, sign, value = text.partition("=")
        whole, dot, part = name.partition(".")
        if whole not in _NAMES:
            raise InvalidRequest.field(name, f"is no setting; there are {', '.join(_NAMES)}")
        if not sign:
            raise InvalidRequest.field(name, "must be NAME=VALUE")
        into, key = (asked.setdefault(whole, {}), part) if dot else (asked, whole)
        if not isinstance(into, dict) or key in into:
            raise InvalidRequest.field(name, "is given twice")
        into[key] = _value(value)
    return TrackerChange(**asked)


def _value(text: str) -> object:
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return text
    # No setting has the value null; a tracker may have that name.
    return text if value is None else value


def _has_events(found: Tracker, data: Path) -> bool:
    with open_store(data) as store:
        return store.describe(site_key(found.site_id)).first_day is not None


def _print_settings(row: Tracker, data: Path, *, json: bool) -> None:
    rules = trackers.rules_of(row)
    record = {
        **_tracker(row),
        "hostnames": row.hostnames,
        **msgspec.structs.asdict(rules),
        "kept_from": str(date_of(rules.kept_from)) if rules.kept_from else None,
        "signing": row.signing_nonce is not None,
        "opt_out_url": base_url(data) + trackers.opt_out_path(row, read_service_key(data)),
    }
    if json:
        print_json(record)
    else:
        print_settings(_flat(record))


def _flat(record: dict[str, object]) -> dict[str, object]:
    """Objects by their parts, values as ``set`` wants them."""
    flat: dict[str, object] = {}
    for name, value in record.items():
        if isinstance(value, msgspec.Struct):
            parts = msgspec.structs.asdict(value).items()
            flat |= _flat({f"{name}.{part}": each for part, each in parts})
        else:
            text = "" if value is None else msgspec.json.encode(value).decode()
            flat[name] = value if isinstance(value, str) else text
    return flat


def _tracker(row: Tracker) -> dict[str, object]:
    return {
        "site_id": row.site_id,
        "name": row.name,
        "domain": row.domain,
        "timezone": row.timezone,
        "public_stats": row.public_stats,
        "created_at": utc_text(row.created_at),
        "id": row.id,
    }
