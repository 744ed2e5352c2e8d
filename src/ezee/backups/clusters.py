"""The events of a cluster in a backup, which is the same as that of an event file, and back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from ezee.backups.manifest import Said
from ezee.errors import SetupError
from ezee.moving.comparing import compare_expired, compare_rows, compare_tallies
from ezee.moving.copying import (
    FIRST_DAY,
    copy_events,
    copy_expired,
    copy_rest,
    copy_tallies,
    drops_of,
    expired_of,
    extents,
    kept_from,
    missing,
    patiently,
    rows_of,
)
from ezee.store.base import EventStore
from ezee.store.choice import open_cluster, open_engine
from ezee.store.copies import EVENTS, CopyOfRows, write_rows
from ezee.store.looks import EveryErased, EveryTally, ExpiredDays, Moment, Row

# Where events are erased, judged or grouped anew meanwhile, they are read once more.
_TRIES = 5
_CHANGED = (
    "Events of the cluster were erased, judged or grouped anew while they were read, again and "
    "again. Nothing is left of the backup; try again."
)


def take_cluster(folder: Path, data: Path, store: EventStore, said: Said) -> dict[str, int]:  # noqa: ARG001
    """Write all that a cluster has, as of one moment, into a folder; returns rows by table.

    Nothing of it goes by way of the ``data`` folder.

    Raises:
        SetupError: it is changed, not only added to, all the time.
    """
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        moment = str(store.look(Moment())[0][0])
        found, expired = extents(store, moment), _expired(store)
        with write_rows(folder) as copy:
            rows = 0
            for read in rows_of(store, missing(found, {}), moment):
                copy.add_events(read)
                rows += len(read)
                said("events", len(read))
            _add_rest(copy, store, moment)
            is_whole = rows == sum(each.rows for each in found.values())
            if is_whole and (extents(store, moment), _expired(store)) == (found, expired):
                return copy.finish()
    raise SetupError(_CHANGED)


def give_cluster(data: Path, address: str, sites: Sequence[int], said: Said) -> None:
    """Have the events of a data folder, which were just restored, in an empty cluster instead.

    Done again, it goes on where it was.

    Raises:
        SetupError: what arrives is not what there is.
    """
    source, target = open_engine(data, ""), open_cluster(address)
    try:
        copy_events(source, target, lambda *_: said("cluster", 0))
        copy_expired(source, target)
        copy_rest(source, target, sites)
        copy_tallies(source, target)
        compare_rows(source, target)
        compare_expired(source, target)
        compare_tallies(source, target)
    finally:
        source.close()
        target.close()
    for path in data.glob(f"{Path(EVENTS).stem}.*"):
        path.unlink()


def _add_rest(copy: CopyOfRows, store: EventStore, moment: str) -> None:
    drops = drops_of(store, moment)
    copy.add("drops", [(*key, count) for key, count in drops.items()])
    for site in sorted({site for site, _ in extents(store, moment)} | {key[0] for key in drops}):
        copy.add_imports(site, patiently(store.describe, site).imports)
    for site, first in kept_from(store).items():
        for change in expired_of(store, site, first):
            copy.furnish(change)
    copy.add("tallies", store.look(EveryTally("")))
    copy.add_erased(store.look(EveryErased()))


def _expired(store: EventStore) -> dict[int, list[Row]]:
    """Of which days something is kept whose events have expired, and of how many."""
    return {
        site: patiently(store.look, ExpiredDays(site, FIRST_DAY, first - 1, "days"))
        for site, first in kept_from(store).items()
    }
