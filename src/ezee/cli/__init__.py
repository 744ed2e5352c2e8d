"""The ``ezee`` command."""

from __future__ import annotations

import os
import sys

from ezee.cli import (
    accounts,
    backups,
    bots,
    checking,
    counters,
    demo,
    erasing,
    events,
    exporting,
    importing,
    moving,
    pages,
    replaying,
    retaining,
    rollups,
    serving,
    trackers,
    upgrading,
)
from ezee.cli.output import errors
from ezee.cli.root import root
from ezee.errors import EzeeError

__all__ = ["main"]

_COMMANDS = (
    *(accounts, backups, bots, checking, counters, demo, erasing, events, exporting, importing),
    *(moving, pages, replaying, retaining, rollups, serving, trackers, upgrading),
)


def main() -> None:
    """Run the command line; a failure is one sentence on standard error and a status of 1."""
    # Whatever is made in the data folder is its owner's alone.
    os.umask(0o077)
    try:
        root()
    except EzeeError as error:
        errors.print(f"[bold]ezee:[/bold] {error.message}", soft_wrap=True, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
