"""Salts of visitors that several nodes agree on, by the account database.

Whoever puts a nonce down first has made the salt, and everybody else reads it. What stands in the
database is half of it: a salt is derived from its nonce by the service's key, so that neither of
them tells anything without the other. The table is unlogged, so nonces are on the disk of the one
server alone, in no archive, and go with the rows (see ``docs/cluster.md``).
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts.database import Database
from ezee.accounts.service_key import key_mark, salt_of
from ezee.accounts.tables import Nonce
from ezee.errors import SetupError, Unavailable
from ezee.model.event import Population
from ezee.model.salt import SIZE, Condemned, Key, SaltRow

# After a failure nobody waits for the server again so soon, in seconds.
_REST = 1.0
_AT_ONCE = 1000
# A row that is never destroyed. Where it is another one, all that was there has been lost.
_EPOCH: Key = (-1, 0, 0, 0)
# Another that tells whose key the salts are made with.
_MARK: Key = (-2, 0, 0, 0)
_NEVER = 2**62
_OTHER_KEY = (
    "The service key of this node is not that of the others. Copy service.key from the data folder "
    "of one of them; it must be the same on every node."
)
_KEY = (Nonce.site, Nonce.day, Nonce.population, Nonce.import_id)


class SharedSalts:
    """Keeps salts, see ``store.salts.SaltKeeper``, for several nodes with the same service key.

    Raises:
        SetupError: ``load`` found that another node's key is another.
    """

    shared = True

    def __init__(self, database: Database, service_key: bytes) -> None:
        self._engine = database.engine
        self._service_key = service_key
        self._ask_at = 0.0
        self._epoch = b""
        self.lost = False

    def load(self, now: int) -> Sequence[SaltRow]:
        """See ``SaltKeeper.load``."""
        with self._begin() as connection:
            connection.execute(sa.delete(Nonce).where(Nonce.expires_at <= now))
            mark = key_mark(self._service_key)
            epoch_row = SaltRow(_EPOCH, secrets.token_bytes(SIZE), now, _NEVER)
            _put_down(connection, [SaltRow(_MARK, mark, now, _NEVER), epoch_row])
            rows = {row.key: row for row in self._read(connection, sa.select(Nonce.__table__))}
        if rows.pop(_MARK).seed != mark:
            raise SetupError(_OTHER_KEY)
        epoch = rows.pop(_EPOCH).seed
        self.lost = self._epoch not in {b"", epoch}
        self._epoch = epoch
        return [*rows.values()]

    def save(self, rows: Iterable[SaltRow]) -> None:
        """See ``SaltKeeper.save``: an import's are given an end, others live longer."""
        with self._begin() as connection:
            for row in sorted(rows):
                until: Any = row.expires_at
                if row.key[2] != Population.IMPORT:
                    until = sa.func.greatest(Nonce.expires_at, until)
                is_it = sa.tuple_(*_KEY) == row.key
                connection.execute(sa.update(Nonce).where(is_it).values(expires_at=until))

    def agree(self, rows: Sequence[SaltRow], now: int) -> Sequence[SaltRow]:
        """See ``SaltKeeper.agree``. Of a row's value the nonce is made that others read."""
        found: list[SaltRow] = []
        # In one order, so that no two nodes wait for each other.
        ordered = sorted(rows)
        for start in range(0, len(ordered), _AT_ONCE):
            found += self._agree(ordered[start : start + _AT_ONCE], now)
        return found

    def destroy(self, condemned: Condemned) -> None:
        """See ``SaltKeeper.destroy``."""
        import_id, site, expired_by = condemned
        gone = sa.delete(Nonce)
        if import_id is not None:
            gone = gone.where(
                Nonce.population == int(Population.IMPORT), Nonce.import_id == import_id
            )
        elif site is not None:
            gone = gone.where(Nonce.site == site)
        else:
            gone = gone.where(Nonce.expires_at <= expired_by)
        with self._begin() as connection:
            connection.execute(gone)

    def overdue(self, before: int) -> int:
        """See ``SaltKeeper.overdue``."""
        count = sa.select(sa.func.count()).select_from(Nonce).where(Nonce.expires_at <= before)
        with self._begin() as connection:
            return int(connection.scalar(count) or 0)

    def _agree(self, rows: Sequence[SaltRow], now: int) -> list[SaltRow]:
        asked = sa.tuple_(*_KEY).in_([row.key for row in rows])
        with self._begin() as connection:
            connection.execute(sa.delete(Nonce).where(asked, Nonce.expires_at <= now))
            _put_down(connection, rows)
            found = self._read(connection, sa.select(Nonce.__table__).where(asked))
        if len(found) != len(rows):
            # Another node has destroyed one in between: its clock is ahead.
            raise Unavailable
        return found

    def _read(self, connection: sa.Connection, select: sa.Select[Any]) -> list[SaltRow]:
        rows = []
        for *whose, nonce, made_at, expires_at in connection.execute(select):
            site, day, population, import_id = whose
            key: Key = (site, day, population, import_id)
            seed = bytes.fromhex(nonce)
            salt = salt_of(self._service_key, seed, *key)[:SIZE]
            rows.append(SaltRow(key, salt, made_at, expires_at, seed))
        return rows

    @contextmanager
    def _begin(self) -> Iterator[sa.Connection]:
        if time.monotonic() < self._ask_at:
            raise Unavailable
        try:
            with self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            self._ask_at = time.monotonic() + _REST
            raise Unavailable from error


def _put_down(connection: sa.Connection, rows: Sequence[SaltRow]) -> None:
    """Where nothing is. Whoever is a moment later waits for the first."""
    names = [column.key for column in _KEY]
    values = [
        {
            **dict(zip(names, row.key, strict=True)),
            "nonce": (row.seed or row.value).hex(),
            "made_at": row.made_at,
            "expires_at": row.expires_at,
        }
        for row in rows
    ]
    connection.execute(insert(Nonce).on_conflict_do_nothing(), values)
