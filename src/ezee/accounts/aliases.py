"""Which tracker is meant by what the clients of other trackers call it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Tracker
from ezee.errors import Conflict
from ezee.model.aliases import PROTOCOLS, normal_name
from ezee.model.rules import SiteRules


def every_name(database: Database) -> dict[tuple[str, str], str]:
    """The ``site_id`` by protocol and name, for every name that leads to a tracker.

    An alias goes before a host. What two trackers could be called is the older one's.
    """
    with seen_by_service(database) as session:
        rows = session.execute(
            sa.select(
                Tracker.id, Tracker.site_id, Tracker.domain, Tracker.hostnames, Tracker.rules
            ).order_by(Tracker.created_at, Tracker.id)
        ).all()
    names: dict[tuple[str, str], str] = {}
    for _, site_id, _, _, rules in rows:
        for alias in msgspec.convert(rules, SiteRules).aliases:
            protocol, _, name = alias.partition(":")
            names.setdefault((protocol, name), site_id)
    for own_id, site_id, domain, hostnames, _ in rows:
        for name in (site_id, own_id, domain, *hostnames):
            for protocol in PROTOCOLS:
                names.setdefault((protocol, normal_name(name)), site_id)
    return names


def check_free(database: Database, aliases: Iterable[str], tracker_id: str) -> None:
    """Raise ``Conflict`` when another tracker has one of the aliases, whoever owns it."""
    wanted = set(aliases)
    if not wanted:
        return
    others = sa.select(Tracker.rules).where(Tracker.id != tracker_id)
    with seen_by_service(database) as session:
        for rules in session.scalars(others):
            for alias in msgspec.convert(rules, SiteRules).aliases:
                if alias in wanted:
                    raise Conflict(f"The alias {alias} is another tracker's.")
