"""The salts that visitors are hashed with: a small file of their own, outside every backup.

A salt belongs to one tracker, one local day and one population (live traffic, backfill, one
import). When it is destroyed nobody, we included, can tell whose address a visitor's hash was
made from. ``secure_delete`` overwrites the bytes, and the rollback journal is cut to nothing.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from ezee.errors import Unavailable
from ezee.model.calendar import DAY, HOUR, MINUTE, day_end
from ezee.model.event import Population

FILE_NAME = "salts.sqlite"
_SIZE = 16
_KEPT_AFTER_DAY = DAY
_KEPT_AFTER_USE = DAY
_KEPT_AT_MOST = 7 * DAY
_RENEWED_EVERY = MINUTE

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

Key = tuple[int, int, int, int]


class _Salt:
    __slots__ = ("expires_at", "made_at", "value")

    def __init__(self, value: bytes, made_at: int, expires_at: int) -> None:
        self.value = value
        self.made_at = made_at
        self.expires_at = expires_at


class Salts:
    """Today's salts in memory, each on disk before an event that used it is.

    ``of`` and ``of_import`` make a salt where there is none and never touch the disk; ``save``
    makes the new ones durable and must have returned before their events are stored. What has
    expired by ``now`` is destroyed before anything is read. Times are milliseconds UTC.
    """

    def __init__(self, folder: Path, now: int = 0) -> None:
        self._path = folder / FILE_NAME
        self._lock = threading.Lock()
        self._known: dict[Key, _Salt] = {}
        self._unsaved: set[Key] = set()
        with self._connect() as connection:
            connection.execute(_SCHEMA)
            connection.execute("delete from salts where expires_at <= ?", (now,))
            for *key, value, made_at, expires_at in connection.execute("select * from salts"):
                site, day, population, import_id = key
                self._known[site, day, population, import_id] = _Salt(value, made_at, expires_at)
        self._path.chmod(0o600)

    def of(self, site: int, day: int, zone: str, now: int) -> tuple[bytes, Population]:
        """The salt for an event of that day received now: the day's own while that lives."""
        expires_at = day_end(day, zone) + _KEPT_AFTER_DAY
        if now < expires_at:
            return self._get((site, day, Population.LIVE, 0), now, expires_at), Population.LIVE
        return self._backfill(site, day, now), Population.BACKFILL

    def of_import(self, site: int, day: int, import_id: int, now: int) -> bytes:
        """The salt of one import's day, kept until the import is finished, at most 7 days."""
        return self._get((site, day, Population.IMPORT, import_id), now, now + _KEPT_AT_MOST)

    @property
    def unsaved(self) -> bool:
        """Whether ``save`` has anything to do."""
        return bool(self._unsaved)

    def save(self) -> None:
        """Make every new salt durable. Blocks; raises ``Unavailable`` when the disk will not."""
        with self._lock:
            keys = list(self._unsaved)
            rows = [
                (
                    *key,
                    self._known[key].value,
                    self._known[key].made_at,
                    self._known[key].expires_at,
                )
                for key in keys
            ]
            with self._connect() as connection:
                connection.executemany("insert or replace into salts values (?,?,?,?,?,?,?)", rows)
            self._unsaved.difference_update(keys)

    def finish_import(self, import_id: int) -> None:
        """Destroy the salts of an import whose file cannot grow any more."""
        self._destroy(
            lambda key, _: key[2] == Population.IMPORT and key[3] == import_id,
            f"population = {int(Population.IMPORT)} and import_id = ?",
            import_id,
        )

    def rest_import(self, import_id: int, now: int) -> None:
        """Keep the salts of an import for another 24 hours: its file may still grow.

        Not beyond their 7 days, though the import itself took as long.
        """
        with self._lock:
            for key, salt in self._known.items():
                if key[2] == Population.IMPORT and key[3] == import_id:
                    salt.expires_at = min(now + _KEPT_AFTER_USE, salt.made_at + _KEPT_AT_MOST)
                    self._unsaved.add(key)
        self.destroy_expired(now)
        self.save()

    def destroy_expired(self, now: int) -> None:
        """Destroy every salt whose time has come, whichever process made it."""
        self._destroy(lambda _, salt: salt.expires_at <= now, "expires_at <= ?", now)

    def overdue(self, now: int) -> int:
        """How many salts on disk should have been destroyed more than an hour ago."""
        with self._connect() as connection:
            (count,) = connection.execute(
                "select count(*) from salts where expires_at <= ?", (now - HOUR,)
            ).fetchone()
        return int(count)

    def forget_site(self, site: int) -> None:
        """Destroy every salt of a tracker."""
        self._destroy(lambda key, _: key[0] == site, "site = ?", site)

    def _get(self, key: Key, now: int, expires_at: int) -> bytes:
        salt = self._known.get(key)
        if salt is None:
            with self._lock:
                salt = self._known.setdefault(
                    key, _Salt(secrets.token_bytes(_SIZE), now, expires_at)
                )
                self._unsaved.add(key)
        return salt.value

    def _backfill(self, site: int, day: int, now: int) -> bytes:
        key = (site, day, Population.BACKFILL, 0)
        known = self._known.get(key)
        if known is not None and known.expires_at <= now:
            # Its row on disk goes when the new salt takes its place.
            with self._lock:
                self._known.pop(key, None)
                self._unsaved.discard(key)
            known = None
        if known is None:
            return self._get(key, now, now + _KEPT_AFTER_USE)
        renewed = min(now + _KEPT_AFTER_USE, known.made_at + _KEPT_AT_MOST)
        if renewed - known.expires_at > _RENEWED_EVERY:
            with self._lock:
                known.expires_at = renewed
                self._unsaved.add(key)
        return known.value

    def _destroy(self, condemned: Callable[[Key, _Salt], bool], where: str, value: int) -> None:
        """Destroy salts in memory and on disk; ``where`` is ``condemned`` in SQL."""
        with self._lock:
            with self._connect() as connection:
                connection.execute(f"delete from salts where {where}", (value,))
            for key in [key for key, salt in self._known.items() if condemned(key, salt)]:
                del self._known[key]
                self._unsaved.discard(key)

    @contextmanager
    def _connect(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=10)) as connection:
                connection.execute("pragma journal_mode = truncate")
                connection.execute("pragma secure_delete = on")
                connection.execute("pragma synchronous = full")
                with connection:
                    yield connection
        except sqlite3.Error as error:
            raise Unavailable from error
