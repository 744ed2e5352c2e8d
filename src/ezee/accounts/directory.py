"""Looking a tracker up by its ``site_id``, as every collected event does.

Answers come from memory. Whether the account database was changed, by this process or another,
is asked of it a few times a second at most; after any change everything is looked up anew.
"""

from __future__ import annotations

import sqlite3
import threading

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.selftest import self_test_config
from ezee.accounts.service_key import opt_out_key, signing_secret
from ezee.accounts.tables import SelfTest, Tracker
from ezee.accounts.trackers import rules_of
from ezee.clock import Clock
from ezee.model.site import SiteConfig, is_site_id

# Unknown ids are remembered apart from trackers: a flood of forged ones pushes out forged ones. Of
# trackers there are only so many as were made.
_MOST_UNKNOWN = 50_000
_CHECK_EVERY = 0.25


class SiteDirectory:
    """Finds trackers."""

    def __init__(self, database: Database, service_key: bytes, clock: Clock) -> None:
        self._database = database
        self._service_key = service_key
        self._clock = clock
        self._lock = threading.Lock()
        self._found: dict[str, SiteConfig] = {}
        self._unknown: set[str] = set()
        self._watch = database.engine.raw_connection()
        self._version = -1
        self._checked_at = -_CHECK_EVERY

    def find(self, site_id: str) -> SiteConfig | None:
        """The tracker of that id, None when there is none; at most a quarter second old."""
        if not is_site_id(site_id):
            return None
        if self._clock.elapsed() - self._checked_at >= _CHECK_EVERY:
            self.refresh()
        site = self._found.get(site_id)
        if site is None and site_id not in self._unknown:
            return self._look_up(site_id)
        return site

    def refresh(self) -> None:
        """Forget everything if the database was changed since the last look."""
        with self._lock:
            version = self._data_version()
            if version != self._version:
                self._found, self._unknown = {}, set()
                self._version = version
            self._checked_at = self._clock.elapsed()

    def close(self) -> None:
        """Let go of the connection that watches."""
        self._watch.close()

    def _look_up(self, site_id: str) -> SiteConfig | None:
        found, unknown = self._found, self._unknown
        with seen_by_service(self._database) as session:
            site = _find(session, site_id, self._service_key)
        if site is not None:
            found[site_id] = site
            return site
        if len(unknown) >= _MOST_UNKNOWN:
            unknown.clear()
        unknown.add(site_id)
        return None

    def _data_version(self) -> int:
        # https://www.sqlite.org/pragma.html#pragma_data_version
        connection = self._watch.driver_connection
        if not isinstance(connection, sqlite3.Connection):
            return -1
        (version,) = connection.execute("pragma data_version").fetchone()
        return int(version)


def _find(session: Session, site_id: str, service_key: bytes) -> SiteConfig | None:
    tracker = session.scalar(sa.select(Tracker).where(Tracker.site_id == site_id))
    if tracker is not None:
        return _with_secrets(site_config(tracker), tracker.signing_nonce, service_key)
    hidden = session.get(SelfTest, site_id)
    return None if hidden is None else self_test_config(hidden.site_id)


def _with_secrets(site: SiteConfig, nonce: str | None, service_key: bytes) -> SiteConfig:
    return msgspec.structs.replace(
        site,
        signing_secret=signing_secret(service_key, site.site_id, bytes.fromhex(nonce))
        if nonce
        else "",
        opt_out_key=opt_out_key(service_key, site.site_id),
    )


def site_config(tracker: Tracker) -> SiteConfig:
    """What the event side needs to know of a tracker, apart from its secrets."""
    return SiteConfig(
        site_id=tracker.site_id,
        domain=tracker.domain,
        timezone=tracker.timezone,
        hostnames=tuple(tracker.hostnames),
        public_stats=tracker.public_stats,
        owner=tracker.user_id,
        rules=rules_of(tracker),
    )
