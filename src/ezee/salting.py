"""Where a service keeps the salts of its visitors: where its accounts are."""

from __future__ import annotations

from pathlib import Path

from ezee.accounts.database import Database
from ezee.accounts.salts import SharedSalts
from ezee.accounts.service_key import read_service_key
from ezee.model.salt import EVERY_ONE
from ezee.store.salt_file import FILE_NAME, SaltFile
from ezee.store.salts import SaltKeeper, Salts


def open_salts(database: Database, folder: Path, now: int) -> Salts:
    """The salts of a data folder or, of one of several nodes, those of the account database.

    Raises:
        Unavailable: they cannot be read. SetupError: the service key is not the other nodes'.
    """
    if not database.is_embedded and (folder / FILE_NAME).exists():
        # Of before the accounts moved: nobody else would destroy them on time.
        SaltFile(folder).destroy(EVERY_ONE)
    return Salts(kept_salts(database, folder), now)


def kept_salts(database: Database, folder: Path) -> Path | SaltKeeper:
    """Where the salts are of a service whose accounts are there."""
    if database.is_embedded:
        return folder
    return SharedSalts(database, read_service_key(folder))
