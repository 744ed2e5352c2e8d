"""Where a service keeps the salts of its visitors: where its accounts are."""

from __future__ import annotations

from pathlib import Path

from ezee.accounts.database import Database
from ezee.accounts.salts import SharedSalts
from ezee.accounts.service_key import read_service_key
from ezee.store.salts import Salts


def open_salts(database: Database, folder: Path, now: int) -> Salts:
    """The salts of a data folder or, of one of several nodes, those of the account database.

    Raises:
        Unavailable: they cannot be read. SetupError: the service key is not the other nodes'.
    """
    if database.is_embedded:
        return Salts(folder, now)
    return Salts(SharedSalts(database, read_service_key(folder)), now)
