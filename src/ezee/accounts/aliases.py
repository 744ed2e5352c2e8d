"""What other trackers' clients call a tracker, as it is kept to be looked up."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from ezee.accounts.database import Database
from ezee.accounts.policy import seen_by_service
from ezee.accounts.tables import Tracker, TrackerName
from ezee.errors import Conflict
from ezee.model.aliases import normal_name
from ezee.model.rules import SiteRules

# An alias goes before an id or a host. What two trackers could be called is the older one's.
# It tells only which id there is, no row of anyone's.
SITE_NAMED = """
    select site_id from (
        select t.site_id, t.created_at, t.id, case n.protocol when '' then 1 else 0 end as place
        from tracker_names n join trackers t on t.id = n.tracker_id
        where n.name = :name and n.protocol in ('', :protocol)
        union all select site_id, created_at, id, 1 from trackers where site_id = :name
        union all select site_id, created_at, id, 1 from trackers where id = :name
    ) as named order by place, created_at, id limit 1
"""


def keep_names(session: Session, tracker: Tracker) -> None:
    """Keep what a tracker is called, now that it was added or changed."""
    wanted = _names_of(tracker)
    kept = session.scalars(sa.select(TrackerName).where(TrackerName.tracker_id == tracker.id))
    for row in kept:
        if (row.protocol, row.name) in wanted:
            wanted.remove((row.protocol, row.name))
        else:
            session.delete(row)
    for protocol, name in sorted(wanted):
        session.add(
            TrackerName(
                tracker_id=tracker.id, protocol=protocol, name=name, user_id=tracker.user_id
            )
        )


def _names_of(tracker: Tracker) -> set[tuple[str, str]]:
    hosts = {("", normal_name(host)) for host in (tracker.domain, *tracker.hostnames)}
    return hosts | {_split(alias) for alias in msgspec.convert(tracker.rules, SiteRules).aliases}


def check_free(database: Database, aliases: Iterable[str], tracker_id: str) -> None:
    """Raise ``Conflict`` when another tracker has one of the aliases, whoever owns it."""
    wanted = {_split(alias): alias for alias in aliases}
    if not wanted:
        return
    others = sa.select(TrackerName).where(
        TrackerName.name.in_({name for _, name in wanted}), TrackerName.tracker_id != tracker_id
    )
    with seen_by_service(database) as session:
        for row in session.scalars(others):
            if (row.protocol, row.name) in wanted:
                alias = wanted[row.protocol, row.name]
                raise Conflict(f"The alias {alias} is another tracker's.")


def _split(alias: str) -> tuple[str, str]:
    protocol, _, name = alias.partition(":")
    return protocol, name
