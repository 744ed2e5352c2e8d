"""Bringing an account database's schema up to date, by Alembic.

Loaded when there is something to do only: most commands find nothing, and Alembic takes a fifth
of their start.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import resources

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from ezee.errors import SetupError


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Run, in the connection's transaction, the steps that are missing up to a revision.

    Raises:
        SetupError: the database was written by a newer version.
    """
    _run(connection, lambda config: command.upgrade(config, revision))


def downgrade(connection: sa.Connection) -> None:
    """Take all tables away, in the connection's transaction."""
    _run(connection, lambda config: command.downgrade(config, "base"))


def _run(connection: sa.Connection, step: Callable[[Config], None]) -> None:
    config = Config()
    with resources.as_file(resources.files("ezee.accounts") / "migrations") as folder:
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        try:
            step(config)
        except CommandError as error:
            raise SetupError(
                "The account database was written by a newer version of ezee: run that one."
            ) from error
