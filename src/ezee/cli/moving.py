"""``ezee move``: accounts to PostgreSQL, and back."""

from __future__ import annotations

import os
from typing import Annotated

from cyclopts import Parameter

from ezee.accounts.moving import move_to_folder, move_to_server
from ezee.cli.output import console, print_json, print_rows
from ezee.cli.root import DATA, Data, Json, root
from ezee.errors import InvalidRequest
from ezee.settings import read_settings
from ezee.store.folder import prepare_folder

FOLDER = "folder"


@root.command
def move(
    *,
    to: Annotated[
        str,
        Parameter(
            help="Where to: an empty PostgreSQL database, such as "
            "postgresql://ezee@db.example.com/ezee, or folder: back to the data folder."
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
    """Move the accounts to PostgreSQL, or back to the data folder.

    It works while the service runs. For the moment of copying, and from then on until the service
    is restarted, users and settings can be read but not changed; events are counted all the time.
    Every row is read back and compared before anything changes. Restart every node then.
    """
    settings = read_settings(os.environ, data=data, accounts_owner=owner)
    prepare_folder(settings.data)
    if to == FOLDER:
        found = move_to_folder(settings)
    elif to.startswith("postgres"):
        found = move_to_server(settings, to, settings.accounts_owner)
    else:
        raise InvalidRequest.field("to", "name a PostgreSQL database, or folder")
    if json:
        print_json({"to": "folder" if to == FOLDER else "postgresql", "rows": found})
        return
    print_rows([{"table": table, "rows": rows} for table, rows in found.items()], "")
    console.print(_advice(to, named="EZEE_ACCOUNTS" in os.environ), soft_wrap=True, markup=False)


def _advice(to: str, *, named: bool) -> str:
    text = "Every row was read back and is the same. Restart the service now."
    if to == FOLDER and named:
        return f"{text} Take EZEE_ACCOUNTS out of its environment before."
    return text
