"""The events of a cluster in a backup, which is the same as that of an event file, and back."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import astuple

from ezee.backups.manifest import Said
from ezee.errors import SetupError
from ezee.model.event import Event
from ezee.moving.comparing import compare_rows, compare_tallies
from ezee.moving.copying import (
    copy_events,
    copy_rest,
    copy_tallies,
    drops_of,
    extents,
    missing,
    patiently,
)
from ezee.store.base import EventStore
from ezee.store.choice import open_cluster, open_engine
from ezee.store.copies import EVENTS, CopyOfRows, write_rows
from ezee.store.looks import EveryErased, EveryTally, KeptFrom, Moment, Row

# Where events are erased, judged or grouped anew meanwhile, they are read once more.
_TRIES = 5
_COLUMNS = Event.__struct_fields__
# Visits are derived where the copy is restored.
_NO_VISIT = 0
_FLAGS = [_COLUMNS.index(name) for name in ("interactive", "judged", "verified")]
_CHANGED = (
    "Events of the cluster were erased, judged or grouped anew while they were read, again and "
    "again. Nothing is left of the backup; try again."
)
_EXPIRED = (
    "Of some trackers in this backup days have expired: of these it has day roll-ups alone, which "
    "cannot be restored into a cluster yet. Restore it into a data folder, without EZEE_EVENTS."
)

_EXPIRED_THERE = (
    "Of some trackers days have expired in the cluster: of these it has day roll-ups alone, which "
    "a backup cannot hold yet. Back up the servers' own folders instead."
)


def take_cluster(folder: Path, data: Path, store: EventStore, said: Said) -> dict[str, int]:  # noqa: ARG001
    """Write all that a cluster has, as of one moment, into a folder; returns rows by table.

    Nothing of it goes by way of the ``data`` folder.

    Raises:
        SetupError: it is changed, not only added to, all the time; or some days have expired.
    """
    if store.look(KeptFrom()):
        raise SetupError(_EXPIRED_THERE)
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        moment = str(store.look(Moment())[0][0])
        found = extents(store, moment)
        with write_rows(folder) as copy:
            rows = 0
            for look in missing(found, {}, moment):
                read = patiently(store.look, look)
                _add(copy, read)
                rows += len(read)
                said("events", len(read))
            _add_rest(copy, store, moment)
            is_whole = rows == sum(each.rows for each in found.values())
            if is_whole and extents(store, moment) == found:
                return copy.finish()
    raise SetupError(_CHANGED)


def give_cluster(data: Path, address: str, sites: Sequence[int], said: Said) -> None:
    """Have the events of a data folder, which were just restored, in an empty cluster instead.

    Done again, it goes on where it was.

    Raises:
        SetupError: some have expired, or what arrives is not what there is.
    """
    source, target = open_engine(data, ""), open_cluster(address)
    try:
        if source.look(KeptFrom()):
            raise SetupError(_EXPIRED)
        copy_events(source, target, lambda *_: said("cluster", 0))
        copy_rest(source, target, sites)
        copy_tallies(source, target)
        compare_rows(source, target)
        compare_tallies(source, target)
    finally:
        source.close()
        target.close()
    for path in data.glob(f"{Path(EVENTS).stem}.*"):
        path.unlink()


def _add(copy: CopyOfRows, rows: Sequence[Row]) -> None:
    events, bots = [], []
    for row in rows:
        *columns, rule, category, token, seq = row
        for place in _FLAGS:
            columns[place] = bool(columns[place])
        if rule:
            bots.append((*columns, rule, category, token, seq))
        else:
            events.append((*columns, seq, _NO_VISIT))
    copy.add("events", events)
    copy.add("bots", bots)


def _add_rest(copy: CopyOfRows, store: EventStore, moment: str) -> None:
    drops = drops_of(store, moment)
    copy.add("drops", [(*key, count) for key, count in drops.items()])
    for site in sorted({site for site, _ in extents(store, moment)} | {key[0] for key in drops}):
        progress = patiently(store.describe, site).imports
        copy.add("imports", [_import(site, astuple(each)) for each in progress])
    copy.add("tallies", store.look(EveryTally("")))
    copy.add("erased", [(*row[:-1], bool(row[-1])) for row in store.look(EveryErased())])


def _import(site: int, progress: Sequence[object]) -> Sequence[object]:
    """In the order of the table's columns."""
    head_size, head, *rest = progress
    return (site, head, head_size, *rest)
