"""Salts in a small file of the data folder.

``secure_delete`` overwrites the bytes of what is destroyed, and the rollback journal is cut to
nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from ezee.errors import Unavailable
from ezee.model.event import Population
from ezee.model.salt import Condemned, SaltRow

FILE_NAME = "salts.sqlite"

_SCHEMA = """
create table if not exists salts (
    site integer not null,
    day integer not null,
    population integer not null,
    import_id integer not null,
    salt blob not null,
    made_at integer not null,
    expires_at integer not null,
    primary key (site, day, population, import_id)
) without rowid
"""


class SaltFile:
    """Keeps salts, see ``salts.SaltKeeper``, for one service."""

    shared = False
    lost = False

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def load(self, now: int) -> Sequence[SaltRow]:
        """See ``SaltKeeper.load``."""
        with self._connect() as connection:
            connection.execute(_SCHEMA)
        self._path.chmod(0o600)
        self.destroy(Condemned(expired_by=now))
        with self._connect() as connection:
            found = connection.execute("select * from salts").fetchall()
        return [SaltRow((row[0], row[1], row[2], row[3]), *row[4:]) for row in found]

    def save(self, rows: Iterable[SaltRow]) -> None:
        """See ``SaltKeeper.save``."""
        with self._connect() as connection:
            connection.executemany(
                "insert or replace into salts values (?,?,?,?,?,?,?)",
                ((*row.key, row.value, row.made_at, row.expires_at) for row in rows),
            )

    def agree(self, rows: Sequence[SaltRow], now: int) -> Sequence[SaltRow]:  # noqa: ARG002
        """See ``SaltKeeper.agree``: there is nobody to agree with."""
        return rows

    def destroy(self, condemned: Condemned) -> None:
        """See ``SaltKeeper.destroy``."""
        try:
            self._delete(condemned, "truncate")
        except Unavailable as error:
            if not _is_full(error.__cause__):
                raise
            # What is destroyed is overwritten where it lies. Only the journal has no room.
            self._delete(condemned, "memory")

    def overdue(self, before: int) -> int:
        """See ``SaltKeeper.overdue``."""
        with self._connect() as connection:
            (count,) = connection.execute(
                "select count(*) from salts where expires_at <= ?", (before,)
            ).fetchone()
        return int(count)

    def _delete(self, condemned: Condemned, journal: str) -> None:
        import_id, site, expired_by = condemned
        with self._connect(journal) as connection:
            if import_id is not None:
                connection.execute(
                    "delete from salts where population = ? and import_id = ?",
                    (int(Population.IMPORT), import_id),
                )
            elif site is not None:
                connection.execute("delete from salts where site = ?", (site,))
            else:
                connection.execute("delete from salts where expires_at <= ?", (expired_by,))

    @contextmanager
    def _connect(self, journal: str = "truncate") -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.execute(f"pragma journal_mode = {journal}")
                connection.execute("pragma secure_delete = on")
                connection.execute("pragma synchronous = full")
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise Unavailable from error


def _is_full(error: BaseException | None) -> bool:
    return isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_FULL
