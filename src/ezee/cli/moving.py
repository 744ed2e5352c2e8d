"""``ezee move``: accounts to PostgreSQL, events to ClickHouse, and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from cyclopts import Parameter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ezee.accounts.moving import move_to_folder, move_to_server
from ezee.cli.output import console, errors, print_json, print_record, print_rows
from ezee.cli.root import DATA, Data, Json, open_accounts, root
from ezee.clock import SystemClock
from ezee.errors import InvalidRequest, SetupError
from ezee.moving.copying import Said
from ezee.moving.events import move_events
from ezee.settings import FOLDER, Settings, read_settings
from ezee.store.folder import prepare_folder


@root.command
def move(
    *,
    to: Annotated[
        list[str],
        Parameter(
            help="Where to: an empty PostgreSQL database for the accounts, such as "
            "postgresql://ezee@db.example.com/ezee, an empty database of a ClickHouse cluster for "
            "the events, such as clickhouse://one:9000,two:9000/ezee?cluster=main; once for each. "
            "Or folder: everything back to the data folder.",
            negative="",
        ),
    ],
    owner: Annotated[
        str | None,
        Parameter(
            help="The PostgreSQL database with the role that owns its tables [EZEE_ACCOUNTS_OWNER]."
        ),
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Move accounts to PostgreSQL and events to ClickHouse, or back to the data folder.

    It works while the service runs. Events are counted all the time: those that come at the end of
    the move wait on this disk, and are stored where the others are then. Rows and the answers of
    reports are compared to the last digit before anything changes; the running service goes over to
    the new place of the events by itself. Interrupted, or killed, it goes on where it was when it
    is started again.

    While accounts are copied, some seconds, users and settings can be read but not changed. The
    running service then uses them in the new place by itself.
    """
    settings = read_settings(os.environ, data=data, accounts_owner=owner)
    prepare_folder(settings.data)
    accounts, events = _aims(settings, to)
    told: dict[str, Any] = {}
    if events:
        told["events"] = _move_events(settings, events)
    if accounts == FOLDER:
        told |= {"to": FOLDER, "rows": move_to_folder(settings)}
    elif accounts:
        found = move_to_server(settings, accounts, settings.accounts_owner)
        told |= {"to": "postgresql", "rows": found}
    if json:
        print_json(told)
        return
    if events:
        print_record(told["events"])
        console.print(_advice_on_events(events), soft_wrap=True, markup=False)
    if accounts:
        rows = [{"table": table, "rows": rows} for table, rows in told["rows"].items()]
        print_rows(rows, "")
        named = "EZEE_ACCOUNTS" in os.environ
        console.print(_advice(accounts, named=named), soft_wrap=True, markup=False)


def _aims(settings: Settings, to: list[str]) -> tuple[str, str]:
    """Where accounts and events are to go; "" where they stay."""
    if to == [FOLDER]:
        if settings.accounts or not settings.events:
            return FOLDER, FOLDER if settings.events else ""
        return "", FOLDER
    accounts = [each for each in to if each.startswith("postgres")]
    events = [each for each in to if each.startswith("clickhouse")]
    if len(accounts) + len(events) < len(to) or len(accounts) > 1 or len(events) > 1:
        raise InvalidRequest.field(
            "to", "name a PostgreSQL database, a ClickHouse cluster, or both; or folder alone"
        )
    if accounts and settings.accounts:
        raise SetupError("The accounts are in PostgreSQL already.")
    return "".join(accounts), "".join(events)


def _move_events(settings: Settings, to: str) -> dict[str, int]:
    with open_accounts(settings.data) as database, _progress() as said:
        return move_events(settings, database, to, SystemClock().now(), said)._asdict()


@contextmanager
def _progress() -> Iterator[Said]:
    """How far it has come, on a terminal."""
    with Progress(
        TextColumn("[bold]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        disable=not errors.is_terminal,
    ) as bar:
        tasks: dict[str, Any] = {}

        def said(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=max(done, total))

        yield said


def _advice(to: str, *, named: bool) -> str:
    text = "Every row was read back and is the same. The accounts are used there from now on."
    if to == FOLDER and named:
        return f"{text} Take EZEE_ACCOUNTS out of the service's environment before its next start."
    return text


def _advice_on_events(to: str) -> str:
    text = "Rows and answers are the same. The events are used there from now on."
    if to == FOLDER and "EZEE_EVENTS" in os.environ:
        return f"{text} Take EZEE_EVENTS out of the service's environment before its next start."
    return text
