"""``ezee user`` and ``ezee token``: the accounts."""

from __future__ import annotations

import getpass
import re
import sys
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from ezee.accounts import resets, second_factor, tokens, users
from ezee.accounts.database import Database
from ezee.accounts.policy import EVERYONE
from ezee.accounts.tables import Token, User
from ezee.accounts.tokens import NewToken
from ezee.cli.output import console, print_all, print_one
from ezee.cli.root import DATA, Data, Json, base_url, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.erasing import erase_due
from ezee.errors import InvalidRequest
from ezee.model.calendar import DAY, HOUR, MINUTE, read_instant, utc_text
from ezee.salting import open_salts

user = root.command(App(name="user", help="Add, list, change and remove users."))
token = root.command(App(name="token", help="Make, list, regenerate and revoke API tokens."))

Plan = Literal["free", "pro"]
# A running service looks a few times a second whether accounts have changed.
_SERVICE_NOTICES_AFTER = 2.0


@user.command(name="add")
def user_add(
    email: str,
    *,
    plan: Annotated[
        Plan, Parameter(help="free: 60 requests a minute per token; pro: 600.")
    ] = "free",
    password_stdin: Annotated[
        bool, Parameter(negative="", help="Read the password from standard input.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Add a user.

    The password is asked for, or read from standard input with --password-stdin.

    Parameters
    ----------
    email:
        The address the user signs in with.
    """
    password = _password(from_stdin=password_stdin)
    with open_accounts(data) as database:
        added = users.add_user(database, email, password, plan, _now())
    print_one(_user(added), json=json)


@user.command(name="list")
def user_list(*, data: Data = DATA, json: Json = False) -> None:
    """List every user, oldest first."""
    with open_accounts(data) as database:
        rows = [_user(each) for each in users.list_users(database)]
    print_all(rows, "There are no users yet. `ezee user add` adds one.", json=json)


@user.command(name="set-plan")
def user_set_plan(email: str, plan: Plan, *, data: Data = DATA, json: Json = False) -> None:
    """Put a user on another plan. It holds from the next request on."""
    with open_accounts(data) as database:
        changed = users.set_plan(database, email, plan)
    print_one(_user(changed), json=json)


@user.command(name="reset-password")
def user_reset_password(
    email: str,
    *,
    second_step_off: Annotated[
        bool,
        Parameter(negative="", help="Ask for no code any more, for who has lost theirs."),
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Make a link by which a user chooses a new password. It works once, for a day."""
    with open_accounts(data) as database:
        found = users.find_user(database, email)
        if second_step_off:
            second_factor.turn_off(database, found.id)
        secret = resets.new_reset(database, found.id, _now())
    print_one({"email": found.email, "link": f"{base_url(data)}/reset/{secret}"}, json=json)


@user.command(name="remove")
def user_remove(
    email: str,
    *,
    yes: Annotated[bool, Parameter(negative="", help="Do not ask.")] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Remove a user, with their trackers, tokens and every event. This cannot be undone."""
    with open_accounts(data) as database:
        found = users.find_user(database, email)
        if not yes and sys.stdin.isatty() and not _confirmed(found.email):
            console.print("Nothing was removed.")
            return
        site_ids = users.remove_user(database, email, _now())
        erased = _erase(database, data)
    print_one(
        {"removed": found.email, "trackers": len(site_ids), "events_erased": erased}, json=json
    )


@token.command(name="new")
def token_new(
    *,
    user: Annotated[str, Parameter(help="Whose token it is.")],
    name: Annotated[str, Parameter(help="For your reference only; it may repeat.")],
    scope: Annotated[str, Parameter(help="What it may do: read, write, or both.")] = "read,write",
    expires: Annotated[
        str | None,
        Parameter(
            help="When it ends: a time such as 2027-01-31T12:00Z, or 90d, 12h, 30m from now."
        ),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Make an API token. It is shown this once and can never be shown again."""
    now = _now()
    with open_accounts(data) as database:
        owner = users.find_user(database, user)
        made = tokens.new_token(
            database, owner.id, name, now, scope=scope, expires_at=_expiry(expires, now)
        )
    _print_new(made, json=json)


@token.command(name="regenerate")
def token_regenerate(token_id: str, *, data: Data = DATA, json: Json = False) -> None:
    """Put a brand-new token in an old one's place, under the same name.

    The old one is refused from this moment on.
    """
    with open_accounts(data) as database:
        made = tokens.regenerate_token(database, EVERYONE, token_id, _now())
    _print_new(made, json=json)


@token.command(name="list")
def token_list(
    *,
    user: Annotated[str, Parameter(help="Whose tokens.")],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """List a user's active tokens, by what may be shown of them."""
    with open_accounts(data) as database:
        owner = users.find_user(database, user)
        rows = [_token(each) for each in tokens.list_tokens(database, owner.id)]
    print_all(rows, "There are no tokens. `ezee token new` makes one.", json=json)


@token.command(name="revoke")
def token_revoke(token_id: str, *, data: Data = DATA, json: Json = False) -> None:
    """Revoke a token for good. The next request with it is refused."""
    with open_accounts(data) as database:
        tokens.revoke_token(database, EVERYONE, token_id)
    print_one({"revoked": token_id}, json=json)


def _erase(database: Database, data: Path) -> int:
    opened = open_store(data)
    with opened as store:
        if opened.remote:
            time.sleep(_SERVICE_NOTICES_AFTER)
        return erase_due(database, store, open_salts(database, data, _now()))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise InvalidRequest("Give the password on standard input, with --password-stdin.")
    password = getpass.getpass("Password: ")
    if getpass.getpass("The same again: ") != password:
        raise InvalidRequest("The two passwords differ. Nothing was changed.")
    return password


def _confirmed(email: str) -> bool:
    console.print(f"This removes {email} with all trackers, tokens and events, for good.")
    return console.input("Type the address to go on: ").strip().lower() == email


_SPAN = re.compile(r"(\d{1,5})([dhm])")
_UNITS = {"d": DAY, "h": HOUR, "m": MINUTE}


def _expiry(text: str | None, now: int) -> int | None:
    if text is None:
        return None
    span = _SPAN.fullmatch(text)
    at = now + int(span[1]) * _UNITS[span[2]] if span else read_instant(text)
    if at is None:
        raise InvalidRequest.field("expires", "is a time such as 2027-01-31T12:00Z, or 90d, 12h")
    return at


def _now() -> int:
    return SystemClock().now()


def _time(at: int | None) -> str | None:
    return None if at is None else utc_text(at)


def _user(row: User) -> dict[str, object]:
    return {
        "email": row.email,
        "plan": row.plan,
        "created_at": utc_text(row.created_at),
        "id": row.id,
    }


def _token(row: Token) -> dict[str, object]:
    return {
        "id": row.id,
        "name": row.name,
        "prefix": row.prefix,
        "scope": row.scope,
        "created_at": utc_text(row.created_at),
        "last_used_at": _time(row.last_used_at),
        "expires_at": _time(row.expires_at),
    }


def _print_new(made: NewToken, *, json: bool) -> None:
    print_one({"token": made.plain, "id": made.token.id, "prefix": made.token.prefix}, json=json)
    if not json:
        console.print("Copy the token now: it cannot be shown again.")
