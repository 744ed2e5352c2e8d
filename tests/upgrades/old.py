"""Data folders as earlier versions left them, from the first on."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
from msgspec.structs import asdict

from ezee.accounts import migrating, migrations
from ezee.accounts.database import Database
from ezee.accounts.service_key import read_service_key
from ezee.model.event import Kind
from ezee.model.site import site_key
from ezee.store.duckdb import schema
from tests.support.events import NOON, event

_STEPS = Path(migrations.__file__).with_name("versions")
REVISIONS = sorted(path.name[1:5] for path in _STEPS.glob("v*.py"))
SCHEMAS = list(range(1, schema.VERSION + 1))
# Each with each would say no more: the two know nothing of each other.
VERSIONS = [
    (SCHEMAS[min(place, len(SCHEMAS) - 1)], REVISIONS[min(place, len(REVISIONS) - 1)])
    for place in range(max(len(SCHEMAS), len(REVISIONS)) - 1)
]
SITE_ID = "ezi_91bb8a0f41ea"
EVENTS = 40


def make_old(data: Path, schema_number: int, revision: str) -> None:
    """A folder with a user, a tracker and a day's events, whose service ended as it should."""
    data.mkdir(mode=0o700)
    read_service_key(data)
    with duckdb.connect(data / "events.duckdb") as connection:
        connection.execute("create table if not exists schema_version (version integer not null)")
        schema.migrate(connection, schema_number)
        _add_events(connection)
    accounts = Database(f"sqlite:///{data / 'accounts.sqlite'}")
    with accounts.engine.begin() as begun:
        migrating.upgrade(begun, revision)
    accounts.close()
    with closing(sqlite3.connect(data / "accounts.sqlite")) as embedded:
        _add_accounts(embedded)
        embedded.commit()


def _add_events(connection: duckdb.DuckDBPyConnection) -> None:
    columns = [name for name, *_ in connection.execute("describe events").fetchall()]
    for seq in range(1, EVENTS + 1):
        made = event(
            NOON + seq * 60_000, site=site_key(SITE_ID), visitor=seq % 7, page=f"/{seq % 5}",
            path=f"/{seq % 5}", kind=Kind.PAGEVIEW, event_id=seq,
        )  # fmt: skip
        # Visits were not derived yet.
        row = {**asdict(made), "seq": seq, "visit": 0}
        values = [row[name] for name in columns]
        connection.execute(f"insert into events values ({', '.join('?' * len(columns))})", values)


def _add_accounts(accounts: sqlite3.Connection) -> None:
    _insert(
        accounts, "users",
        {"id": "u", "email": "alice@example.com", "password": "x", "plan": "pro", "created_at": 1},
    )  # fmt: skip
    _insert(
        accounts, "trackers",
        {"id": "3825ffb6-4f44-43c7-a4f1-66ef6fa61adf", "name": "Blog", "domain": "example.com",
         "site_id": SITE_ID, "timezone": "UTC", "hostnames": "[]", "public_stats": 1,
         "created_at": 1, "user_id": "u"},
    )  # fmt: skip


def _insert(accounts: sqlite3.Connection, table: str, row: dict[str, object]) -> None:
    """A row; columns that must have a value, and came since, get an empty one."""
    for _, name, kind, required, default, _ in accounts.execute(f"pragma table_info({table})"):
        if required and default is None and name not in row:
            empty = {"JSON": json.dumps({}), "VARCHAR": ""}
            row[name] = empty.get(kind, 0)
    places = ", ".join("?" * len(row))
    accounts.execute(
        f"insert into {table} ({', '.join(row)}) values ({places})", list(row.values())
    )
