"""Upgrading a data folder: a snapshot, the migrations, a count of every row; and the way back.

Killed at any moment it goes on where it was: the snapshot is made once, each step of the event
file and all steps of the accounts are transactions, and what is put back is put back whole.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from ezee.accounts import copies as accounts
from ezee.accounts.database import FILE_NAME as ACCOUNTS
from ezee.accounts.database import Database, version_in
from ezee.accounts.migrations import NEWEST
from ezee.backups.making import ACCOUNTS as ROWS
from ezee.errors import EzeeError, SetupError
from ezee.settings import Settings
from ezee.store import copies as events
from ezee.store.cluster import NO_UPGRADE, Last, RowsOf
from ezee.store.folder import FolderLock
from ezee.upgrades.snapshots import (
    FOLDER,
    Versions,
    check_room,
    copy_databases,
    make_snapshot,
    put_back,
    read_snapshot,
    set_aside,
)
from ezee.upgrades.state import Stage, State, read_state, write_state

_ROW_COUNTS = (
    "The upgrade would have changed how many rows there are of {table}: {before:,} and then "
    "{after:,}. It was undone; everything is as it was before."
)
_UNDONE = "The upgrade failed. It was undone; everything is as it was before."
_NO_OWNER = (
    "The account database is brought to another version by the role that owns its tables: name it "
    "with EZEE_ACCOUNTS_OWNER."
)

Said = Callable[[str], None]


class Undone(NamedTuple):
    """What a rollback went back to; how many events had come since, and where they are."""

    versions: Versions
    later_events: int
    aside: Path


def versions_of(settings: Settings) -> Versions:
    """What a data folder is at. Nobody may have it open."""
    return Versions(events.schema_of(settings.data), _revision(settings))


def newest() -> Versions:
    """What this version brings a folder to."""
    return Versions(events.newest_schema(), NEWEST)


def is_old(found: Versions) -> bool:
    """Whether something there is older than this version's."""
    aim = newest()
    return 0 < found.schema < aim.schema or "" < found.revision < aim.revision


def dry_run(settings: Settings, said: Said) -> list[RowsOf]:
    """Upgrade a copy; returns the rows of every table before and after.

    Raises:
        SetupError: the upgrade would fail, or change how many rows there are.
    """
    with FolderLock(settings.data):
        check_room(settings.data, 2)
        temporary = settings.data / "tmp"
        temporary.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="upgrade-", dir=temporary) as name:
            copy = Path(name)
            said("Copying both databases.")
            copy_databases(settings.data, copy, None)
            rows = events.rows_of(copy)
            said("Migrating the copy.")
            events.migrate(copy)
            table = _compared(rows, events.rows_of(copy))
            with _accounts(settings, copy) as database:
                if database is not None:
                    table += _compared(*_try_accounts(database))
    _check(table)
    return table


def upgrade(settings: Settings, now: int, said: Said) -> list[RowsOf]:
    """Bring a data folder to this version; returns the rows of every table before and after.

    Raises:
        SetupError: it failed, and everything is as it was before.
    """
    data = settings.data
    with FolderLock(data):
        state = _begun(settings, now, said)
        snapshot = read_snapshot(data, state.snapshot)
        try:
            said("Migrating.")
            _migrate(settings)
            table = _compared(snapshot.rows, _rows(settings))
            _check(table)
        except (EzeeError, ValueError, OSError, SQLAlchemyError) as error:
            said("It failed. Going back to the snapshot.")
            state = _to(data, state, Stage.PUTTING_BACK, "")
            put_back(data, state.snapshot, snapshot)
            _restore_rows(settings, state.snapshot, snapshot.revision)
            _to(data, state, Stage.ROLLED_BACK, "")
            raise SetupError(error.message if isinstance(error, SetupError) else _UNDONE) from error
        write_state(data, State(Stage.DONE, state.snapshot, *newest()))
    return table


def last_upgrade(settings: Settings) -> Last | None:
    """The upgrade of a data folder that can be gone back from; None: there is none."""
    state = read_state(settings.data)
    if state is None or state.stage == Stage.ROLLED_BACK:
        return None
    snapshot = read_snapshot(settings.data, state.snapshot)
    return Last(snapshot.ezee, snapshot.made_at * 1000)


