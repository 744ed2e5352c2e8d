"""The ``ezee`` command."""

from __future__ import annotations

import os
import sys
from importlib import import_module

from ezee.cli.output import errors
from ezee.cli.root import root
from ezee.errors import EzeeError
from ezee.garbage import imports_spared, release_to_the_collector

__all__ = ["MODULES", "load_commands", "main"]

MODULES = {
    "backup": "backups",
    "bots": "bots",
    "check": "checking",
    "counter": "counters",
    "demo": "demo",
    "erase": "erasing",
    "events": "events",
    "expire": "retaining",
    "export": "exporting",
    "import": "importing",
    "move": "moving",
    "pages": "pages",
    "replay": "replaying",
    "restore": "backups",
    "rollback": "upgrading",
    "rollup": "rollups",
    "serve": "serving",
    "token": "accounts",
    "tracker": "trackers",
    "upgrade": "upgrading",
    "user": "accounts",
}
"""Each command, and the module of this package that has it."""


def main() -> None:
    """Run the command line; a failure is one sentence on standard error and a status of 1."""
    # Whatever is made in the data folder is its owner's alone.
    os.umask(0o077)
    try:
        with imports_spared():
            load_commands(*sys.argv[1:2])
        root()
    except EzeeError as error:
        errors.print(f"[bold]ezee:[/bold] {error.message}", soft_wrap=True, highlight=False)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        release_to_the_collector()


def load_commands(name: str = "") -> None:
    """Have the root know the command of that name, without what all others need; or every command,
    where none is named so. To tell the version none is needed.
    """
    if name in root.version_flags:
        return
    for module in [MODULES[name]] if name in MODULES else sorted(set(MODULES.values())):
        import_module(f"{__name__}.{module}")
