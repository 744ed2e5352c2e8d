"""A salt as it is kept, and which of them are to be destroyed."""

from __future__ import annotations

from typing import NamedTuple

from ezee.model.event import Population

SIZE = 16

Key = tuple[int, int, int, int]
"""Tracker, local day, population, import."""


class SaltRow(NamedTuple):
    """A salt. Times are milliseconds UTC. ``seed`` is what stands for it where it is kept."""

    key: Key
    value: bytes
    made_at: int
    expires_at: int
    seed: bytes = b""


class Condemned(NamedTuple):
    """Salts that are to be destroyed: of an import, of a tracker, or all that expire by a time."""

    import_id: int | None = None
    site: int | None = None
    expired_by: int | None = None

    def holds(self, key: Key, expires_at: int) -> bool:
        """Whether a salt is among them."""
        if self.import_id is not None:
            return key[2] == Population.IMPORT and key[3] == self.import_id
        if self.site is not None:
            return key[0] == self.site
        return self.expired_by is not None and expires_at <= self.expired_by


EVERY_ONE = Condemned(expired_by=2**62)