def roll_back(settings: Settings, now: int, said: Said) -> Undone:
    """Go back to the snapshot of before the last upgrade; what there is now is set aside.

    Raises:
        SetupError: there is no such snapshot, or it is damaged.
    """
    data = settings.data
    with FolderLock(data):
        state = read_state(data)
        if state is None or state.stage == Stage.ROLLED_BACK:
            raise SetupError(NO_UPGRADE)
        snapshot = read_snapshot(data, state.snapshot)
        if settings.accounts and not settings.accounts_owner:
            raise SetupError(_NO_OWNER)
        if state.stage not in {Stage.SETTING_ASIDE, Stage.PUTTING_BACK}:
            aside = f"{state.snapshot}-undone-{now // 1000}"
            state = _to(data, state, Stage.SETTING_ASIDE, aside)
        if state.stage == Stage.SETTING_ASIDE:
            said("Setting aside what there is now.")
            with _accounts(settings, None) as database:
                set_aside(data, state.aside, database)
            state = _to(data, state, Stage.PUTTING_BACK, state.aside)
        said("Putting back what there was before.")
        put_back(data, state.snapshot, snapshot)
        _restore_rows(settings, state.snapshot, snapshot.revision)
        later = _events(data / FOLDER / state.aside) - _events(data) if state.aside else 0
        _to(data, state, Stage.ROLLED_BACK, state.aside)
    versions = Versions(snapshot.schema, snapshot.revision)
    return Undone(versions, max(0, later), data / FOLDER / state.aside)


def _begun(settings: Settings, now: int, said: Said) -> State:
    """The upgrade that was begun, with its snapshot; or a new one."""
    state, found = read_state(settings.data), versions_of(settings)
    if state is not None and state.stage == Stage.UPGRADING:
        before = read_snapshot(settings.data, state.snapshot)
        aim = Versions(state.schema, state.revision)
        # Where nothing was migrated yet, an older version may have been at work since.
        if aim == newest() and found != (before.schema, before.revision):
            said("Going on with an upgrade that was cut off.")
            return state
    said("Making a snapshot.")
    check_room(settings.data, 2)
    rows = _rows(settings)
    with _accounts(settings, None) as database:
        name = make_snapshot(settings.data, database, found, rows, now)
    return write_state(settings.data, State(Stage.UPGRADING, name, *newest()))


def _migrate(settings: Settings) -> None:
    if settings.accounts and _revision(settings) != NEWEST and not settings.accounts_owner:
        raise SetupError(_NO_OWNER)
    Database.of(settings, upgrade=True).close()
    events.migrate(settings.data)


def _rows(settings: Settings) -> dict[str, int]:
    """How many rows each table has, in both databases."""
    return events.rows_of(settings.data) | _count_accounts(settings)


def _try_accounts(database: Database) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """Rows before and after the steps that are missing, which are not kept."""
    from ezee.accounts import migrating  # noqa: PLC0415 - see there

    with database.engine.connect() as connection, connection.begin() as transaction:
        accounts.see_everyone(connection)
        before = accounts.count(connection)
        migrating.upgrade(connection)
        after = accounts.count(connection)
        transaction.rollback()
    return before, after


def _count_accounts(settings: Settings) -> dict[str, int]:
    if not settings.accounts and not (settings.data / ACCOUNTS).exists():
        return {}
    url = settings.accounts_owner or settings.accounts
    database = Database(url or f"sqlite:///{settings.data / ACCOUNTS}")
    try:
        with database.engine.connect() as connection:
            accounts.see_everyone(connection)
            return accounts.count(connection)
    finally:
        database.close()


def _restore_rows(settings: Settings, name: str, revision: str) -> None:
    """Accounts in PostgreSQL, as they were in a snapshot, in one transaction."""
    if not settings.accounts or _revision(settings) == revision:
        return
    owner = Database(settings.accounts_owner)
    try:
        path = settings.data / FOLDER / name / ROWS
        with owner.engine.begin() as connection, path.open("rb") as file:
            accounts.replace(connection, accounts.read(file), revision)
    finally:
        owner.close()


@contextmanager
def _accounts(settings: Settings, copy: Path | None) -> Iterator[Database | None]:
    """The account database in PostgreSQL; else that of a copy, None where there is none."""
    url = settings.accounts
    if url:
        # After a rollback the service's role has no rights until the owner gives them again.
        url = settings.accounts_owner
        if not url:
            raise SetupError(_NO_OWNER)
    else:
        if copy is None or not (copy / ACCOUNTS).exists():
            yield None
            return
        url = f"sqlite:///{copy / ACCOUNTS}"
    database = Database(url)
    try:
        yield database
    finally:
        database.close()


def _revision(settings: Settings) -> str:
    if not settings.accounts:
        return version_in(settings.data)
    database = Database(settings.accounts)
    try:
        return database.revision()
    except sa.exc.OperationalError as error:
        raise SetupError("The account database does not answer right now.") from error
    finally:
        database.close()


def _events(folder: Path) -> int:
    return events.rows_of(folder).get("events", 0)


def _to(data: Path, state: State, stage: Stage, aside: str) -> State:
    return write_state(data, State(stage, state.snapshot, state.schema, state.revision, aside))


def _compared(before: Mapping[str, int], after: Mapping[str, int]) -> list[RowsOf]:
    tables = dict.fromkeys([*before, *after])
    return [RowsOf(table, before.get(table), after.get(table)) for table in tables]


def _check(table: list[RowsOf]) -> None:
    for row in table:
        if row.before is not None and row.before != row.after:
            text = _ROW_COUNTS.format(table=row.table, before=row.before, after=row.after or 0)
            raise SetupError(text)
