"""Upgrading a database in a cluster: a snapshot, a proof on a copy, the migrations; and the way
back.

What was done last stands in ``upgrades`` before it is done, and one node at a time does it. Killed
at any moment it is gone on with by whoever comes next. Others may write all the time.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum
from typing import NamedTuple

import msgspec

from ezee import __version__
from ezee.errors import SetupError, Unavailable
from ezee.store.clickhouse import schema, snapshots, swapping
from ezee.store.clickhouse.numbers import BITS, Numbers
from ezee.store.clickhouse.schema import VERSION, WHOLE, Table
from ezee.store.clickhouse.servers import Servers
from ezee.store.clickhouse.snapshots import Rows
from ezee.store.clickhouse.turns import alone
from ezee.store.cluster import NO_UPGRADE, GoneBack, Last, RowsOf

_KEPT = 14 * 86_400_000_000
_DIFFERS = (
    "The upgrade would change how many rows there are of {table}: {before:,} and then {after:,}. "
    "It was tried on a copy; nothing was changed."
)
_UNDOING = (
    "An upgrade of the events' database is being undone. `ezee rollback` goes on with it; start "
    "the service after that."
)
_DAMAGED = "The snapshot of the events' database is not what was made. Nothing was changed."

Said = Callable[[str], None]


class Stage(IntEnum):
    """What was begun last."""

    COPYING = 0
    MIGRATING = 1
    DONE = 2
    UNDOING = 3
    UNDONE = 4
    FORGOTTEN = 5


class Told(NamedTuple):
    """What is said of an upgrade. ``version`` is that of before, whose tables, with so many
    ``rows``, are in the database ``snapshot``; ``aside`` is what was undone.
    """

    stage: int
    version: int
    snapshot: str
    aside: str
    rows: str
    ezee: str
    number: int


_TABLE = Table(
    "upgrades",
    {
        "stage": "UInt8",
        "version": "UInt32",
        **dict.fromkeys(("snapshot", "aside", "rows", "ezee"), "String"),
        "number": "Int64",
    },
    WHOLE,
    "number",
)


def bring(servers: Servers, said: Said) -> list[RowsOf]:
    """Bring the database to this version; returns how many rows each table has before and after,
    as a copy has shown, nothing where there was nothing to do.

    Raises:
        SetupError: it cannot be done, or a newer version was at work. Unavailable: not every
            server answers, or another node is at it.
    """
    last = _last(servers)
    if last is not None and last.stage == Stage.UNDOING:
        raise SetupError(_UNDOING)
    found = schema.version(servers)
    if found == VERSION and (last is None or last.stage != Stage.MIGRATING):
        return []
    if not found or found > VERSION:
        schema.migrate(servers)
        return []
    schema.make(servers, _TABLE)
    with alone(servers):
        return _upgrade(servers, said)


def try_it(servers: Servers, said: Said) -> list[RowsOf]:
    """Upgrade a copy, which is gone afterwards; returns what ``bring`` does, and raises it."""
    found = schema.version(servers)
    if found in {0, VERSION}:
        return []
    if found > VERSION:
        raise SetupError(schema.NEWER)
    with alone(servers):
        _clear_trials(servers)
        name = _name(servers, "trial", found)
        said("Copying the events' tables.")
        try:
            before = snapshots.take(servers, name, found)
            with snapshots.beside(servers, name) as copy:
                return _migrated(copy, before, said)
        finally:
            snapshots.remove(servers, name)


def last_upgrade(servers: Servers) -> Last | None:
    """The upgrade that can be gone back from, or whose undoing was cut off; None: there is none."""
    last = _last(servers)
    if last is None or last.stage not in {Stage.MIGRATING, Stage.DONE, Stage.UNDOING}:
        return None
    return Last(last.ezee, last.number >> BITS)


def go_back(servers: Servers, said: Said) -> GoneBack:
    """Go back to what there was before the last upgrade. What there is now is set aside.

    Raises:
        SetupError: there is nothing to go back to, or it is damaged. Unavailable: not every server
            answers; begun again it is gone on with.
    """
    with alone(servers):
        last = _last(servers)
        if last is None or last_upgrade(servers) is None:
            raise SetupError(NO_UPGRADE)
        if last.stage != Stage.UNDOING:
            _check(servers, last)
            aside = last.snapshot.replace("_before_", "_undone_")
            last = _tell(servers, last._replace(stage=Stage.UNDOING, aside=aside))
        said("Setting aside the events' tables, and putting back those of before.")
        swapping.swap(servers, last.snapshot, last.aside, last.version)
        later = swapping.more_events(servers, last.aside)
        _tell(servers, last._replace(stage=Stage.UNDONE))
    return GoneBack(last.version, later, last.aside)


def forget_old(servers: Servers) -> None:
    """Remove what is kept of upgrades after 14 days: what was erased since must not stay there."""
    now = Numbers().take()
    old = [
        each
        for each in _every(servers)
        if each.stage in {Stage.DONE, Stage.UNDONE} and (now - each.number) >> BITS > _KEPT
    ]
    if not old:
        return
    with alone(servers):
        for each in old:
            for name in filter(None, (each.snapshot, each.aside)):
                snapshots.remove(servers, name)
            _tell(servers, each._replace(stage=Stage.FORGOTTEN))


def _upgrade(servers: Servers, said: Said) -> list[RowsOf]:
    _clear_trials(servers)
    last, found = _last(servers), schema.version(servers)
    if last is not None and last.stage == Stage.MIGRATING:
        said("Going on with an upgrade that was cut off.")
        rows: list[RowsOf] = []
    elif found == VERSION:
        # Another node has done it meanwhile.
        return []
    else:
        if last is not None and last.stage == Stage.COPYING:
            snapshots.remove(servers, last.snapshot)
        last, rows = _begin(servers, found, said)
    said("Migrating the events' tables.")
    undone = sum(bool(each.aside) for each in _every(servers))
    schema.migrate(servers, apart=f"-{undone}" if undone else "")
    _tell(servers, last._replace(stage=Stage.DONE))
    return rows


def _begin(servers: Servers, found: int, said: Said) -> tuple[Told, list[RowsOf]]:
    """A snapshot, and what a copy of it shows."""
    name = _name(servers, "before", found)
    begun = _tell(servers, Told(Stage.COPYING, found, name, "", "{}", __version__, 0))
    said("Making a snapshot of the events' tables.")
    before = snapshots.take(servers, name, found)
    trial = _name(servers, "trial", found)
    try:
        with (
            snapshots.beside(servers, name) as snapshot,
            snapshots.beside(servers, trial) as copy,
        ):
            snapshots.copy_tables(snapshot, copy, found)
            rows = _migrated(copy, snapshots.count(copy, found), said)
    finally:
        snapshots.remove(servers, trial)
    told = msgspec.json.encode(before).decode()
    return _tell(servers, begun._replace(stage=Stage.MIGRATING, rows=told)), rows


def _migrated(copy: Servers, before: Rows, said: Said) -> list[RowsOf]:
    """Migrate a copy; how many rows it has before and after."""
    said("Migrating a copy of them.")
    schema.migrate(copy)
    after = snapshots.count(copy, VERSION)
    for table, rows in before.items():
        if rows != after.get(table, 0):
            text = _DIFFERS.format(table=table, before=rows, after=after.get(table, 0))
            raise SetupError(text)
    return [RowsOf(table, before.get(table), rows) for table, rows in after.items()]


def _clear_trials(servers: Servers) -> None:
    """Remove copies that were left by whoever was killed."""
    for name in snapshots.named(servers, f"{servers.address.database}_trial_"):
        snapshots.remove(servers, name)


def _check(servers: Servers, last: Told) -> None:
    """See that a snapshot is whole."""
    wanted = msgspec.json.decode(last.rows, type=dict[str, int])
    try:
        with snapshots.beside(servers, last.snapshot) as snapshot:
            found = snapshots.count(snapshot, last.version)
    except (SetupError, Unavailable) as error:
        raise SetupError(_DAMAGED) from error
    if found != wanted:
        raise SetupError(_DAMAGED)


def _last(servers: Servers) -> Told | None:
    """The upgrade that was begun last."""
    return next(reversed(_every(servers)), None)


def _every(servers: Servers) -> list[Told]:
    """What was said last of each upgrade, in the order in which they were begun."""
    if not schema.has_table(servers, _TABLE.name):
        return []
    columns = ", ".join(Told._fields)
    database = servers.address.database
    rows = servers.ask(f"select {columns} from {database}.{_TABLE.name} order by number")
    told = map(Told._make, rows)
    return list({each.snapshot: each for each in told}.values())


def _tell(servers: Servers, told: Told) -> Told:
    told = told._replace(stage=int(told.stage), number=Numbers().take())
    servers.insert(0, _TABLE.name, Told._fields, [told])
    return told


def _name(servers: Servers, what: str, version: int) -> str:
    """A name that no database has had."""
    return f"{servers.address.database}_{what}_{version}_{Numbers().take() >> BITS}"
