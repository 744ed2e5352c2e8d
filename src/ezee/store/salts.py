"""The salts that visitors are hashed with: kept apart from everything else, outside every backup.

A salt belongs to one tracker, one local day and one population (live traffic, backfill, one
import). When it is destroyed nobody, we included, can tell whose address a visitor's hash was
made from. Where they are kept is a ``SaltKeeper``'s matter: a small file of the data folder for a
service that is alone (``salt_file``), the account database for one of several nodes.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from ezee.model.calendar import DAY, HOUR, MINUTE, day_end
from ezee.model.event import Population
from ezee.model.salt import EVERY_ONE, SIZE, Condemned, Key, SaltRow
from ezee.store.salt_file import SaltFile

_KEPT_AFTER_DAY = DAY
_KEPT_AFTER_USE = DAY
_KEPT_AT_MOST = 7 * DAY
_RENEWED_EVERY = MINUTE
_LIVE = Population.LIVE
_IMPORT = Population.IMPORT
# How long before a tracker's midnight the next day's salt is agreed on.
_AHEAD = 2 * HOUR


class SaltKeeper(Protocol):
    """Where salts are kept. Every call blocks, and raises ``Unavailable`` when it cannot be done.

    ``shared``: other nodes make salts there too, so that one is made by agreement alone. ``lost``:
    what was kept there at the last ``load`` was lost since, and was not destroyed.
    """

    shared: bool
    lost: bool

    def load(self, now: int) -> Sequence[SaltRow]:
        """Destroy what has expired, and return all that is left."""
        ...

    def save(self, rows: Iterable[SaltRow]) -> None:
        """Make rows durable; where several nodes share them, how long they live."""
        ...

    def agree(self, rows: Sequence[SaltRow], now: int) -> Sequence[SaltRow]:
        """What is kept under the keys of the rows, which are put down where there is nothing."""
        ...

    def destroy(self, condemned: Condemned) -> None:
        """Destroy salts, whoever made them."""
        ...

    def overdue(self, before: int) -> int:
        """How many are kept that should have been destroyed before then (ms UTC)."""
        ...


class _Salt:
    __slots__ = ("expires_at", "made_at", "seed", "value")

    def __init__(self, value: bytes, made_at: int, expires_at: int, seed: bytes) -> None:
        self.value = value
        self.seed = seed
        self.made_at = made_at
        self.expires_at = expires_at


class Salts:
    """Today's salts in memory, each durable before an event that used it is.

    ``of`` and ``of_import`` make a salt where there is none. For a service that is alone they
    never touch the disk: ``save`` makes the new ones durable and must have returned before their
    events are stored. One of several nodes agrees with the others first, once for each tracker
    and day; ``prepare`` does so before midnight. What has expired by ``now`` is destroyed before
    anything is read. Times are milliseconds UTC.
    """

    def __init__(self, kept: Path | SaltKeeper, now: int = 0) -> None:
        self._keeper: SaltKeeper = SaltFile(kept) if isinstance(kept, Path) else kept
        self._lock = threading.Lock()
        self._known: dict[Key, _Salt] = {}
        self._unsaved: set[Key] = set()
        self._zones: dict[int, str] = {}
        for row in self._keeper.load(now):
            self._take(row)

    def of(self, site: int, day: int, zone: str, now: int) -> tuple[bytes, Population]:
        """The salt for an event of that day received now: the day's own while that lives.

        Raises:
            Unavailable: other nodes have to be asked, and cannot be.
        """
        key = (site, day, _LIVE, 0)
        known = self._known.get(key)
        if known is not None and now < known.expires_at and self._zones.get(site) == zone:
            return known.value, _LIVE
        expires_at = day_end(day, zone) + _KEPT_AFTER_DAY
        if now < expires_at:
            return self._get(key, now, expires_at, zone), _LIVE
        return self._backfill(site, day, now), Population.BACKFILL

    def of_import(self, site: int, day: int, import_id: int, now: int) -> bytes:
        """The salt of one import's day, kept until the import is finished, at most 7 days.

        Raises what ``of`` does.
        """
        key = (site, day, _IMPORT, import_id)
        known = self._known.get(key)
        return self._get(key, now, now + _KEPT_AT_MOST) if known is None else known.value

    @property
    def unsaved(self) -> bool:
        """Whether ``save`` has anything to do."""
        return bool(self._unsaved)

    def save(self) -> None:
        """Make every new salt durable. Blocks; raises ``Unavailable`` when that cannot be."""
        with self._lock:
            keys = list(self._unsaved)
            self._keeper.save([_row(key, self._known[key]) for key in keys])
            self._unsaved.difference_update(keys)

    def prepare(self, now: int) -> None:
        """Agree with the other nodes on salts of days that are about to begin. Blocks.

        Also what was lost where salts are kept is put down again, and what was destroyed there
        is forgotten here. Raises ``Unavailable``. A service that is alone has nothing to do.
        """
        if not self._keeper.shared:
            return
        with self._lock:
            kept = {row.key: row for row in self._keeper.load(now)}
            rows = [_row(*each) for each in self._known.items()] if self._keeper.lost else []
            offered = [row for row in rows if row.expires_at > now]
            soon = [key for key in self._about_to_begin(now) if key not in kept]
            for key in self._known.keys() - kept.keys():
                del self._known[key]
                self._unsaved.discard(key)
            offered += [self._new(key, now, _end(key, self._zones[key[0]])) for key in soon]
            for row in (*kept.values(), *self._keeper.agree(offered, now)):
                self._take(row)

    def move_over(self, kept: Path | SaltKeeper, now: int) -> None:
        """Keep them elsewhere from now on: what is there takes the place of what is here.

        What this service alone has kept is destroyed. Blocks; raises ``Unavailable`` when it
        cannot be done, and nothing has changed.
        """
        keeper: SaltKeeper = SaltFile(kept) if isinstance(kept, Path) else kept
        with self._lock:
            there = keeper.load(now)
            if not self._keeper.shared:
                self._keeper.destroy(EVERY_ONE)
            self._keeper, self._known, self._unsaved = keeper, {}, set()
            for row in there:
                self._take(row)

    def finish_import(self, import_id: int) -> None:
        """Destroy the salts of an import whose file cannot grow any more."""
        self._destroy(Condemned(import_id=import_id))

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
        self._destroy(Condemned(expired_by=now))

    def overdue(self, now: int) -> int:
        """How many salts that are kept should have been destroyed more than an hour ago."""
        return self._keeper.overdue(now - HOUR)

    def forget_site(self, site: int) -> None:
        """Destroy every salt of a tracker."""
        self._destroy(Condemned(site=site))

    def _get(self, key: Key, now: int, expires_at: int, zone: str = "") -> bytes:
        salt = self._known.get(key)
        if salt is None:
            with self._lock:
                salt = self._known.get(key) or self._make(key, now, expires_at)
            if zone:
                self._zones[key[0]] = zone
        return salt.value

    def _make(self, key: Key, now: int, expires_at: int) -> _Salt:
        """A new salt; of several nodes, the one that all of them have."""
        row = self._new(key, now, expires_at)
        if self._keeper.shared:
            (row,) = self._keeper.agree([row], now)
        else:
            self._unsaved.add(key)
        return self._take(row)

    def _new(self, key: Key, now: int, expires_at: int) -> SaltRow:
        return SaltRow(key, secrets.token_bytes(SIZE), now, expires_at)

    def _take(self, row: SaltRow) -> _Salt:
        known = self._known.get(row.key)
        if known is not None and known.value == row.value:
            known.expires_at = max(known.expires_at, row.expires_at)
            return known
        salt = self._known[row.key] = _Salt(row.value, row.made_at, row.expires_at, row.seed)
        return salt

    def _about_to_begin(self, now: int) -> list[Key]:
        """The next days of the trackers that had an event, where they are near."""
        return [
            (site, day + 1, Population.LIVE, 0)
            for site, day, population, _ in self._known
            if population == Population.LIVE
            and site in self._zones
            and 0 < day_end(day, self._zones[site]) - now <= _AHEAD
        ]

    def _backfill(self, site: int, day: int, now: int) -> bytes:
        key = (site, day, Population.BACKFILL, 0)
        known = self._known.get(key)
        if known is not None and known.expires_at <= now:
            # Where it is kept the new salt takes its place.
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

    def _destroy(self, condemned: Condemned) -> None:
        """Destroy salts in memory and where they are kept."""
        with self._lock:
            gone = [key for key, s in self._known.items() if condemned.holds(key, s.expires_at)]
            for key in gone:
                del self._known[key]
                self._unsaved.discard(key)
            self._keeper.destroy(condemned)


def _row(key: Key, salt: _Salt) -> SaltRow:
    return SaltRow(key, salt.value, salt.made_at, salt.expires_at, salt.seed)


def _end(key: Key, zone: str) -> int:
    return day_end(key[1], zone) + _KEPT_AFTER_DAY
