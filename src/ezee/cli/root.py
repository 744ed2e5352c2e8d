"""The root of all commands, and the options many share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from ezee import __version__
from ezee.accounts.database import Database
from ezee.settings import ADDRESS_NAME, DEFAULT_DATA, read_settings
from ezee.store.folder import prepare_folder
from ezee.store.open import OpenStore

root = App(
    name="ezee",
    help="Cookie-free web analytics and hit counters: durable, exact, simple to run.\n\n"
    "Every command works on one data folder (--data), whether or not the service runs on it.",
    version=f"ezee {__version__}",
    version_flags=["--version"],
    result_action="return_value",
)

Data = Annotated[
    Path,
    Parameter(
        name="--data", env_var="EZEE_DATA", help="The data folder. It is made when it is missing."
    ),
]
Json = Annotated[
    bool, Parameter(name="--json", negative="", help="Print JSON, for scripts, instead of a table.")
]
DATA = DEFAULT_DATA


@contextmanager
def open_accounts(data: Path) -> Iterator[Database]:
    """The account database of a folder, or the one that the environment names, for one command."""
    settings = read_settings(os.environ, data=data)
    prepare_folder(settings.data)
    database = Database.of(settings)
    try:
        yield database
    finally:
        database.close()


def open_store(data: Path, *, apart: bool = False) -> OpenStore:
    """The events of a folder, or those in the cluster that the environment names."""
    settings = read_settings(os.environ, data=data)
    return OpenStore(settings.data, apart=apart, events=settings.events)


def base_url(data: Path) -> str:
    """Where people reach the service, as far as this command can know."""
    settings = read_settings(os.environ, data=data)
    if settings.public_url:
        return settings.public_url
    try:
        return (data / ADDRESS_NAME).read_text()
    except OSError:
        return settings.base_url
