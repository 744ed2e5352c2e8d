"""An upgrade of all that a service has: its data folder, its accounts, its events in a cluster.

The cluster comes first: it may be busy, or another node may be at it, and nothing is changed then.
On the way back it comes last: what is put back in the folder is put back whole before.
"""

from __future__ import annotations

from typing import NamedTuple

from ezee.errors import SetupError
from ezee.settings import Settings
from ezee.store import cluster
from ezee.store.cluster import NO_UPGRADE, RowsOf
from ezee.upgrades import upgrading
from ezee.upgrades.snapshots import Versions
from ezee.upgrades.upgrading import Said


class Undone(NamedTuple):
    """What a rollback went back to; how many events had come since, and where those of the folder
    and of the cluster are, empty where nothing of it was changed.
    """

    versions: Versions
    later_events: int
    aside: str
    aside_in_cluster: str


def versions_of(settings: Settings) -> Versions:
    """What a data folder is at, and its cluster, if it has one."""
    found = upgrading.versions_of(settings)
    if settings.events:
        return found._replace(schema=cluster.schema_of(settings.events))
    return found


def newest(settings: Settings) -> Versions:
    """What this version brings them to."""
    aim = upgrading.newest()
    return aim._replace(schema=cluster.newest_schema()) if settings.events else aim


def is_old(found: Versions, aim: Versions) -> bool:
    """Whether something there is older than this version's."""
    return 0 < found.schema < aim.schema or "" < found.revision < aim.revision


def dry_run(settings: Settings, said: Said) -> list[RowsOf]:
    """Upgrade copies; returns the rows of every table before and after.

    Raises:
        SetupError: the upgrade would fail, or change how many rows there are.
    """
    rows: list[RowsOf] = []
    if settings.events:
        rows += cluster.try_upgrade(settings.events, said)
    if upgrading.is_old(upgrading.versions_of(settings)):
        rows += upgrading.dry_run(settings, said)
    return rows


def upgrade(settings: Settings, now: int, said: Said) -> list[RowsOf]:
    """Bring all to this version; returns the rows of every table before and after.

    Raises:
        SetupError: it failed, and everything is as it was before. Unavailable: the cluster does
            not answer, or another node is at it; begun again it is gone on with.
    """
    rows: list[RowsOf] = []
    if settings.events:
        rows += cluster.upgrade(settings.events, said)
    if upgrading.is_old(upgrading.versions_of(settings)):
        rows += upgrading.upgrade(settings, now, said)
    return rows


def roll_back(settings: Settings, now: int, said: Said) -> Undone:
    """Go back to what there was before the last upgrade; what there is now is set aside.

    What only an earlier upgrade has changed stays.

    Raises:
        SetupError: there is nothing to go back to, or it is damaged. Unavailable: the cluster does
            not answer; begun again it is gone on with.
    """
    there = cluster.last_upgrade(settings.events) if settings.events else None
    here = upgrading.last_upgrade(settings)
    if here is None and there is None:
        raise SetupError(NO_UPGRADE)
    if here is not None and there is not None and here.ezee != there.ezee:
        here, there = (here, None) if here.at > there.at else (None, there)
    later, aside, aside_in_cluster = 0, "", ""
    if here is not None:
        undone = upgrading.roll_back(settings, now, said)
        later, aside = undone.later_events, str(undone.aside)
    if there is not None:
        gone_back = cluster.roll_back(settings.events, said)
        later, aside_in_cluster = later + gone_back.later_events, gone_back.aside
    return Undone(versions_of(settings), later, aside, aside_in_cluster)
