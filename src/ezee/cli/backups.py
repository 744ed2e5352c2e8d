"""``ezee backup`` and ``ezee restore``: everything a service knows, elsewhere and back."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.progress import DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ezee.backups.making import keep_newest, make_backup
from ezee.backups.manifest import Manifest, Said
from ezee.backups.restoring import check_backup, find_backup, restore_backup
from ezee.cli.output import console, errors, print_json
from ezee.cli.root import DATA, Data, Json, open_accounts, open_store, root
from ezee.clock import SystemClock
from ezee.errors import SetupError
from ezee.settings import read_settings


@root.command(name="backup")
def backup(
    into: Annotated[
        Path, Parameter(help="The folder for backups; each gets one of its own there.")
    ],
    /,
    *,
    keep: Annotated[
        int | None, Parameter(help="Keep so many, the newest; older ones are removed.")
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Make a backup of events, accounts and the service's key, while the service runs or not.

    It is read back before it gets its name, so a folder that is there is whole. Salts are left
    out on purpose: of visitors who came before and come again on the day of a restore, each
    counts twice. Keep it as a secret: whoever has the key can make links to reports.
    """
    if keep is not None and keep < 1:
        raise SetupError("--keep: at least one is kept.")
    with open_accounts(data) as database, open_store(data) as store, _progress() as said:
        made = make_backup(into, data, database, store, SystemClock().now(), said)
    gone = keep_newest(into, keep) if keep is not None else []
    if json:
        removed = [str(path) for path in gone]
        print_json({"backup": str(made.folder), "removed": removed, **_told(made.manifest)})
    else:
        console.print(f"{made.folder}: {_sentence(made.manifest)}", soft_wrap=True)
        for path in gone:
            console.print(f"{path} is removed.", soft_wrap=True)


@root.command(name="restore")
def restore(
    source: Annotated[Path, Parameter(help="A backup: a folder with a manifest.json.")],
    /,
    *,
    check: Annotated[
        bool, Parameter(negative="", help="Only read all of it, and say whether it is whole.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Restore a backup into an empty data folder, and verify that all of it is there.

    Accounts go into the PostgreSQL database that EZEE_ACCOUNTS and EZEE_ACCOUNTS_OWNER name, which
    is empty, or else into the folder. A restore that is cut off is begun again by the same command.
    """
    with _progress() as said:
        if check:
            manifest = find_backup(source)
            check_backup(source, manifest, said)
        else:
            manifest = restore_backup(source, read_settings(os.environ, data=data), said)
    if json:
        print_json({"backup": str(source), "restored": not check, **_told(manifest)})
    elif check:
        console.print(f"{source} is whole: {_sentence(manifest)}", soft_wrap=True)
    else:
        console.print(f"{data} is restored: {_sentence(manifest)}", soft_wrap=True)


def _told(manifest: Manifest) -> dict[str, object]:
    return {
        "made_at": manifest.made_at,
        "version": manifest.ezee,
        "bytes": sum(part.bytes for part in manifest.files),
        "events": manifest.events,
        "accounts": manifest.accounts,
    }


def _sentence(manifest: Manifest) -> str:
    size = sum(part.bytes for part in manifest.files)
    trackers = manifest.accounts.get("trackers", 0)
    return (
        f"{manifest.events.get('events', 0):,} events, "
        f"{trackers:,} tracker{'' if trackers == 1 else 's'}, {size / 1e6:,.1f} MB, "
        f"made at {manifest.made_at}, verified."
    )


@contextmanager
def _progress() -> Iterator[Said]:
    """What is being done, and how much of it is, on a terminal."""
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        DownloadColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
        transient=True,
    ) as bar:
        tasks = {}

        def said(what: str, more: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=None)
            bar.advance(tasks[what], more)

        yield said
