"""A running service goes after its accounts when ``ezee move`` has moved them elsewhere."""

from __future__ import annotations

import structlog

from ezee.accounts.database import Database
from ezee.accounts.directory import SiteDirectory
from ezee.clock import Clock
from ezee.salting import kept_salts
from ezee.settings import Settings, accounts_at
from ezee.store.salts import Salts

# After a failure nobody tries again so soon, in seconds.
_REST = 5.0
_log = structlog.get_logger("ezee.accounts")


class Follower:
    """Knows where the accounts of a service are, and looks whether they are there still.

    ``salts`` and ``directory`` are those of the service, and go with ``database``.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        salts: Salts,
        directory: SiteDirectory,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._at = settings.accounts
        self._database = database
        self._salts = salts
        self._directory = directory
        self._clock = clock
        self._again_at = 0.0

    def look(self) -> bool:
        """Go after the accounts if they have moved; whether they had. Blocks.

        Raises:
            Unavailable, SetupError: they cannot be used where they are; look again.
        """
        folder = self._settings.data
        there = accounts_at(folder, self._at)
        if there == self._at or self._clock.elapsed() < self._again_at:
            return False
        self._again_at = self._clock.elapsed() + _REST
        new = Database.at(there) if there else Database.in_folder(folder)
        try:
            self._salts.move_over(kept_salts(new, folder), self._clock.now())
        except BaseException:
            new.close()
            raise
        self._database.become(new)
        self._directory.move_over()
        self._at = there
        _log.info(
            "accounts have moved, and are used there now",
            kind="SQLite" if new.is_embedded else "PostgreSQL",
        )
        return True
